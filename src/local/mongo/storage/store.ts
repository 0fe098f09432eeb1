import { MongoError } from '../mongo-error.ts'
import { Collection } from './collection.ts'

/** https://www.mongodb.com/docs/v7.0/reference/limits/#naming-restrictions */
const mostDatabaseBytes = 63
const mostNamespaceBytes = 255

/** Throws InvalidNamespace for a name that no database can have. */
export function checkDatabase(name: unknown): string {
  if (
    typeof name !== 'string' ||
    name === '' ||
    /[/\\. "$\0]/.test(name) ||
    Buffer.byteLength(name) > mostDatabaseBytes
  ) {
    throw new MongoError(73, `Invalid database name: '${String(name)}'`)
  }
  return name
}

/** `database.collection`. Throws InvalidNamespace for a name that no collection can have. */
export function namespaceOf(database: string, collection: unknown): string {
  const namespace = `${database}.${String(collection)}`
  if (typeof collection !== 'string') {
    throw new MongoError(73, `collection name has invalid type ${typeof collection}`)
  }
  if (
    collection === '' ||
    /^\.|\.\.|\.$|[$\0]/.test(collection) ||
    Buffer.byteLength(namespace) > mostNamespaceBytes
  ) {
    throw new MongoError(73, `Invalid namespace specified '${namespace}'`)
  }
  return namespace
}

/** All databases of one server, in memory. */
export class Store {
  readonly #databases = new Map<string, Map<string, Collection>>()

  databases(): string[] {
    return [...this.#databases.keys()].sort()
  }

  /** In the order of their names. */
  collections(database: string): [string, Collection][] {
    return [...(this.#databases.get(database) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))
  }

  find(database: string, name: string): Collection | undefined {
    return this.#databases.get(database)?.get(name)
  }

  /** The collection, made when it is not there: what a first write does. */
  open(database: string, name: string): Collection {
    const present = this.find(database, name)
    if (present !== undefined) return present
    const collection = new Collection(`${database}.${name}`)
    const collections = this.#databases.get(database) ?? new Map<string, Collection>()
    collections.set(name, collection)
    this.#databases.set(database, collections)
    return collection
  }

  /** The dropped collection, undefined when there was none. */
  drop(database: string, name: string): Collection | undefined {
    const collections = this.#databases.get(database)
    const collection = collections?.get(name)
    collections?.delete(name)
    if (collections?.size === 0) this.#databases.delete(database)
    return collection
  }

  dropDatabase(database: string): boolean {
    return this.#databases.delete(database)
  }
}
