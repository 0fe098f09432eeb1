import { Agent } from 'node:http'
import type { Socket } from 'node:net'
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
  readonly agent: Agent
  readonly uses: Set<Use>
  health: Health
  lastCheck: ProbeResult | undefined
  openSockets: number
  requests: number
  errors: number
}

/** Google keeps an idle connection to a backend for 600 s, fixed. */
const keepIdleMs = 600_000

/**
 * Connections that are kept for 600 s whatever the replica's `Keep-Alive: timeout` says: Google does not read it,
 * so a server that closes earlier gives the odd 502 on a POST there, and may give it here.
 */
class BackendAgent extends Agent {
  constructor() {
    super({ keepAlive: true, maxFreeSockets: 1000, timeout: keepIdleMs })
  }
  override keepSocketAlive(socket: Socket): boolean {
    socket.setTimeout(keepIdleMs)
    socket.unref()
    return true
  }
}

export function createReplica({ name, host, port }: ReplicaAddress): Replica {
  const address = `${host}:${port}`
  return {
    name,
    host,
    port,
    seed: hash(address),
    cookie: endpointCookie(address),
    agent: new BackendAgent(),
    uses: new Set(),
    health: unchecked,
    lastCheck: undefined,
    openSockets: 0,
    requests: 0,
    errors: 0,
  }
}
