import type { LoadBalancer, TargetName } from '../config/config.ts'
import type { UserError } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import type { LogLine } from '../report/merge-logs.ts'
import type { BackendUse, Check } from '../report/report.ts'
import type { Look } from '../run/wait-for.ts'
import type { VerifyOptions } from '../verify/options.ts'

/** A stage of `up`: its plan is made when its turn comes, from facts read anew. */
export interface Stage {
  readonly name: 'prepare' | 'repair' | 'provision' | 'publish' | 'release' | 'teardown'
  plan(): Promise<Plan>
}

/** What runs, as `verify` and `status` see it. */
export interface Running {
  /** Where people and `verify` come in; undefined when there is no way in from outside. */
  readonly url: string | undefined
  /** While `dev` runs: the client with hot reload. */
  readonly clientUrl?: string
  readonly replicas: number
  readonly backends: Readonly<Record<string, BackendUse>>
  readonly affinity: 'none' | 'client-ip' | 'cookie'
  /** The rules of the load balancer, where they can be read from it. */
  readonly balancer?: Pick<LoadBalancer, 'kind' | 'timeout'>
  /** Differs after each change of what runs: what was verified before a change says nothing about the time after it. */
  readonly release?: string
  /** One check a part: replicas, front door, backends. */
  readonly checks: readonly Check[]
  /** Figures for `status --json`. */
  readonly details: unknown
  /** For people, several lines. */
  readonly text: string
}

/** A lock where the app runs, besides the one of the project's folder. */
export interface PlaceLock {
  /** Aborted when somebody else has it although we did not give it back; its reason is the error to show. */
  readonly lost: AbortSignal
  release(): Promise<void>
}

export interface InClusterRequest {
  /** How many pods measure at the same time. */
  readonly pods: number
  readonly options: Omit<VerifyOptions, 'url'>
  readonly tell: (text: string) => void
}

export interface Disruption {
  readonly name: string
  readonly title: string
  /** For people, as the end of "it will". */
  readonly says: string
  /** Resolves when it is over and everything is up again. */
  run(): Promise<void>
}

export interface LogRequest {
  readonly replica?: string
  readonly follow: boolean
  /** Last lines of each replica. */
  readonly tail: number
  /** `10m`, `2h`. */
  readonly since?: string
  readonly show: (name: string, line: string) => void
}

/** What runs, found again without knowing what was wanted. */
export interface Runtime {
  planDown(): Promise<Plan>
  /** Undefined when nothing runs. */
  running(): Promise<Running | undefined>
  /** Everything worth telling, where that takes longer than `running`. */
  readonly status?: () => Promise<Running | undefined>
  /** What the replicas wrote, where that is not in files of this machine. */
  readonly logs?: (request: LogRequest) => Promise<readonly LogLine[]>
  /** Measures from inside, where there is an inside: several clients with addresses of their own. */
  readonly verifyInside?: (request: InClusterRequest) => Promise<Check[]>
  /** Compares what the way in really does with what was asked for, where somebody else runs it. */
  readonly verifySettings?: () => Promise<Check[]>
  /** What can be disrupted on purpose, to see what becomes of messages and connections. */
  readonly disruptions?: () => Promise<readonly Disruption[]>
  /** For plans that wait for something in a cluster. */
  readonly look?: Look
  /** What is left on purpose, or by others, once everything was taken down; a line each. */
  readonly leftovers?: () => Promise<readonly string[]>
  /** Ends what was begun ahead, when a run ends early. */
  readonly forget?: () => void
  /** Undefined as long as there is nothing to lock. Throws `lock.held` (exit 4). */
  readonly lock?: () => Promise<PlaceLock | undefined>
}

/** What differs between the places an app can run. */
export interface Target extends Runtime {
  readonly name: TargetName
  readonly stages: readonly Stage[]
  /** What to do about what a failed stage left, and the error to end with. */
  readonly recover?: (stage: Stage, error: UserError) => Promise<Recovery>
  /** Back to an earlier release, the last good one when none is named. */
  readonly rollback?: (revision: number | undefined) => Stage
}

export interface Recovery {
  readonly plan?: Plan
  readonly error: UserError
}
