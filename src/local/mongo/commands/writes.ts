import { documentBytes, RawDocument } from '../bson/codec.ts'
import { type Doc, isDocument } from '../bson/kinds.ts'
import { MongoError } from '../mongo-error.ts'
import { isTruthy } from '../query/operators.ts'
import type { Collection } from '../storage/collection.ts'
import { select } from '../storage/select.ts'
import { compileUpdate } from '../update/update.ts'
import { maxWriteBatchSize } from './handshake.ts'
import type { Command, Request } from './request.ts'

/** The writes of one command. Throws InvalidLength for none or too many. */
function batch(request: Request, field: string): unknown[] {
  const writes = request.list(field)
  if (writes.length > 0 && writes.length <= maxWriteBatchSize) return writes
  throw new MongoError(
    16,
    `Write batch sizes must be between 1 and ${maxWriteBatchSize}. Got ${writes.length} operations.`,
  )
}

/** Runs the writes one by one; ordered ones end at the first error. */
function runAll(
  request: Request,
  writes: readonly unknown[],
  run: (write: unknown, index: number) => void,
): Doc {
  const ordered = request.flag('ordered', true)
  const writeErrors: Doc[] = []
  for (const [index, write] of writes.entries()) {
    try {
      run(write, index)
    } catch (cause) {
      if (!(cause instanceof MongoError)) throw cause
      writeErrors.push({ index, code: cause.code, errmsg: cause.message, ...cause.extra })
      if (ordered) break
    }
  }
  return writeErrors.length === 0 ? {} : { writeErrors }
}

/** One entry of `updates` or `deletes`. Throws on fields that it does not know. */
function entry(request: Request, field: string, value: unknown, known: readonly string[]): Doc {
  if (!isDocument(value) || !isDocument(value.q)) {
    throw new MongoError(40414, `BSON field '${request.name}.${field}.q' is missing but a required field`)
  }
  const unknown = Object.keys(value).find(name => !known.includes(name))
  if (unknown !== undefined) {
    throw new MongoError(40415, `BSON field '${request.name}.${field}.${unknown}' is an unknown field.`)
  }
  request.checkCollation(value.collation)
  request.checkHint(request.collection, value.hint)
  return value
}

function insert(request: Request): Doc {
  const documents = batch(request, 'documents')
  const collection = request.openCollection()
  let n = 0
  const errors = runAll(request, documents, document => {
    if (!(document instanceof RawDocument)) {
      throw new MongoError(14, "BSON field 'insert.documents' must hold objects")
    }
    collection.insert(document.bytes)
    n += 1
  })
  return { n, ...errors }
}

interface Updated {
  matched: number
  modified: number
  /** Of the document that an upsert inserted. */
  id?: unknown
}

function updateOne(request: Request, collection: Collection, write: Doc): Updated {
  const expressions = request.expressions()
  const filter = write.q as Doc
  const multi = isTruthy(write.multi)
  const update = compileUpdate({ filter, update: write.u, arrayFilters: write.arrayFilters, expressions })
  if (multi && update.replaces) {
    throw new MongoError(9, 'multi update is not supported for replacement-style update')
  }
  const { records } = select(collection, {
    filter,
    limit: multi ? 0 : 1,
    ...(isDocument(write.sort) ? { sort: write.sort } : {}),
    evaluate: expressions.evaluate,
    deadline: request.deadline(),
  })
  if (records.length === 0 && isTruthy(write.upsert)) {
    return { matched: 0, modified: 0, id: collection.insert(documentBytes(update.upserted())).doc._id }
  }
  const modified = records.filter(record => collection.replace(record, update.apply(record.doc))).length
  return { matched: records.length, modified }
}

const updateFields = ['q', 'u', 'c', 'multi', 'upsert', 'arrayFilters', 'hint', 'collation', 'sort']

function update(request: Request): Doc {
  const writes = batch(request, 'updates')
  let [n, nModified] = [0, 0]
  const upserted: Doc[] = []
  const errors = runAll(request, writes, (value, index) => {
    const write = entry(request, 'updates', value, updateFields)
    // An update that matches nothing makes no collection; an upsert does.
    const collection = isTruthy(write.upsert) ? request.openCollection() : request.collectionToRead()
    const result = updateOne(request, collection, write)
    n += result.matched
    nModified += result.modified
    if ('id' in result) {
      n += 1
      upserted.push({ index, _id: result.id })
    }
  })
  return { n, nModified, ...(upserted.length === 0 ? {} : { upserted }), ...errors }
}

function remove(request: Request): Doc {
  const writes = batch(request, 'deletes')
  let n = 0
  const errors = runAll(request, writes, value => {
    const write = entry(request, 'deletes', value, ['q', 'limit', 'hint', 'collation'])
    const limit = Number(write.limit)
    if (limit !== 0 && limit !== 1) {
      throw new MongoError(9, `The limit field in delete objects must be 0 or 1. Got ${String(write.limit)}`)
    }
    const collection = request.collectionToRead()
    const { records } = select(collection, {
      filter: write.q as Doc,
      limit,
      evaluate: request.expressions().evaluate,
      deadline: request.deadline(),
    })
    for (const record of records) collection.remove(record)
    n += records.length
  })
  return { n, ...errors }
}

const common = ['ordered', 'bypassDocumentValidation', 'let']

export const writeCommands: Readonly<Record<string, Command>> = {
  insert: { fields: ['documents', ...common], run: insert },
  update: { fields: ['updates', ...common], run: update },
  delete: { fields: ['deletes', ...common], run: remove },
}
