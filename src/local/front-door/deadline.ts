import type { LoadBalancer } from '../../config/config.ts'

export interface Life {
  /** All on the clock of `performance.now()`. */
  readonly startedAt: number
  readonly lastByteAt: number
  /** A WebSocket after its 101. */
  readonly upgraded: boolean
}

/**
 * When the backend service timeout ends this, on the clock of `performance.now()`. A request has it for its complete
 * answer. A WebSocket: classic closes it that long after its start, idle or active; Envoy when no byte has moved
 * either way for that long (docs.cloud.google.com/load-balancing/docs/https/request-distribution#timeout-bes).
 */
export function timeoutAt({ kind, timeout }: Pick<LoadBalancer, 'kind' | 'timeout'>, life: Life): number {
  return (life.upgraded && kind === 'envoy' ? life.lastByteAt : life.startedAt) + timeout * 1000
}

export interface Deadline {
  /** What `due` depends on has changed. */
  rearm(): void
  clear(): void
}

/** setTimeout overflows to 1 ms above this; a timeout may be 68 years long. */
const longestTimer = 2 ** 31 - 1

/** Calls `expire` once, when `due()` has passed. `due` may move later without notice: it is asked again at the end. */
export function createDeadline(due: () => number, expire: () => void): Deadline {
  let timer: NodeJS.Timeout | undefined
  let over = false
  const wait = () => {
    const left = Math.ceil(due() - performance.now())
    timer = setTimeout(look, Math.min(Math.max(left, 0), longestTimer))
  }
  const look = () => {
    if (due() > performance.now()) return wait()
    over = true
    expire()
  }
  wait()
  return {
    rearm() {
      clearTimeout(timer)
      if (!over) wait()
    },
    clear() {
      clearTimeout(timer)
      over = true
    },
  }
}
