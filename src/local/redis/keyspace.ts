import { CommandError, errors } from './command-error.ts'
import { SortedSet } from './sorted-set.ts'
import { Stream } from './stream.ts'

/** What a key can hold, by Redis' own name of the type. */
export interface Values {
  string: string
  hash: Map<string, string>
  set: Set<string>
  zset: SortedSet
  list: string[]
  stream: Stream
}

export type Type = keyof Values
export type Container = Exclude<Type, 'string'>

const empty: { readonly [T in Container]: () => Values[T] } = {
  hash: () => new Map(),
  set: () => new Set(),
  zset: () => new SortedSet(),
  list: () => [],
  stream: () => new Stream(),
}

interface Entry {
  readonly type: Type
  readonly value: Values[Type]
  /** Grows with every new key: the order of the map, and so a cursor for SCAN. */
  readonly order: number
}

export interface ScanPage {
  readonly keys: readonly string[]
  /** 0 when the scan is complete. */
  readonly cursor: number
}

/** The keys with their values and their times to live. Expired keys go when looked at, and in `sweep`. */
export class Keyspace {
  readonly #entries = new Map<string, Entry>()
  readonly #expiries = new Map<string, number>()
  readonly #now: () => number
  readonly #onChange: (key: string) => void
  #order = 0
  #sweeping: Iterator<[string, number]> | undefined

  /** `now`: milliseconds since 1970. `onChange`: called after every change of a key, its expiry included. */
  constructor(now: () => number, onChange: (key: string) => void) {
    this.#now = now
    this.#onChange = onChange
  }

  /** Keys, those that are about to expire included. */
  get size(): number {
    return this.#entries.size
  }

  get expiring(): number {
    return this.#expiries.size
  }

  now(): number {
    return this.#now()
  }

  type(key: string): Type | undefined {
    return this.#live(key)?.type
  }

  has(key: string): boolean {
    return this.#live(key) !== undefined
  }

  /** The value when the key is there and of that type; throws WRONGTYPE when it is of another. */
  find<T extends Type>(type: T, key: string): Values[T] | undefined {
    const entry = this.#live(key)
    if (entry === undefined) return undefined
    if (entry.type !== type) throw new CommandError(errors.wrongType)
    return entry.value as Values[T]
  }

  /** The same, or a new empty one that becomes a key; `changed` must follow. */
  findOrCreate<T extends Container>(type: T, key: string): Values[T] {
    const found = this.find(type, key)
    if (found !== undefined) return found
    const value = empty[type]()
    this.#entries.set(key, { type, value, order: ++this.#order })
    return value
  }

  /** Replaces whatever the key held, and its expiry unless `keepExpiry`. */
  put<T extends Type>(type: T, key: string, value: Values[T], keepExpiry = false): void {
    const order = this.#live(key)?.order ?? ++this.#order
    this.#entries.set(key, { type, value, order })
    if (!keepExpiry) this.#expiries.delete(key)
    this.#onChange(key)
  }

  /** To be called after a container was changed in place: an empty one stops being a key, as in Redis. */
  changed(key: string): void {
    const entry = this.#entries.get(key)
    if (entry !== undefined && isEmpty(entry.value)) {
      this.delete(key)
      return
    }
    this.#onChange(key)
  }

  delete(key: string): boolean {
    if (this.#live(key) === undefined) return false
    this.#drop(key)
    return true
  }

  clear(): void {
    const keys = [...this.#entries.keys()]
    this.#entries.clear()
    this.#expiries.clear()
    for (const key of keys) this.#onChange(key)
  }

  /** Moves value and expiry; `from` must be there. */
  rename(from: string, to: string): void {
    const entry = this.#live(from)
    if (entry === undefined || from === to) return
    const expiresAt = this.#expiries.get(from)
    this.#drop(from)
    this.put(entry.type, to, entry.value)
    if (expiresAt !== undefined) this.#expiries.set(to, expiresAt)
  }

  /** Milliseconds since 1970, or undefined when the key never expires or is not there. */
  expiresAt(key: string): number | undefined {
    return this.has(key) ? this.#expiries.get(key) : undefined
  }

  /** A time that is past deletes the key. */
  expireAt(key: string, at: number): void {
    if (at <= this.#now()) {
      this.delete(key)
      return
    }
    this.#expiries.set(key, at)
    this.#onChange(key)
  }

  /** True when there was an expiry to take away. */
  persist(key: string): boolean {
    if (!this.has(key) || !this.#expiries.delete(key)) return false
    this.#onChange(key)
    return true
  }

  *keys(): Generator<string> {
    for (const key of this.#entries.keys()) if (this.has(key)) yield key
  }

  /** Keys newer than `cursor`, at most `count`: one that stays through the whole scan is returned exactly once. */
  scan(cursor: number, count: number): ScanPage {
    const keys: string[] = []
    let last = cursor
    for (const [key, { order }] of this.#entries) {
      if (order <= cursor) continue
      if (keys.length === count) return { keys: keys.filter(found => this.has(found)), cursor: last }
      last = order
      keys.push(key)
    }
    return { keys: keys.filter(key => this.has(key)), cursor: 0 }
  }

  /** Looks at up to `limit` keys that have an expiry, where the last sweep stopped, and drops the expired ones. */
  sweep(limit: number): void {
    this.#sweeping ??= this.#expiries.entries()
    for (let looked = 0; looked < limit; looked++) {
      const { value, done } = this.#sweeping.next()
      if (done === true) {
        this.#sweeping = undefined
        return
      }
      if (value[1] <= this.#now()) this.#drop(value[0])
    }
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || this.#expiries.size === 0) return entry
    const expiresAt = this.#expiries.get(key)
    if (expiresAt === undefined || expiresAt > this.#now()) return entry
    this.#drop(key)
    return undefined
  }

  #drop(key: string): void {
    this.#entries.delete(key)
    this.#expiries.delete(key)
    this.#onChange(key)
  }
}

function isEmpty(value: Values[Type]): boolean {
  if (value instanceof Stream || typeof value === 'string') return false
  return Array.isArray(value) ? value.length === 0 : value.size === 0
}
