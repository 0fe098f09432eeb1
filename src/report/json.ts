import type { UserError } from '../errors.ts'
import type { Report } from './report.ts'

/** What a failed run adds to its report. */
export interface ReportedError {
  readonly code: string
  readonly message: string
  readonly hint: string
  readonly details: readonly string[]
}

/** The one document of `--json`: a report, and `error` when something stopped the run. Pure. */
export function renderJson(report: Report, error?: ReportedError): string {
  return `${JSON.stringify(error === undefined ? report : { ...report, error }, undefined, 2)}\n`
}

/** The parts of an error that programs get; a bug of ours is `rtdeploy.bug`. Pure. */
export function reportedError(error: UserError | Error): ReportedError {
  if ('code' in error && 'hint' in error) {
    return { code: error.code, message: error.message, hint: error.hint, details: error.details }
  }
  return {
    code: 'rtdeploy.bug',
    message: error.message,
    hint: 'report it with the output of `rtdeploy doctor --json`',
    details: [],
  }
}
