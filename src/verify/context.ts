import type { Dialer } from './dial.ts'
import type { HttpClient } from './http-client.ts'
import type { Identity } from './identity.ts'
import type { SessionRecord } from './observations.ts'
import type { VerifyOptions, VerifyProgress } from './options.ts'
import type { Target } from './target.ts'

/** What every experiment of one run shares. */
export interface Context {
  readonly target: Target
  readonly options: VerifyOptions
  readonly identity: Identity
  readonly dialer: Dialer
  readonly http: HttpClient
  readonly signal: AbortSignal
  /** Every session in the order they began. */
  readonly sessions: { toRecord(): SessionRecord }[]
  /** A response header that holds the replica's name, when one was found. */
  readonly answerHeader: string | undefined
  /** Replicas can be named; when not, nobody waits for a name. */
  readonly identityWorks: boolean
  /** Milliseconds since the run began. */
  now(): number
  onProgress(progress: VerifyProgress): void
}
