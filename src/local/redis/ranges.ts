/** Redis' `start stop`, both included and negative from the end, as a half-open range of positions. */
export function clampRange(start: number, stop: number, length: number): [from: number, end: number] {
  const from = Math.max(0, start < 0 ? length + start : start)
  const end = Math.min(length, (stop < 0 ? length + stop : stop) + 1)
  return from < end ? [from, end] : [0, 0]
}
