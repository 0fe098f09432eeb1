/** An entry of an index: where it sorts, and what it stands for. */
export interface Entry<T> {
  readonly key: string
  /** Tells entries of one key apart; entries of one key are in this order. */
  readonly order: number
  readonly value: T
}

/** Entries a chunk holds before it is split: small enough to insert into, large enough to keep chunks few. */
const chunkSize = 512

const isBefore = (a: Entry<unknown>, key: string, order: number) =>
  a.key < key || (a.key === key && a.order < order)

const isAfter = (a: Entry<unknown>, key: string, order: number) =>
  a.key > key || (a.key === key && a.order > order)

/** Entries in order of their keys. Adding, removing and finding take the logarithm of the size, and one chunk. */
export class SortedList<T> {
  readonly #chunks: Entry<T>[][] = [[]]

  add(entry: Entry<T>): void {
    const at = this.#chunkOf(entry.key, entry.order)
    const chunk = this.#chunks[at]!
    chunk.splice(positionIn(chunk, entry.key, entry.order), 0, entry)
    if (chunk.length > chunkSize) {
      // A chunk that only grows at its end is left nearly full, as the ids of new documents make it.
      const half = at === this.#chunks.length - 1 ? chunkSize - 16 : chunkSize >>> 1
      this.#chunks.splice(at + 1, 0, chunk.splice(half))
    }
  }

  remove(key: string, order: number): void {
    const at = this.#chunkOf(key, order)
    const chunk = this.#chunks[at]!
    const position = positionIn(chunk, key, order)
    const found = chunk[position]
    if (found === undefined || found.key !== key || found.order !== order) return
    chunk.splice(position, 1)
    if (chunk.length === 0 && this.#chunks.length > 1) this.#chunks.splice(at, 1)
  }

  /** Values of the keys in `[from, to)`, ascending. The list must not change meanwhile. */
  *ascending(from: string, to: string): Generator<T> {
    let at = this.#chunkOf(from, Number.NEGATIVE_INFINITY)
    let position = positionIn(this.#chunks[at]!, from, Number.NEGATIVE_INFINITY)
    for (; at < this.#chunks.length; at += 1, position = 0) {
      const chunk = this.#chunks[at]!
      for (; position < chunk.length; position += 1) {
        const entry = chunk[position]!
        if (entry.key >= to) return
        yield entry.value
      }
    }
  }

  /** The same, descending by key. */
  *descending(from: string, to: string): Generator<T> {
    let at = this.#chunkOf(to, Number.NEGATIVE_INFINITY)
    let position = positionIn(this.#chunks[at]!, to, Number.NEGATIVE_INFINITY) - 1
    while (at >= 0) {
      const chunk = this.#chunks[at]!
      for (; position >= 0; position -= 1) {
        const entry = chunk[position]!
        if (entry.key < from) return
        yield entry.value
      }
      at -= 1
      position = (this.#chunks[at]?.length ?? 0) - 1
    }
  }

  // The last chunk that begins at or before the place.
  #chunkOf(key: string, order: number): number {
    let [low, high] = [0, this.#chunks.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      const first = this.#chunks[middle]![0]!
      if (isAfter(first, key, order)) high = middle - 1
      else low = middle
    }
    return low
  }
}

// The first position whose entry is not before the place.
function positionIn(chunk: readonly Entry<unknown>[], key: string, order: number): number {
  let [low, high] = [0, chunk.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(chunk[middle]!, key, order)) low = middle + 1
    else high = middle
  }
  return low
}
