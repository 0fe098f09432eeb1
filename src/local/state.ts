import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { LoadBalancer } from '../config/config.ts'
import type { BackendUse } from '../report/report.ts'
import type { ProcessId } from '../run/host.ts'

/** One backend as the supervisor starts it. `$PORT` and `$DATA` in the arguments are filled in. */
export interface BackendSpec extends BackendUse {
  /** Absent for the rung `url`: then the replicas get the variable as it is in the supervisor's own environment. */
  readonly start?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Environment variable that tells the app where it is. */
  readonly variable: string
  /** With `$PORT`: `redis://127.0.0.1:$PORT`. */
  readonly url: string
}

/** Everything the supervisor needs to know; written before it starts, so that it can be read by people too. */
export interface SupervisorSpec {
  readonly schemaVersion: 1
  /** Marks all processes of this project, see `runId`. */
  readonly run: string
  readonly project: string
  readonly logs: string
  readonly name: string
  readonly replicas: number
  readonly start: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly readyPath: string
  readonly port: number
  readonly loadBalancer: LoadBalancer
  readonly backends: Readonly<Record<string, BackendSpec>>
  readonly readyTimeoutMs: number
  /** Digest of the sources that the replicas were started from; see `digestSources`. */
  readonly sources: string
  readonly dev?: {
    readonly build?: readonly string[]
    readonly watch: readonly string[]
    readonly client?: readonly string[]
  }
}

export interface ChildState {
  /** `chat-0`, `redis`, `mongo`, `client`, `build`. */
  readonly name: string
  readonly kind: 'replica' | 'backend' | 'dev'
  readonly state: 'starting' | 'running' | 'waiting' | 'ended'
  readonly process?: ProcessId
  readonly port?: number
  readonly restarts: number
  /** Why it last ended: `exit 1`, `SIGKILL`. */
  readonly lastEnd?: string
}

/** What the supervisor tells, in a file that only the user can read: others must not get the token. */
export interface LocalState {
  readonly schemaVersion: 1
  readonly run: string
  readonly phase: 'starting' | 'up' | 'stopping' | 'failed'
  readonly supervisor: ProcessId
  readonly control: { readonly port: number; readonly token: string }
  readonly url: string
  readonly clientUrl?: string
  readonly since: number
  readonly spec: SupervisorSpec
  readonly children: readonly ChildState[]
  /** What keeps a replica from getting ready, once it does so for a while. */
  readonly waiting?: string
  /** Only in phase `failed`. */
  readonly problem?: string
  readonly problemCode?: string
  readonly problemHint?: string
  readonly problemDetails?: readonly string[]
  readonly problemExit?: number
}

/** Paths below the project's `.rtdeploy` folder. */
export interface LocalPaths {
  readonly root: string
  readonly local: string
  readonly state: string
  readonly spec: string
  readonly data: string
  readonly logs: string
  readonly build: string
}

export function localPaths(project: string): LocalPaths {
  const root = join(project, '.rtdeploy')
  const local = join(root, 'local')
  return {
    root,
    local,
    state: join(local, 'state.json'),
    spec: join(local, 'spec.json'),
    data: join(local, 'data'),
    logs: join(root, 'logs'),
    build: join(root, 'build.json'),
  }
}

/** The value of RTDEPLOY_RUN for a project: computed from its folder (without links), so that orphans are found without any record. */
export function runId(project: string): string {
  return createHash('sha256').update(project).digest('hex').slice(0, 16)
}

/** The state file's text, undefined when there is none or it is not ours. */
export function parseState(text: string | undefined): LocalState | undefined {
  if (text === undefined) return undefined
  try {
    const value = JSON.parse(text) as Partial<LocalState> | null
    const isState =
      value?.schemaVersion === 1 &&
      typeof value.supervisor?.pid === 'number' &&
      typeof value.control?.port === 'number' &&
      Array.isArray(value.children) &&
      typeof value.spec?.loadBalancer === 'object'
    return isState ? (value as LocalState) : undefined
  } catch {
    return undefined
  }
}

/** Name of a backend's container: computed, so that it can be removed without asking. */
export function containerName(run: string, backend: string): string {
  return `rtdeploy-${run}-${backend}`
}
