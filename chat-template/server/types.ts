import type { Server, Socket } from 'socket.io'
import type { ClientEvents, RequestName, ServerEvents } from '../shared/events.ts'

export interface User {
  id: string
  name: string
}

/** What the server knows about a connection. */
export interface ConnectionData {
  user: User
  /** Events that it may still send now, and when that was reckoned. */
  tokens: number
  tokensAt: number
  /** Events whose work is not done yet. */
  open: number
  /** Events that were refused in a row, 1 where one was before; a client that goes on regardless is cut. */
  strikes: number
}

// biome-ignore lint/complexity/noBannedTypes: replicas talk over the bus, whose topics have their own types
export type ChatServer = Server<ClientEvents, ServerEvents, {}, ConnectionData>
// biome-ignore lint/complexity/noBannedTypes: see above
export type ChatSocket = Socket<ClientEvents, ServerEvents, {}, ConnectionData>

/** Wall-clock milliseconds; a test can hold it. */
export interface Clock {
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** Socket.IO's name for a room. The prefix keeps clients out of the rooms that Socket.IO makes for each connection. */
export const channel = (room: string) => `room:${room}`

export type { RequestName }
