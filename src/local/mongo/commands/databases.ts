import { documentBytes } from '../bson/codec.ts'
import type { Doc } from '../bson/kinds.ts'
import { firstBatchSize } from '../cursors.ts'
import { notHere } from '../mongo-error.ts'
import { compileFilter } from '../query/matcher.ts'
import type { Collection } from '../storage/collection.ts'
import { checkDatabase } from '../storage/store.ts'
import { cursorAnswer } from './cursors.ts'
import type { Command, Request } from './request.ts'

function sizeOf(collections: readonly [string, Collection][]): number {
  let size = 0
  for (const [, collection] of collections)
    for (const record of collection.records()) size += record.bytes.length
  return size
}

function listDatabases(request: Request): Doc {
  const { store } = request.shared
  const test = compileFilter(request.optionalDocument('filter'), request.expressions().evaluate)
  const found = store
    .databases()
    .map(name => ({ name, sizeOnDisk: sizeOf(store.collections(name)), empty: false }))
    .filter(test)
  if (request.flag('nameOnly')) return { databases: found.map(({ name }) => ({ name })) }
  const totalSize = found.reduce((sum, { sizeOnDisk }) => sum + sizeOnDisk, 0)
  return { databases: found, totalSize, totalSizeMb: Math.floor(totalSize / 1024 / 1024) }
}

function listCollections(request: Request): Doc {
  const test = compileFilter(request.optionalDocument('filter'), request.expressions().evaluate)
  const found = request.shared.store
    .collections(request.database)
    .map(([name, collection]) => ({
      name,
      type: 'collection',
      options: {},
      info: { readOnly: false, uuid: collection.uuid },
      idIndex: { v: 2, key: { _id: 1 }, name: '_id_' },
    }))
    .filter(test)
  const shown = request.flag('nameOnly') ? found.map(({ name, type }) => ({ name, type })) : found
  const batchSize = Number(request.optionalDocument('cursor').batchSize ?? firstBatchSize)
  return cursorAnswer(
    request,
    { length: shown.length, bytesAt: at => documentBytes(shown[at]!) },
    { namespace: `${request.database}.$cmd.listCollections`, batchSize },
  )
}

/** Options that would change what the collection does. */
const refusedOptions = [
  ...['capped', 'viewOn', 'pipeline', 'timeseries', 'validator', 'clusteredIndex', 'expireAfterSeconds'],
  ...['changeStreamPreAndPostImages', 'encryptedFields'],
]

/** Options that make no difference here. */
const ignoredOptions = [
  ...['size', 'max', 'autoIndexId', 'idIndex', 'storageEngine', 'validationLevel', 'validationAction'],
  ...['indexOptionDefaults', 'flags'],
]

/** Creating what is there is no error, since MongoDB 7.0. */
function create(request: Request): Doc {
  request.checkCollation()
  const refused = refusedOptions.find(option => request.flag(option))
  if (refused !== undefined) throw notHere(`a collection with the option '${refused}'`)
  request.openCollection()
  return {}
}

/** Dropping what is not there is no error, since MongoDB 7.0. */
function drop(request: Request): Doc {
  const { store, cursors } = request.shared
  const dropped = store.drop(request.database, request.collectionName)
  if (dropped === undefined) return {}
  cursors.drop(request.namespace)
  return { nIndexesWas: dropped.indexes.length, ns: request.namespace }
}

function dropDatabase(request: Request): Doc {
  const { store, cursors } = request.shared
  const database = checkDatabase(request.database)
  for (const [, collection] of store.collections(database)) cursors.drop(collection.namespace)
  return store.dropDatabase(database) ? { dropped: database } : {}
}

function databaseStats(request: Request): Doc {
  const collections = request.shared.store.collections(request.database)
  const sum = (of: (collection: Collection) => number) =>
    collections.reduce((total, [, collection]) => total + of(collection), 0)
  const size = sizeOf(collections)
  return {
    db: request.database,
    collections: collections.length,
    views: 0,
    objects: sum(collection => collection.size),
    dataSize: size,
    storageSize: size,
    indexes: sum(collection => collection.indexes.length),
  }
}

/** Commands about databases and collections. */
export const databaseCommands: Readonly<Record<string, Command>> = {
  listDatabases: { fields: ['filter', 'nameOnly', 'authorizedDatabases'], run: listDatabases },
  listCollections: {
    fields: ['filter', 'nameOnly', 'cursor', 'authorizedCollections'],
    run: listCollections,
  },
  create: { fields: [...refusedOptions, ...ignoredOptions, 'collation'], run: create },
  drop: { fields: [], run: drop },
  dropDatabase: { fields: [], run: dropDatabase },
  dbStats: { fields: ['scale', 'freeStorage'], run: databaseStats },
}
