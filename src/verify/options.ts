import type { Affinity, BalancerKind, FanOut } from '../config/config.ts'
import type { CheckId } from './titles.ts'

export interface BalancerRules {
  readonly kind: BalancerKind
  readonly timeoutSec: number
  /** Set for this run, against rtdeploy.yaml. */
  readonly byFlag: boolean
}

/** What to measure and how hard. Every figure has a default in `verifyDefaults`. */
export interface VerifyOptions {
  /** `http://`, `https://`, `ws://` or `wss://` with host and port; no path. */
  readonly url: string
  /** Path of the Socket.IO endpoint, with slashes on both ends. */
  readonly socketPath: string
  readonly namespace: string
  /** Sent in the CONNECT packet. */
  readonly auth?: Readonly<Record<string, unknown>>
  /** How a connection learns which replica it talks to; see `parseIdentity`. */
  readonly identity: string
  readonly fanOut?: FanOut
  readonly expectedReplicas?: number
  readonly affinityWanted?: Affinity
  /** rtdeploy.yaml says how to speak with it: fixes name its keys. */
  readonly inProject?: boolean
  /** The rules of the load balancer, where we know them. */
  readonly balancer?: BalancerRules
  /** How long the silent socket is held, in seconds. */
  readonly idleSec: number
  /** Sessions, or fresh clients, in each check. */
  readonly sessions: number
  /** Requests that each session sends after its handshake. */
  readonly requestsPerSession: number
  /** Takes a certificate that cannot be checked. */
  readonly insecureTls?: boolean
  /** The longest wait for any one answer. */
  readonly timeoutMs: number
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Twelve sessions of six requests: without affinity and with two replicas or more, the chance that all of them
 * stay on the right replica by luck is at most 2^-72.
 */
export const verifyDefaults = {
  socketPath: '/socket.io/',
  namespace: '/',
  identity: 'event:hostname',
  idleSec: 3,
  sessions: 12,
  requestsPerSession: 6,
  timeoutMs: 5_000,
} as const satisfies Omit<VerifyOptions, 'url'>

export interface VerifyProgress {
  /** Its title is in `checkTitles`. */
  readonly check: CheckId
  readonly done: number
  readonly of: number
}

export interface VerifyEvents {
  onProgress(progress: VerifyProgress): void
}
