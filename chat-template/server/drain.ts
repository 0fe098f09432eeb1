import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from './log.ts'
import type { ChatServer } from './types.ts'

export interface DrainOptions {
  io: ChatServer
  log: Log
  /** Between "not ready" and the first closed connection, milliseconds. */
  waitMs: number
  /** The connections are closed over this long, milliseconds. */
  closeMs: number
  /** New connections are refused from now on. */
  closing: () => void
  /** Writes that are not done. */
  busy: () => number
  /** Last: timers, Redis, MongoDB. */
  end: () => Promise<void>
}

const sliceMs = 100
/** A write may need the store's timeout to be known as failed. */
const patienceMs = 5_000
/** A WebSocket is given 30 s for its goodbye, which is longer than most are given to end. */
const goodbyeMs = 2_000

/**
 * Leaves without a loss. A connection is closed below Socket.IO (`conn.close()`): the client sees a broken transport
 * and reconnects by itself. `disconnectSockets` would tell it to stay away, and through the adapter would tell so to
 * the clients of all replicas.
 */
export async function drain({ io, log, waitMs, closeMs, closing, busy, end }: DrainOptions): Promise<void> {
  log.info('draining', { connections: io.engine.clientsCount })
  await sleep(waitMs)
  closing()
  const sockets = [...io.of('/').sockets.values()]
  const slices = Math.max(1, Math.ceil(closeMs / sliceMs))
  const perSlice = Math.max(1, Math.ceil(sockets.length / slices))
  while (sockets.length > 0) {
    for (const socket of sockets.splice(0, perSlice)) socket.conn.close()
    // Without the jitter all replicas' clients would come in step to the same survivors.
    if (sockets.length > 0) await sleep(sliceMs * (0.5 + Math.random() * 0.5))
  }
  const deadline = Date.now() + patienceMs
  while (busy() > 0 && Date.now() < deadline) await sleep(20)
  // A connection that is half gone does not answer: nothing is lost with it.
  await Promise.race([io.close(), sleep(goodbyeMs, undefined, { ref: false })])
  await end()
  log.info('drained')
}
