import { documentBytes } from '../bson/codec.ts'
import { equalValues } from '../bson/compare.ts'
import { type Doc, isDocument } from '../bson/kinds.ts'
import { firstBatchSize } from '../cursors.ts'
import { MongoError } from '../mongo-error.ts'
import { compileFilter } from '../query/matcher.ts'
import type { Collection } from '../storage/collection.ts'
import { parseIndexSpec } from '../storage/index-spec.ts'
import { cursorAnswer } from './cursors.ts'
import type { Command, Request } from './request.ts'

/** All indexes of one command come or none does. */
function createIndexes(request: Request): Doc {
  const specs = request.list('indexes').map(parseIndexSpec)
  if (specs.length === 0) throw new MongoError(2, 'Must specify at least one index to create')
  const createdCollectionAutomatically = request.collection === undefined
  const collection = request.openCollection()
  const { evaluate } = request.expressions()
  const numIndexesBefore = collection.indexes.length
  const created: string[] = []
  try {
    for (const spec of specs) {
      if (collection.createIndex(spec, expression => compileFilter(expression, evaluate)))
        created.push(spec.name)
    }
  } catch (cause) {
    for (const name of created) collection.dropIndex(name)
    throw cause instanceof MongoError && cause.code === 11000 ? buildFailed(collection, cause) : cause
  }
  return {
    numIndexesBefore,
    numIndexesAfter: collection.indexes.length,
    createdCollectionAutomatically,
    ...(created.length === 0 ? { note: 'all indexes already exist' } : {}),
  }
}

function buildFailed(collection: Collection, cause: MongoError): MongoError {
  const uuid = collection.uuid.toHexString()
  return new MongoError(
    cause.code,
    `Index build failed: ${uuid}: Collection ${collection.namespace} ( ${uuid} ) :: caused by :: ${cause.message}`,
    cause.extra,
  )
}

function listIndexes(request: Request): Doc {
  const indexes = request.needCollection().describeIndexes()
  const batchSize = Number(request.optionalDocument('cursor').batchSize ?? firstBatchSize)
  return cursorAnswer(
    request,
    { length: indexes.length, bytesAt: at => documentBytes(indexes[at]!) },
    { namespace: request.namespace, batchSize },
  )
}

function dropIndexes(request: Request): Doc {
  const collection = request.needCollection()
  const nIndexesWas = collection.indexes.length
  const { index } = request.body
  for (const which of Array.isArray(index) ? index : [index]) {
    if (typeof which !== 'string' && !isDocument(which)) {
      throw new MongoError(
        14,
        "BSON field 'dropIndexes.index' is the wrong type, expected types '[string, object]'",
      )
    }
    collection.dropIndex(which)
  }
  return { nIndexesWas }
}

/** Of collMod, the one thing that running apps use: another TTL. */
function collMod(request: Request): Doc {
  const collection = request.needCollection()
  if (request.body.index === undefined) return {}
  const { keyPattern, name, expireAfterSeconds } = request.document('index')
  const shown = collection
    .describeIndexes()
    .find(index => index.name === name || (isDocument(keyPattern) && equalValues(index.key, keyPattern)))
  if (shown === undefined)
    throw new MongoError(
      27,
      `cannot find index ${String(name ?? 'with that key')} for ns ${request.namespace}`,
    )
  const { v: _, ...before } = shown
  const spec = parseIndexSpec({ ...before, expireAfterSeconds })
  collection.dropIndex(spec.name)
  collection.createIndex(spec, expression => compileFilter(expression, request.expressions().evaluate))
  return { expireAfterSeconds_old: before.expireAfterSeconds, expireAfterSeconds_new: expireAfterSeconds }
}

export const indexCommands: Readonly<Record<string, Command>> = {
  createIndexes: { fields: ['indexes', 'commitQuorum'], run: createIndexes },
  listIndexes: { fields: ['cursor'], run: listIndexes },
  dropIndexes: { fields: ['index'], run: dropIndexes },
  deleteIndexes: { fields: ['index'], run: dropIndexes },
  collMod: { fields: ['index'], run: collMod },
}
