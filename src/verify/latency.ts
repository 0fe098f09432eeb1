/** Milliseconds, to a tenth. */
export interface Latency {
  readonly p50: number
  readonly p95: number
  readonly max: number
}

/** Nearest-rank percentiles; undefined for no values. */
export function latencyOf(values: readonly number[]): Latency | undefined {
  if (values.length === 0) return undefined
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => tenth(sorted[Math.ceil(share * sorted.length) - 1] ?? 0)
  return { p50: at(0.5), p95: at(0.95), max: at(1) }
}

export function tenth(ms: number): number {
  return Math.round(ms * 10) / 10
}

/** `p50 1.2, p95 3.4, max 5.6 ms` */
export function describeLatency(latency: Latency | undefined): string {
  return latency === undefined
    ? 'no latency'
    : `p50 ${latency.p50}, p95 ${latency.p95}, max ${latency.max} ms`
}
