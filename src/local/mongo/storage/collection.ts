import { randomUUID } from 'node:crypto'
import { ObjectId, UUID } from 'bson'
import { documentBytes, maxDocumentBytes, parseDocument, withIdFirst } from '../bson/codec.ts'
import { compareValues } from '../bson/compare.ts'
import { type Doc, kindOf } from '../bson/kinds.ts'
import { MongoError } from '../mongo-error.ts'
import type { DocumentTest } from '../query/matcher.ts'
import { describeIndex, type IndexSpec, isPresent, parseIndexSpec } from './index-spec.ts'
import { Index } from './ordered-index.ts'
import type { Stored } from './record.ts'

const idIndex = () => parseIndexSpec({ key: { _id: 1 }, name: '_id_', unique: true })

/** Indexes that one collection may have. https://www.mongodb.com/docs/v7.0/reference/limits/ */
const mostIndexes = 64

/** `_id` may be anything but these. */
const refusedIds: ReadonlyMap<string, string> = new Map([
  ['array', 'array'],
  ['regex', 'regex'],
])

/** The documents of one namespace and their indexes. All of it is synchronous, so each call is atomic. */
export class Collection {
  /** `database.collection`. */
  readonly namespace: string
  readonly uuid = new UUID(randomUUID())
  readonly #records = new Map<number, Stored>()
  #indexes: Index[] = [new Index(idIndex(), undefined)]
  #nextOrder = 0

  constructor(namespace: string) {
    this.namespace = namespace
  }

  get size(): number {
    return this.#records.size
  }

  /** In the order of insertion. */
  records(): Iterable<Stored> {
    return this.#records.values()
  }

  get indexes(): readonly Index[] {
    return this.#indexes
  }

  /** Stores a copy of the bytes, with an `_id`. Throws E11000, and BadValue for a document that is too large. */
  insert(given: Uint8Array): Stored {
    if (given.length > maxDocumentBytes) {
      throw new MongoError(
        2,
        `object to insert too large. size in bytes: ${given.length}, max size: ${maxDocumentBytes}`,
      )
    }
    const bytes = withIdFirst(given, () => ({ _id: new ObjectId() }))
    const record: Stored = { order: this.#nextOrder, doc: parseDocument(bytes), bytes }
    const refused = refusedIds.get(kindOf(record.doc._id))
    if (refused !== undefined) {
      throw new MongoError(53, `The '_id' value cannot be of type ${refused}`)
    }
    for (const index of this.#indexes) index.check(record.doc, undefined, this.namespace)
    this.#nextOrder += 1
    this.#records.set(record.order, record)
    for (const index of this.#indexes) index.add(record)
    return record
  }

  /** Gives the record another document with the same `_id`. Says whether anything is different now. */
  replace(record: Stored, doc: Doc): boolean {
    const bytes = documentBytes(doc)
    if (Buffer.compare(bytes, record.bytes) === 0) return false
    if (bytes.length > maxDocumentBytes) {
      throw new MongoError(17419, `Resulting document after update is larger than ${maxDocumentBytes}`)
    }
    for (const index of this.#indexes) index.check(doc, record, this.namespace)
    const before = record.doc
    record.doc = doc
    record.bytes = bytes
    for (const index of this.#indexes) index.move(record, before)
    return true
  }

  remove(record: Stored): void {
    if (!this.#records.delete(record.order)) return
    for (const index of this.#indexes) index.remove(record, record.doc)
  }

  /**
   * Adds an index over what is there. `partial` compiles a partialFilterExpression.
   * False when it is there already; throws E11000 when documents share a key that must be unique.
   */
  createIndex(spec: IndexSpec, partial: (expression: Doc) => DocumentTest): boolean {
    if (
      isPresent(
        spec,
        this.#indexes.map(index => index.spec),
      )
    )
      return false
    if (this.#indexes.length >= mostIndexes) {
      throw new MongoError(
        67,
        `add index fails, too many indexes for ${this.namespace} key:${JSON.stringify(spec.key)}`,
      )
    }
    const expression = spec.partialFilterExpression
    const index = new Index(spec, expression === undefined ? undefined : partial(expression))
    for (const record of this.#records.values()) {
      index.check(record.doc, undefined, this.namespace)
      index.add(record)
    }
    this.#indexes.push(index)
    return true
  }

  /** Drops by name or by key, everything but `_id_` for `*`. Throws IndexNotFound. */
  dropIndex(which: string | Doc): void {
    if (which === '*') {
      this.#indexes = this.#indexes.slice(0, 1)
      return
    }
    const found = this.#find(which)
    if (found === undefined) {
      throw new MongoError(
        27,
        typeof which === 'string'
          ? `index not found with name [${which}]`
          : `can't find index with key: ${JSON.stringify(which)}`,
      )
    }
    if (found.spec.name === '_id_') throw new MongoError(72, 'cannot drop _id index')
    this.#indexes = this.#indexes.filter(index => index !== found)
  }

  /** By name or by key. */
  hasIndex(which: unknown): boolean {
    return this.#find(which) !== undefined
  }

  #find(which: unknown): Index | undefined {
    return this.#indexes.find(({ spec }) =>
      typeof which === 'string' ? spec.name === which : compareValues(spec.key, which) === 0,
    )
  }

  describeIndexes(): Doc[] {
    return this.#indexes.map(index => describeIndex(index.spec))
  }
}
