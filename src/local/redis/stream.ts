import { firstPosition } from './binary-search.ts'

/** Milliseconds and a sequence number within them, 64 bits unsigned each. */
export interface StreamId {
  readonly ms: bigint
  readonly seq: bigint
}

export interface StreamEntry {
  readonly id: StreamId
  /** Names and values by turns. */
  readonly fields: readonly string[]
}

export const largestPart = 2n ** 64n - 1n
export const firstId: StreamId = { ms: 0n, seq: 0n }
export const lastId: StreamId = { ms: largestPart, seq: largestPart }

export function compareIds(a: StreamId, b: StreamId): number {
  if (a.ms !== b.ms) return a.ms < b.ms ? -1 : 1
  return a.seq < b.seq ? -1 : a.seq > b.seq ? 1 : 0
}

export function formatId(id: StreamId): string {
  return `${id.ms}-${id.seq}`
}

/** The id after `id`; undefined after the last one. */
export function nextId(id: StreamId): StreamId | undefined {
  if (id.seq < largestPart) return { ms: id.ms, seq: id.seq + 1n }
  return id.ms < largestPart ? { ms: id.ms + 1n, seq: 0n } : undefined
}

export function previousId(id: StreamId): StreamId | undefined {
  if (id.seq > 0n) return { ms: id.ms, seq: id.seq - 1n }
  return id.ms > 0n ? { ms: id.ms - 1n, seq: largestPart } : undefined
}

/** An append-only log. Stays when its last entry goes, because ids must keep growing. */
export class Stream {
  #entries: StreamEntry[] = []
  #last: StreamId = firstId

  get size(): number {
    return this.#entries.length
  }

  /** The highest id ever added. */
  get last(): StreamId {
    return this.#last
  }

  /** `id` must be higher than `last`. */
  append(id: StreamId, fields: readonly string[]): void {
    this.#entries.push({ id, fields })
    this.#last = id
  }

  /** Entries from `from` to `to`, both included, at most `count`. */
  range(from: StreamId, to: StreamId, count = Infinity): StreamEntry[] {
    const start = this.#position(from)
    const found: StreamEntry[] = []
    for (let at = start; at < this.#entries.length && found.length < count; at++) {
      const entry = this.#entries[at]!
      if (compareIds(entry.id, to) > 0) break
      found.push(entry)
    }
    return found
  }

  /** The same from the end. */
  reverseRange(from: StreamId, to: StreamId, count = Infinity): StreamEntry[] {
    const entries = this.range(from, to)
    return entries.reverse().slice(0, count)
  }

  delete(id: StreamId): boolean {
    const at = this.#position(id)
    const entry = this.#entries[at]
    if (entry === undefined || compareIds(entry.id, id) !== 0) return false
    this.#entries.splice(at, 1)
    return true
  }

  /** Keeps the newest `length` entries; returns how many went. */
  trimToLength(length: number, limit = Infinity): number {
    return this.#entries.splice(0, Math.min(limit, Math.max(0, this.#entries.length - length))).length
  }

  /** Drops entries older than `id`; returns how many went. */
  trimBefore(id: StreamId, limit = Infinity): number {
    return this.#entries.splice(0, Math.min(limit, this.#position(id))).length
  }

  #position(id: StreamId): number {
    return firstPosition(this.#entries, entry => compareIds(entry.id, id) >= 0)
  }
}
