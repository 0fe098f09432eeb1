export interface OutputLimits {
  readonly hardBytes: number
  readonly softBytes: number
  /** How long the soft limit may be exceeded without a break. */
  readonly softMs: number
}

/** Redis' default for subscribers: `client-output-buffer-limit pubsub 32mb 8mb 60`. */
export const subscriberLimits: OutputLimits = {
  hardBytes: 32 * 1024 * 1024,
  softBytes: 8 * 1024 * 1024,
  softMs: 60_000,
}

/** Watches what waits to be read by one subscriber that may be too slow. */
export class OutputLimit {
  readonly #limits: OutputLimits
  #overSoftSince: number | undefined

  constructor(limits: OutputLimits = subscriberLimits) {
    this.#limits = limits
  }

  /** Whether the subscriber must be cut, given the `bytes` that wait at `now` (milliseconds). */
  exceeded(bytes: number, now: number): boolean {
    if (bytes > this.#limits.hardBytes) return true
    if (bytes <= this.#limits.softBytes) {
      this.#overSoftSince = undefined
      return false
    }
    this.#overSoftSince ??= now
    return now - this.#overSoftSince > this.#limits.softMs
  }
}
