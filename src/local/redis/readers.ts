import type { Reply } from './reply.ts'
import type { Session } from './session.ts'

interface Reader {
  readonly session: Session
  readonly keys: readonly string[]
  /** Tries again; undefined when there is still nothing. */
  readonly attempt: () => Reply | undefined
  readonly timer: NodeJS.Timeout | undefined
}

/** Sessions that wait for keys: XREAD BLOCK. */
export class Readers {
  readonly #bySession = new Map<Session, Reader>()
  readonly #byKey = new Map<string, Set<Reader>>()
  readonly #ready = new Set<Reader>()

  get size(): number {
    return this.#bySession.size
  }

  /** `timeoutMs` 0 waits for ever; `nothing` is the reply after the time. */
  wait(
    session: Session,
    keys: readonly string[],
    timeoutMs: number,
    nothing: Reply,
    attempt: Reader['attempt'],
  ): void {
    const giveUp = (): void => {
      this.remove(session)
      session.unblock(nothing)
    }
    const timer = timeoutMs > 0 ? setTimeout(giveUp, timeoutMs).unref() : undefined
    const reader: Reader = { session, keys, attempt, timer }
    this.#bySession.set(session, reader)
    for (const key of keys) {
      const readers = this.#byKey.get(key)
      if (readers === undefined) this.#byKey.set(key, new Set([reader]))
      else readers.add(reader)
    }
    session.block()
  }

  changed(key: string): void {
    if (this.#byKey.size === 0) return
    for (const reader of this.#byKey.get(key) ?? []) this.#ready.add(reader)
  }

  /** Answers those whose keys have changed. Runs between commands, so that none sees half a transaction. */
  serve(): void {
    for (const reader of this.#ready) {
      this.#ready.delete(reader)
      const reply = this.#bySession.get(reader.session) === reader ? reader.attempt() : undefined
      if (reply === undefined) continue
      this.remove(reader.session)
      reader.session.unblock(reply)
    }
  }

  remove(session: Session): void {
    const reader = this.#bySession.get(session)
    if (reader === undefined) return
    clearTimeout(reader.timer)
    this.#bySession.delete(session)
    for (const key of reader.keys) {
      const readers = this.#byKey.get(key)
      readers?.delete(reader)
      if (readers?.size === 0) this.#byKey.delete(key)
    }
  }
}
