import type { Session } from './session.ts'

/** Who watches which key for a transaction. */
export class Watches {
  readonly #byKey = new Map<string, Set<Session>>()

  add(key: string, session: Session): void {
    session.watched.add(key)
    const sessions = this.#byKey.get(key)
    if (sessions === undefined) this.#byKey.set(key, new Set([session]))
    else sessions.add(session)
  }

  /** Forgets all keys of a session: after EXEC, DISCARD, UNWATCH and the end of the connection. */
  clear(session: Session): void {
    for (const key of session.watched) {
      const sessions = this.#byKey.get(key)
      sessions?.delete(session)
      if (sessions?.size === 0) this.#byKey.delete(key)
    }
    session.watched.clear()
    session.watchBroken = false
  }

  changed(key: string): void {
    if (this.#byKey.size === 0) return
    for (const session of this.#byKey.get(key) ?? []) session.watchBroken = true
  }
}
