import type { Socket } from 'node:net'
import type { LoadBalancer } from '../../config/config.ts'
import type { FrontDoorEvent, Reason } from './event.ts'
import type { Pool } from './pool.ts'

export interface Totals {
  requests: number
  /** Requests that ended in a 5xx or were cut. */
  errors: number
  /** Requests that a second replica answered after a first had failed. */
  retries: number
  /** WebSockets opened so far. */
  sockets: number
  /** WebSockets closed so far, by who closed them. */
  closed: Record<Reason, number>
}

/** What requests and WebSockets need of the front door that they go through. */
export interface Door {
  settings(): LoadBalancer
  readonly pool: Pool
  readonly totals: Totals
  /** Its own address, as X-Forwarded-For tells it. */
  readonly address: string
  /** Counts requests, for round robin. */
  nextTurn(): number
  /** Undefined when nobody listens: then no event is made. */
  readonly emit: ((event: FrontDoorEvent) => void) | undefined
  /** Open connections of clients, with what must end when they close. */
  readonly clients: Map<Socket, Set<() => void>>
}
