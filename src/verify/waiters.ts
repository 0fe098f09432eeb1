import type { EnginePacket } from './engine-io.ts'
import { ProbeError } from './fault.ts'
import type { SocketPacket } from './socket-io.ts'

/** Looks at each packet that comes: undefined for what it does not want. It may throw a `ProbeError`. */
export type Match<T> = (engine: EnginePacket, socket: SocketPacket | undefined) => T | undefined

interface Waiter {
  offer(engine: EnginePacket, socket: SocketPacket | undefined): void
  reject(error: unknown): void
}

/** Those who wait for a packet of one session. */
export class Waiters {
  readonly #all = new Set<Waiter>()

  /** Rejects with a `ProbeError` when nothing matched in time. */
  wait<T>(match: Match<T>, waitingFor: string, timeoutMs: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#all.delete(waiter)
      }
      const waiter: Waiter = {
        offer: (engine, socket) => {
          try {
            const found = match(engine, socket)
            if (found === undefined) return
            done()
            resolve(found)
          } catch (error) {
            waiter.reject(error)
          }
        },
        reject: error => {
          done()
          reject(error)
        },
      }
      const timer = setTimeout(
        () => waiter.reject(new ProbeError({ kind: 'timeout', afterMs: timeoutMs, waitingFor })),
        timeoutMs,
      )
      this.#all.add(waiter)
    })
  }

  offer(engine: EnginePacket, socket: SocketPacket | undefined): void {
    for (const waiter of this.#all) waiter.offer(engine, socket)
  }

  fail(error: unknown): void {
    for (const waiter of this.#all) waiter.reject(error)
  }
}
