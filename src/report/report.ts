import { exitCodes } from '../errors.ts'

export type Verb =
  | 'init'
  | 'up'
  | 'dev'
  | 'verify'
  | 'status'
  | 'logs'
  | 'down'
  | 'doctor'
  | 'plan'
  | 'rollback'
  | 'explain'
  | 'ci'

/** One thing that was looked at: what was wanted, what was found, and what to do when they differ. */
export interface Check {
  /** Stable, `noun.property`. */
  readonly id: string
  readonly title: string
  readonly status: 'pass' | 'warn' | 'fail' | 'skip'
  readonly wanted: string
  readonly found: string
  /** The likely trap, with its rule id, and how it was proven. */
  readonly why?: string
  /** One command or one file that helps; always there when `status` is `fail`. */
  readonly hint?: string
  /** Figures behind `found`, for programs. */
  readonly data?: Readonly<Record<string, unknown>>
}

export interface StepResult {
  readonly id: string
  readonly title: string
  readonly status: 'done' | 'skipped' | 'failed' | 'planned'
  readonly tookMs: number
  readonly detail?: string
}

export type Outcome = 'done' | 'nothing-to-do' | 'failed' | 'unhealthy' | 'cancelled' | 'planned'

/** What a backend really is here: a report must never let a stand-in pass for the real thing. */
export interface BackendUse {
  readonly rung: 'url' | 'program' | 'docker' | 'download' | 'embedded'
  /** For people: `redis-server 7.0.15`, `embedded`. */
  readonly label: string
}

/** What happened, for people and for programs alike. */
export interface Report {
  readonly schemaVersion: 1
  readonly verb: Verb
  /** What --env named; absent for production. */
  readonly environment?: string
  readonly outcome: Outcome
  readonly steps: readonly StepResult[]
  readonly checks: readonly Check[]
  /** By name: `redis`, `mongo`. */
  readonly backends?: Readonly<Record<string, BackendUse>>
  /** What the verb found, in the shape that its help text names. */
  readonly result?: unknown
  /** Where the exit code is the answer: `plan --detailed-exitcode`. */
  readonly exitCode?: number
  /** One or two commands that make sense now. */
  readonly next: readonly string[]
  readonly tookMs: number
}

/** `unhealthy` when a check failed, otherwise what the steps say. */
export function outcomeOf(steps: readonly StepResult[], checks: readonly Check[]): Outcome {
  if (steps.some(step => step.status === 'failed')) return 'failed'
  if (checks.some(check => check.status === 'fail')) return 'unhealthy'
  if (steps.length > 0 && steps.every(step => step.status === 'skipped')) return 'nothing-to-do'
  return 'done'
}

/** The exit code that a finished report stands for. */
export function exitCodeOf(report: Pick<Report, 'outcome' | 'verb' | 'exitCode'>): number {
  if (report.exitCode !== undefined) return report.exitCode
  switch (report.outcome) {
    case 'failed':
      return exitCodes.stepFailed
    case 'unhealthy':
      // What `doctor` finds failing is something that the other verbs need and miss.
      return report.verb === 'doctor' ? exitCodes.missing : exitCodes.checkFailed
    case 'cancelled':
      return exitCodes.interrupted
    default:
      return exitCodes.done
  }
}
