import type { BalancerKind } from '../../config/config.ts'

/**
 * Who or what ended something. `unready`: the replica left the pool because its health check failed;
 * `replaced`: its name now stands for another address; `closed`: the front door itself stopped.
 */
export type Reason = 'client' | 'replica' | 'timeout' | 'draining' | 'unready' | 'replaced' | 'closed'

/** `statusDetails` of Google's load-balancer log, as far as the front door has a use for them. */
export type StatusDetails =
  | 'response_sent_by_backend'
  | 'failed_to_pick_backend'
  | 'failed_to_connect_to_backend'
  | 'backend_connection_closed_before_data_sent_to_client'
  | 'backend_connection_closed_after_partial_response_sent'
  | 'backend_response_corrupted'
  | 'backend_timeout'
  | 'client_disconnected_before_any_response'
  | 'client_disconnected_after_partial_response'
  | 'malformed_request'
  | 'websocket_closed'

interface Moment {
  /** Milliseconds since 1970. */
  readonly at: number
}

/** One HTTP request has ended, answered or not. `ms` counts from its first byte to the last of the answer. */
export interface RequestEvent extends Moment {
  readonly type: 'request'
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** None when no replica could be chosen. */
  readonly replica?: string
  /** 499 when the client left before any answer. */
  readonly status: number
  readonly ms: number
  readonly details: StatusDetails
  /** Who ended it when it did not end by itself. */
  readonly reason?: Reason
  /** It failed at one replica first. */
  readonly retried?: true
}

export interface SocketOpenedEvent extends Moment {
  readonly type: 'socket-opened'
  readonly path: string
  readonly replica: string
  /** What the handshake took. */
  readonly ms: number
}

export interface SocketClosedEvent extends Moment {
  readonly type: 'socket-closed'
  readonly path: string
  readonly replica: string
  /** Its whole life. */
  readonly ms: number
  readonly details: 'websocket_closed'
  readonly reason: Reason
  /** Bytes from the client and from the replica. */
  readonly bytesUp: number
  readonly bytesDown: number
  /** The rule in force when it closed; `timeout` in seconds. */
  readonly kind: BalancerKind
  readonly timeout: number
}

/** A replica's health has changed, or its first check has answered. */
export interface HealthEvent extends Moment {
  readonly type: 'health'
  readonly replica: string
  readonly healthy: boolean
  /** What the last check saw: `HTTP 503`, `ECONNREFUSED`, `no answer within 2000 ms`. */
  readonly found: string
}

export type FrontDoorEvent = RequestEvent | SocketOpenedEvent | SocketClosedEvent | HealthEvent
