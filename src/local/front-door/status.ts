import type { LoadBalancer } from '../../config/config.ts'
import type { Door, Totals } from './door.ts'
import type { ProbeResult } from './health.ts'
import type { Away, Member } from './pool.ts'

export interface ReplicaStatus {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly healthy: boolean
  readonly draining: boolean
  /** Why it gets no new requests; absent when it gets them. */
  readonly away?: Away
  readonly openSockets: number
  readonly openRequests: number
  /** Requests sent to it so far, WebSocket handshakes among them. */
  readonly requests: number
  /** Those of them that ended in a 5xx or were cut. */
  readonly errors: number
  /** None before the first health check has answered. */
  readonly lastCheck?: ProbeResult
}

export interface FrontDoorStatus {
  readonly url: string
  readonly settings: LoadBalancer
  readonly replicas: readonly ReplicaStatus[]
  /** Open connections of clients, idle ones and WebSockets among them. */
  readonly connections: number
  readonly totals: Totals
}

/** What the front door does now, as plain data. A replica that was taken out is listed until its connections are gone. */
export function readStatus(door: Door, url: string): FrontDoorStatus {
  return {
    url,
    settings: door.settings(),
    replicas: door.pool.members().map(replicaStatus),
    connections: door.clients.size,
    totals: { ...door.totals, closed: { ...door.totals.closed } },
  }
}

function replicaStatus({ replica, away, removed }: Member): ReplicaStatus {
  const { name, host, port, openSockets, requests, errors, lastCheck } = replica
  return {
    name,
    host,
    port,
    healthy: replica.health.healthy,
    draining: removed || away === 'draining',
    ...(away && { away }),
    openSockets,
    openRequests: replica.uses.size - openSockets,
    requests,
    errors,
    ...(lastCheck && { lastCheck }),
  }
}
