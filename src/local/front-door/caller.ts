import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Replica } from './replica.ts'

/** A replica's 101, and the connection that it came on. */
export interface Accepted {
  readonly replica: Replica
  readonly server: Socket
  /** Bytes that came with the 101. */
  readonly head: Buffer
  readonly statusMessage: string
  readonly headers: readonly string[]
  /** When the request came, on the clock of `performance.now()`. */
  readonly startedAt: number
}

/** A client that wants something, and where its answer goes. */
export interface Caller {
  readonly request: IncomingMessage
  readonly socket: Socket
  /** Waits for a word before it sends the body. */
  readonly expectsContinue: boolean
  answer(): ServerResponse
  /** Takes over when a replica accepts the upgrade; only for WebSockets. */
  readonly upgraded?: (accepted: Accepted) => void
}
