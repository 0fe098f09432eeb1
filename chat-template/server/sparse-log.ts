import type { Log } from './log.ts'
import type { Clock } from './types.ts'

const everyMs = 60_000

/** For what strangers can cause as often as they like: one line a minute for each kind, with how often it happened. */
export class SparseLog {
  readonly #log: Log
  readonly #clock: Clock
  readonly #kinds = new Map<string, { saidAt: number; times: number }>()

  constructor(log: Log, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  /** `kind` must be one of a few words of ours, never something that came over the wire. */
  note(
    kind: string,
    message: string,
    fields: Record<string, unknown>,
    level: 'info' | 'warn' | 'error' = 'info',
  ): void {
    const now = this.#clock.now()
    const known = this.#kinds.get(kind) ?? { saidAt: Number.NEGATIVE_INFINITY, times: 0 }
    known.times++
    this.#kinds.set(kind, known)
    if (now - known.saidAt < everyMs) return
    this.#log[level](message, { ...fields, times: known.times })
    known.saidAt = now
    known.times = 0
  }
}
