/** Position of the first item for which `reached` holds, or the length; every item before it must fail it. */
export function firstPosition<T>(items: readonly T[], reached: (item: T) => boolean): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (reached(items[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
