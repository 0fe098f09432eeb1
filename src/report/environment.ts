import { UserError } from '../errors.ts'
import type { Event } from './events.ts'
import type { Report } from './report.ts'

/** How a run for an environment speaks: each command that it names is one for the same environment. */
export interface Voice {
  text(text: string): string
  event(event: Event): Event
  report(report: Report): Report
  error(error: Error): Error
}

const command = /\brtdeploy (up|plan|verify|status|logs|rollback|down|doctor)\b(?! --env\b)/g
const secretsFile = /\.rtdeploy\/secrets\.env\b/g

/** `environment`: what --env says; undefined for production, whose words stay as they are. Pure. */
export function voiceOf(environment: string | undefined): Voice {
  // What can be no environment's name is in no command: it may be anything.
  if (environment === undefined || !/^[a-z][a-z0-9-]*$/.test(environment)) {
    return { text: text => text, event: event => event, report: report => report, error: error => error }
  }
  const text = (given: string) =>
    given
      .replace(command, (_, verb: string) => `rtdeploy ${verb} --env ${environment}`)
      .replace(secretsFile, `.rtdeploy/secrets-${environment}.env`)
  /** All texts of something that is for people to read. */
  const all = <T>(given: T): T => {
    if (typeof given === 'string') return text(given) as T
    if (Array.isArray(given)) return given.map(all) as T
    if (typeof given !== 'object' || given === null) return given
    return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, all(value)])) as T
  }
  return {
    text,
    event: event => (event.type === 'step-output' ? event : all(event)),
    report: report => {
      const { steps, checks, next, result } = report
      const shown =
        typeof result === 'object' && result !== null && 'text' in result
          ? { result: { ...result, text: all(result.text) } }
          : {}
      return { ...report, environment, steps: all(steps), checks: all(checks), next: all(next), ...shown }
    },
    error: error => {
      if (!(error instanceof UserError)) return error
      const { code, hint, details, exitCode, cause } = error
      return new UserError(text(error.message), {
        ...{ code, exitCode, cause },
        hint: text(hint),
        details: all(details),
      })
    },
  }
}

/** The first line of an answer that is for an environment. Pure. */
export const environmentLine = (environment: string | undefined): string =>
  environment === undefined || environment === 'production' ? '' : `environment ${environment}\n`
