import type { Clock } from './types.ts'

/** What one person may do: `most` times at once, and once more every `everyMs` milliseconds. By this replica's count. */
export class Allowance {
  readonly #most: number
  readonly #everyMs: number
  readonly #clock: Clock
  /** When everything is allowed again. */
  readonly #due = new Map<string, number>()

  constructor(most: number, everyMs: number, clock: Clock) {
    this.#most = most
    this.#everyMs = everyMs
    this.#clock = clock
  }

  /** Milliseconds until it is allowed; 0: it is, and is counted. */
  take(person: string): number {
    const now = this.#clock.now()
    for (const [one, due] of this.#due) if (due <= now) this.#due.delete(one)
    const fullMs = this.#most * this.#everyMs
    // A clock that was set back must not make anybody wait for it.
    const spentMs = Math.min(fullMs, Math.max(0, (this.#due.get(person) ?? now) - now))
    const waitMs = Math.max(0, spentMs + this.#everyMs - fullMs)
    if (waitMs === 0) this.#due.set(person, now + spentMs + this.#everyMs)
    return waitMs
  }

  /** It was not done after all. */
  giveBack(person: string): void {
    const due = this.#due.get(person)
    if (due !== undefined) this.#due.set(person, due - this.#everyMs)
  }
}
