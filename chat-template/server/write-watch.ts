import type { Log } from './log.ts'

/** Who was refused tries again within seconds: when nobody has for so long, nobody is waiting for it. */
const staleMs = 30_000

/**
 * Whether the store takes what is written. MongoDB may answer and still take nothing: its disk is full, or the rights are
 * missing. Writes fail from the first that did until one is done, or until none was tried for 30 s.
 */
export class WriteWatch {
  #failedAt: number | undefined
  #told = false

  /** A write was not done, or nobody knows. */
  failed(): void {
    this.#failedAt = performance.now()
  }

  done(): void {
    this.#failedAt = undefined
  }

  get failing(): boolean {
    return this.#failedAt !== undefined && performance.now() - this.#failedAt < staleMs
  }

  /** What was told last; `look` brings it up to date. */
  get toldFailing(): boolean {
    return this.#told
  }

  /** To be called once a second, so that what comes and goes is not told each time. True: it is another state now. */
  look(log: Log): boolean {
    if (this.failing === this.#told) return false
    this.#told = this.failing
    if (this.#told) log.warn('the store takes no writes')
    else log.info('the store takes writes, or is asked for none')
    return true
  }
}
