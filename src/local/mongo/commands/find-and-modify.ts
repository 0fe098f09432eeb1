import { compileProjection } from '../aggregate/projection.ts'
import { documentBytes } from '../bson/codec.ts'
import { type Doc, isDocument } from '../bson/kinds.ts'
import { MongoError } from '../mongo-error.ts'
import { selectOne } from '../storage/select.ts'
import { compileUpdate } from '../update/update.ts'
import type { Command, Request } from './request.ts'

interface Change {
  readonly value: Doc | null
  readonly lastErrorObject: Doc
}

function check(request: Request): void {
  const [remove, update] = [request.flag('remove'), request.body.update]
  if (remove && update !== undefined) throw new MongoError(9, 'Cannot specify both an update and remove=true')
  if (!remove && update === undefined)
    throw new MongoError(9, 'Either an update or remove=true must be specified')
  if (remove && request.flag('new')) {
    throw new MongoError(
      9,
      "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
    )
  }
  if (remove && request.flag('upsert')) {
    throw new MongoError(9, 'Cannot specify both upsert=true and remove=true')
  }
  request.checkCollation()
  request.checkHint(request.collection)
}

function selected(request: Request) {
  return selectOne(request.collectionToRead(), {
    filter: request.optionalDocument('query'),
    sort: request.body.sort === null ? {} : request.optionalDocument('sort'),
    evaluate: request.expressions().evaluate,
    deadline: request.deadline(),
  })
}

function remove(request: Request): Change {
  const record = selected(request)
  if (record === undefined) return { value: null, lastErrorObject: { n: 0 } }
  request.collection?.remove(record)
  return { value: record.doc, lastErrorObject: { n: 1 } }
}

function update(request: Request): Change {
  const expressions = request.expressions()
  const filter = request.optionalDocument('query')
  const { update: given, arrayFilters } = request.body
  const compiled = compileUpdate({ filter, update: given, arrayFilters, expressions })
  const record = selected(request)
  if (record !== undefined) {
    const before = record.doc
    request.needCollection().replace(record, compiled.apply(before))
    const value = request.flag('new') ? record.doc : before
    return { value, lastErrorObject: { n: 1, updatedExisting: true } }
  }
  if (!request.flag('upsert')) return { value: null, lastErrorObject: { n: 0, updatedExisting: false } }
  const { doc } = request.openCollection().insert(documentBytes(compiled.upserted()))
  return {
    value: request.flag('new') ? doc : null,
    lastErrorObject: { n: 1, updatedExisting: false, upserted: doc._id },
  }
}

function findAndModify(request: Request): Doc {
  check(request)
  const fields = request.optionalDocument('fields')
  const project =
    Object.keys(fields).length === 0
      ? undefined
      : compileProjection(fields, request.expressions(), request.optionalDocument('query'))
  const { value, lastErrorObject } = request.flag('remove') ? remove(request) : update(request)
  return { lastErrorObject, value: isDocument(value) && project !== undefined ? project(value) : value }
}

const command: Command = {
  fields: [
    ...['query', 'sort', 'remove', 'update', 'new', 'fields', 'upsert', 'bypassDocumentValidation'],
    ...['arrayFilters', 'hint', 'collation', 'let'],
  ],
  run: findAndModify,
}

export const findAndModifyCommands: Readonly<Record<string, Command>> = {
  findAndModify: command,
  findandmodify: command,
}
