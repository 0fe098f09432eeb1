import { describe } from '../bson/describe.ts'
import { keyOf } from '../bson/keys.ts'
import type { Doc } from '../bson/kinds.ts'
import { partsOf, reachedValues } from '../bson/paths.ts'
import { MongoError } from '../mongo-error.ts'
import type { DocumentTest } from '../query/matcher.ts'
import type { IndexSpec } from './index-spec.ts'
import type { Stored } from './record.ts'
import { SortedList } from './sorted-list.ts'

interface IndexKey {
  readonly key: string
  readonly values: readonly unknown[]
}

/**
 * One index of a collection: its documents in the order of their keys, and for a unique index the document of each
 * key. Directions of the specification do not matter here, since a list can be read both ways.
 */
export class Index {
  readonly spec: IndexSpec
  readonly #paths: readonly (readonly string[])[]
  readonly #partial: DocumentTest | undefined
  readonly #list = new SortedList<Stored>()
  readonly #owners = new Map<string, Stored>()
  #multikey = false

  /** `partial`: which documents the index holds, when not all. */
  constructor(spec: IndexSpec, partial: DocumentTest | undefined) {
    this.spec = spec
    this.#paths = spec.fields.map(field => partsOf(field.path))
    this.#partial = partial
  }

  /** Whether some document has, or had, more than one key. */
  get multikey(): boolean {
    return this.#multikey
  }

  /** Throws E11000 when another document than `self` has one of the document's keys. */
  check(doc: Doc, self: Stored | undefined, namespace: string): void {
    if (!this.spec.unique) {
      this.#keysOf(doc)
      return
    }
    for (const { key, values } of this.#keysOf(doc)) {
      const owner = this.#owners.get(key)
      if (owner !== undefined && owner !== self) throw this.#duplicate(values, namespace)
    }
  }

  add(record: Stored): void {
    const keys = this.#keysOf(record.doc)
    if (keys.length > 1) this.#multikey = true
    for (const { key } of keys) {
      this.#list.add({ key, order: record.order, value: record })
      if (this.spec.unique) this.#owners.set(key, record)
    }
  }

  /** Takes out the keys that the record has with `doc`. */
  remove(record: Stored, doc: Doc): void {
    for (const { key } of this.#keysOf(doc)) {
      this.#list.remove(key, record.order)
      if (this.spec.unique) this.#owners.delete(key)
    }
  }

  /** Moves the record from the keys of `before` to those of its document. */
  move(record: Stored, before: Doc): void {
    const [old, present] = [this.#keysOf(before), this.#keysOf(record.doc)]
    if (old.length === present.length && old.every(({ key }, at) => key === present[at]!.key)) return
    this.remove(record, before)
    this.add(record)
  }

  /** The document with exactly this key, of a unique index. */
  owner(key: string): Stored | undefined {
    return this.#owners.get(key)
  }

  /** Records whose keys are in `[from, to)`, ascending or descending; a record can come more than once. */
  range(from: string, to: string, descending: boolean): Iterable<Stored> {
    return descending ? this.#list.descending(from, to) : this.#list.ascending(from, to)
  }

  #keysOf(doc: Doc): IndexKey[] {
    if (this.#partial !== undefined && !this.#partial(doc)) return []
    const columns = this.#paths.map(parts => columnOf(doc, parts))
    if (this.spec.sparse && columns.every(column => column.missing)) return []
    if (columns.filter(column => column.values.length > 1).length > 1) this.#refuseParallel(columns)
    let rows: IndexKey[] = [{ key: '', values: [] }]
    for (const { values } of columns) {
      rows = rows.flatMap(row =>
        values.map(value => ({ key: row.key + keyOf(value), values: [...row.values, value] })),
      )
    }
    return rows.length === 1 ? rows : [...new Map(rows.map(row => [row.key, row])).values()]
  }

  // Two arrays of one document in one index would need every pair of their elements.
  #refuseParallel(columns: readonly { values: readonly unknown[] }[]): void {
    const arrays = this.#paths.filter((_, at) => columns[at]!.values.length > 1).map(parts => parts[0])
    if (new Set(arrays).size > 1) {
      throw new MongoError(171, `cannot index parallel arrays [${arrays[1]}] [${arrays[0]}]`)
    }
  }

  #duplicate(values: readonly unknown[], namespace: string): MongoError {
    const names = this.spec.fields.map(field => field.path)
    const shown = names.map((name, at) => `${name}: ${describe(values[at])}`).join(', ')
    return new MongoError(
      11000,
      `E11000 duplicate key error collection: ${namespace} index: ${this.spec.name} dup key: { ${shown} }`,
      {
        keyPattern: this.spec.key,
        keyValue: Object.fromEntries(names.map((name, at) => [name, values[at]])),
      },
    )
  }
}

/** What an index holds of one field: null for a missing one, undefined for an empty array, each element of an array. */
function columnOf(doc: Doc, parts: readonly string[]): { values: unknown[]; missing: boolean } {
  const reached = reachedValues(doc, parts)
  const missing = reached.every(value => value === undefined)
  if (missing) return { values: [null], missing }
  const values = reached.flatMap(value => {
    if (!Array.isArray(value)) return [value ?? null]
    return value.length === 0 ? [undefined] : value
  })
  return { values, missing }
}
