import { Binary, Long } from 'bson'
import { Expressions } from '../aggregate/expressions.ts'
import { copies } from '../aggregate/pipeline.ts'
import { type Doc, isDocument, isNumeric, kindOf } from '../bson/kinds.ts'
import { toNumber } from '../bson/numbers.ts'
import type { Cursors } from '../cursors.ts'
import { Deadline } from '../deadline.ts'
import { MongoError, notHere } from '../mongo-error.ts'
import { isTruthy } from '../query/operators.ts'
import { Collection } from '../storage/collection.ts'
import { isSimpleCollation } from '../storage/index-spec.ts'
import { checkDatabase, namespaceOf, type Store } from '../storage/store.ts'

/** What all connections of one server share. */
export interface Shared {
  readonly store: Store
  readonly cursors: Cursors
  readonly startedAt: number
  readonly port: number
}

/** One command with the means to read its fields. */
export class Request {
  readonly name: string
  readonly body: Doc
  readonly shared: Shared
  readonly connectionId: number
  readonly database: string

  constructor(name: string, body: Doc, shared: Shared, connectionId: number) {
    this.name = name
    this.body = body
    this.shared = shared
    this.connectionId = connectionId
    this.database = checkDatabase(body.$db)
  }

  #wrongType(field: string, wanted: string): MongoError {
    const found = kindOf(this.body[field])
    return found === 'missing'
      ? new MongoError(40414, `BSON field '${this.name}.${field}' is missing but a required field`)
      : new MongoError(
          14,
          `BSON field '${this.name}.${field}' is the wrong type '${found}', expected type '${wanted}'`,
        )
  }

  document(field: string): Doc {
    const value = this.body[field]
    if (!isDocument(value)) throw this.#wrongType(field, 'object')
    return value
  }

  /** Empty when the field is not there. */
  optionalDocument(field: string): Doc {
    return this.body[field] === undefined ? {} : this.document(field)
  }

  list(field: string): unknown[] {
    const value = this.body[field]
    if (!Array.isArray(value)) throw this.#wrongType(field, 'array')
    return value
  }

  text(field: string): string {
    const value = this.body[field]
    if (typeof value !== 'string') throw this.#wrongType(field, 'string')
    return value
  }

  flag(field: string, otherwise = false): boolean {
    return this.body[field] === undefined ? otherwise : isTruthy(this.body[field])
  }

  /** A whole number of at least zero. */
  amount(field: string, otherwise: number): number {
    const value = this.body[field]
    if (value === undefined || value === null) return otherwise
    if (!isNumeric(value)) throw this.#wrongType(field, 'long')
    const number = Math.trunc(toNumber(value))
    if (number >= 0) return number
    throw new MongoError(51024, `BSON field '${field}' value must be >= 0, actual value '${number}'`)
  }

  long(field: string): Long {
    const value = this.body[field]
    if (value instanceof Long) return value
    if (isNumeric(value)) return Long.fromNumber(toNumber(value))
    throw this.#wrongType(field, 'long')
  }

  /** The name of the collection that the command is for. */
  get collectionName(): string {
    const name = this.body[this.name]
    namespaceOf(this.database, name)
    return name as string
  }

  get namespace(): string {
    return `${this.database}.${this.collectionName}`
  }

  /** Undefined when there is no such collection. */
  get collection(): Collection | undefined {
    return this.shared.store.find(this.database, this.collectionName)
  }

  /** An empty one when there is none: a query of it is checked all the same. */
  collectionToRead(): Collection {
    return this.collection ?? new Collection(this.namespace)
  }

  openCollection(): Collection {
    return this.shared.store.open(this.database, this.collectionName)
  }

  /** The collection. Throws NamespaceNotFound. */
  needCollection(): Collection {
    const collection = this.collection
    if (collection === undefined) throw new MongoError(26, `ns does not exist: ${this.namespace}`)
    return collection
  }

  deadline(): Deadline {
    return new Deadline(this.amount('maxTimeMS', 0))
  }

  /** With the variables of `let`. */
  expressions(): Expressions {
    const read = copies(name => this.documentsOf(name))
    const lets = this.optionalDocument('let')
    if (Object.keys(lets).length === 0) return new Expressions({}, read)
    const constants = new Expressions({}, read)
    const variables = Object.entries(lets).map(([name, value]) => [name, constants.evaluate({}, value)])
    return new Expressions(Object.fromEntries(variables), read)
  }

  /** The documents of another collection of the same database. */
  documentsOf(name: string): Doc[] {
    const collection = this.shared.store.find(this.database, name)
    return collection === undefined ? [] : Array.from(collection.records(), record => record.doc)
  }

  /** Identifies the session, undefined without one. */
  get session(): string | undefined {
    return sessionKey(this.body.lsid)
  }

  /** A hint must name an index that is there; which index is taken is not up to it. */
  checkHint(collection: Collection | undefined, hint: unknown = this.body.hint): void {
    if (hint === undefined || collection === undefined) return
    if (isDocument(hint) && (Object.keys(hint).length === 0 || '$natural' in hint)) return
    if (collection.hasIndex(hint)) return
    throw new MongoError(
      2,
      'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
    )
  }

  /** Throws for a collation that is more than comparing bytes. */
  checkCollation(collation: unknown = this.body.collation): void {
    if (collation === undefined || (isDocument(collation) && Object.keys(collation).length === 0)) return
    if (!isSimpleCollation(collation)) throw notHere('collation')
  }
}

/** A key for a session's id. */
export function sessionKey(lsid: unknown): string | undefined {
  const id = isDocument(lsid) ? lsid.id : undefined
  return id instanceof Binary ? Buffer.from(id.value()).toString('hex') : undefined
}

/** What a command answers; `ok` is added. */
export type Answer = Doc

export interface Command {
  /** Fields besides those that every command takes. Others are refused, so that nothing is silently not done. */
  readonly fields: readonly string[]
  run(request: Request): Answer
}
