import type { TargetName } from '../config/config.ts'
import type { Plan } from '../plan/plan.ts'
import type { BackendUse, Check } from '../report/report.ts'
import type { Look } from '../run/run-plan.ts'

/** A stage of `up`: its plan is made when its turn comes, from facts read anew. */
export interface Stage {
  readonly name: 'provision' | 'publish' | 'release'
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
  /** One check a part: replicas, front door, backends. */
  readonly checks: readonly Check[]
  /** Figures for `status --json`. */
  readonly details: unknown
  /** For people, several lines. */
  readonly text: string
}

/** What runs, found again without knowing what was wanted. */
export interface Runtime {
  planDown(): Promise<Plan>
  /** Undefined when nothing runs. */
  running(): Promise<Running | undefined>
}

/** What differs between the places an app can run. */
export interface Target extends Runtime {
  readonly name: TargetName
  readonly stages: readonly Stage[]
  /** For plans that wait for something in a cluster. */
  readonly look?: Look
}
