import { setTimeout as sleep } from 'node:timers/promises'
import { ErrorReply } from 'redis'
import type { Log } from './log.ts'

/** Until a call that has to succeed is tried again. */
const againMs = 1_000

/** Redis was reached and said no. `message` has its words. */
export class RedisRefusal extends Error {
  override readonly name = 'RedisRefusal'
}

interface Emitter {
  on(event: string, listener: (value: unknown) => void): unknown
}

/**
 * Looks at the calls whose promise nobody else looks at: a rejection that nobody handles ends the process, and what Redis
 * refuses must not go unnoticed.
 */
export class Calls {
  readonly #log: Log
  readonly #refused = new Map<string, string>()
  #closed = false

  constructor(log: Log) {
    this.#log = log
  }

  /** Throws a RedisRefusal for as long as Redis says no to something. */
  check(): void {
    for (const words of this.#refused.values()) throw new RedisRefusal(words)
  }

  /** A client's connection. Without a listener an 'error' event ends the process. */
  watch(client: Emitter, what: string, prefix = ''): void {
    for (const event of new Set(['error', `${prefix}error`])) {
      client.on(event, error => this.#failed(what, error))
    }
    for (const event of [`${prefix}ready`, 'ping-interval'])
      client.on(event, () => this.#refused.delete(what))
  }

  /** From now on these methods do not reject: what fails is told to `failed` and forgotten. */
  once(client: object, names: string[], failed?: () => void): void {
    this.#replace(client, names, async (call, name) => {
      try {
        const answer = await call()
        this.#refused.delete(name)
        return answer
      } catch (error) {
        this.#failed(name, error)
        failed?.()
      }
    })
  }

  /** From now on these methods do not reject: they try again until it works, or is no longer wanted. */
  keep(client: object, names: string[], wanted = () => true): void {
    this.#replace(client, names, async (call, name, first) => {
      const what = `${name} ${first}`
      while (!this.#closed && wanted()) {
        try {
          const answer = await call()
          this.#refused.delete(what)
          return answer
        } catch (error) {
          this.#failed(what, error)
          await sleep(againMs, undefined, { ref: false })
        }
      }
      this.#refused.delete(what)
    })
  }

  close(): void {
    this.#closed = true
  }

  #failed(what: string, error: unknown): void {
    const words = inWords(error)
    this.#log.debug('redis', { what, words })
    if (error instanceof ErrorReply) this.#refused.set(what, words)
  }

  #replace(
    client: object,
    names: string[],
    instead: (call: () => Promise<unknown>, name: string, first: unknown) => Promise<unknown>,
  ): void {
    for (const name of names) {
      const original = (client as Record<string, (...args: unknown[]) => Promise<unknown>>)[name]!
      const call = (...args: unknown[]) => instead(async () => original.apply(client, args), name, args[0])
      Object.assign(client, { [name]: call })
    }
  }
}

/** Without the arguments that some versions repeat: those of a login have the password. */
export function inWords(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/,? with args beginning with:.*/s, '').slice(0, 300)
}
