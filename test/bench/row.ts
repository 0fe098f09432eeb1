/** One line of the bench's table. */
export interface Row {
  readonly name: string
  readonly value: number
  /** `x` for a ratio. */
  readonly unit: string
  /** As people read it: `>= 0.3`. */
  readonly target?: string
  /** Absent when nothing was promised or nothing could be measured. */
  readonly ok?: boolean
  readonly note?: string
}

/** The middle one, of both when there are two; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = 0, high = low] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}
