import { type Backends, createBackends } from './backend.ts'
import { endpointCookie } from './cookie.ts'
import type { Reason } from './event.ts'
import { hash } from './hash.ts'
import { type Health, type ProbeResult, unchecked } from './health.ts'

export interface ReplicaAddress {
  readonly name: string
  readonly host: string
  readonly port: number
}

/** A request or a WebSocket that is on a replica now. */
export interface Use {
  cut(reason: Reason): void
  /** The settings have changed. */
  rearm(): void
}

export interface Replica extends ReplicaAddress {
  readonly seed: number
  readonly cookie: string
  readonly backends: Backends
  readonly uses: Set<Use>
  health: Health
  lastCheck: ProbeResult | undefined
  openSockets: number
  requests: number
  errors: number
}

export function createReplica({ name, host, port }: ReplicaAddress): Replica {
  const address = `${host}:${port}`
  return {
    name,
    host,
    port,
    seed: hash(address),
    cookie: endpointCookie(address),
    backends: createBackends({ host, port }),
    uses: new Set(),
    health: unchecked,
    lastCheck: undefined,
    openSockets: 0,
    requests: 0,
    errors: 0,
  }
}
