import { type EventLoopUtilization, performance } from 'node:perf_hooks'

/** Nobody notices that a message comes this much later; beyond it, gathering more saves next to nothing. */
const mostMs = 50

/** Up to here nothing is gained by making anybody wait. */
const busyFrom = 0.5

/**
 * How long a busy room's messages are gathered before they are sent on together: `leastMs` as long as the process is idle
 * half of the time, longer the busier it is. What is gathered costs about as much as one message, so a process that has
 * less time left does less for each; what it gives up for that is a few milliseconds.
 */
export class Pace {
  readonly #leastMs: number
  #before: EventLoopUtilization = performance.eventLoopUtilization()
  #ms: number

  constructor(leastMs: number) {
    this.#leastMs = leastMs
    this.#ms = leastMs
  }

  /** Milliseconds. */
  get ms(): number {
    return this.#ms
  }

  /** What being busy adds to the least, milliseconds: 0 for a process with time left. */
  get extraMs(): number {
    return this.#ms - this.#leastMs
  }

  /** Looks at how busy the process has been since the last look; to be called a few times a second. */
  look(): void {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, this.#before)
    this.#before = now
    this.#ms = paceOf(this.#leastMs, utilization)
  }
}

/** `utilization`: from 0, always waiting, to 1, never. Pure. */
export function paceOf(leastMs: number, utilization: number): number {
  const idle = Math.max(1 - utilization, 0.01)
  return Math.max(leastMs, Math.min((leastMs * (1 - busyFrom)) / idle, mostMs))
}
