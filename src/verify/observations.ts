import type { FanOut } from '../config/config.ts'
import type { OpenPacket } from './engine-io.ts'
import type { BalancerRules } from './options.ts'

/** Why one request or one connection did not do what was asked. */
export type Fault =
  /** An HTTP answer other than the wanted one; `code` when it is an Engine.IO refusal. */
  | { readonly kind: 'answer'; readonly status: number; readonly code?: number; readonly message: string }
  /** A CONNECT_ERROR packet. */
  | { readonly kind: 'connect-error'; readonly message: string }
  | { readonly kind: 'timeout'; readonly afterMs: number; readonly waitingFor: string }
  /** The connection ended; `code` is a WebSocket close code. */
  | { readonly kind: 'closed'; readonly code?: number; readonly message: string }
  /** The system's or OpenSSL's word: ECONNREFUSED, CERT_HAS_EXPIRED. */
  | { readonly kind: 'network'; readonly code: string; readonly message: string }
  /** Something that is not HTTP, not WebSocket or not Engine.IO. */
  | { readonly kind: 'protocol'; readonly message: string }

export type RequestKind = 'handshake' | 'post' | 'poll' | 'upgrade' | 'websocket'

/** One request of one session. Times in milliseconds since the run began. */
export interface RequestRecord {
  readonly kind: RequestKind
  /** Number of the TCP connection it rode on, counted from 1; 0 when none could be opened. */
  readonly connection: number
  readonly atMs: number
  readonly tookMs: number
  readonly status?: number
  readonly fault?: Fault
  /** Which replica answered, where the answer itself says so. */
  readonly answeredBy?: string
}

export type Purpose =
  | 'handshake'
  | 'websocket-only'
  | 'upgrade'
  | 'in-session.with-cookie'
  | 'in-session.without-cookie'
  | 'in-session.one-cookie'
  | 'refresh'
  | 'spread'
  | 'idle'
  | 'disruption'

/** One session from handshake to end. */
export interface SessionRecord {
  /** Counted from 1, in the order they began. */
  readonly id: number
  readonly purpose: Purpose
  /** For `in-session.one-cookie`: the only cookie that was sent. */
  readonly cookie?: string
  readonly sid?: string
  /** The replica that issued the session. */
  readonly replica?: string
  readonly requests: readonly RequestRecord[]
  /** When it was closed or ended by itself, in milliseconds since the run began. */
  readonly endMs?: number
  /** What ended it early. */
  readonly fault?: Fault
}

export interface CookieFacts {
  readonly name: string
  /** `Path=/; HttpOnly; ...` as the server wrote them. */
  readonly attributes: string
  /** Why a browser would not send it back. */
  readonly rejected?: string
}

/** What the first connections found out. */
export interface TargetFacts {
  /** Without user name and password. */
  readonly url: string
  readonly socketPath: string
  readonly namespace: string
  /** Undefined when the server refuses polling; then `pollingRefused` says how. */
  readonly polling?: {
    readonly open: OpenPacket
    readonly tookMs: number
    readonly cookies: readonly CookieFacts[]
  }
  readonly pollingRefused?: Fault
  readonly websocket?: { readonly open: OpenPacket; readonly tookMs: number }
  readonly websocketRefused?: Fault
  /** Replicas could be named. */
  readonly identityWorks: boolean
  /** A response header that holds the replica's name, found by comparing. */
  readonly answerHeader?: string
}

export interface Delivery {
  readonly from: string
  readonly to: string
  /** Undefined when it did not come in time. */
  readonly tookMs?: number
}

export interface FanOutFacts {
  /** Across replicas, and within one replica as a control. */
  readonly deliveries: readonly Delivery[]
  /** What the server answered to `join` or `send` where that looks like a refusal. */
  readonly refusals: readonly string[]
  /** Longest wait for one round of messages. */
  readonly waitedMs: number
  /** A second round is sent when something of the first is missing. */
  readonly rounds: number
}

export interface IdleFacts {
  /** `busy` sends a heartbeat several times a second, `silent` nothing. */
  readonly sockets: readonly {
    readonly kind: 'silent' | 'busy'
    readonly way: 'websocket' | 'polling'
    readonly livedMs: number
    readonly fault?: Fault
  }[]
}

/** Everything that was seen, as plain data. The checks are a pure function of it. */
export interface Observations {
  readonly target: TargetFacts
  readonly wanted: {
    readonly identity: string
    readonly expectedReplicas?: number
    readonly affinity?: 'none' | 'client-ip' | 'cookie'
    readonly fanOut?: FanOut
    readonly idleSec: number
    readonly inProject?: boolean
    readonly balancer?: BalancerRules
  }
  readonly sessions: readonly SessionRecord[]
  readonly fanOut?: FanOutFacts
  readonly idle: IdleFacts
  /** TCP connections opened in all. */
  readonly connections: number
  readonly tookMs: number
}
