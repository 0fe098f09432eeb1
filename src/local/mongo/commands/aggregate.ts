import { compilePipeline } from '../aggregate/pipeline.ts'
import { documentBytes } from '../bson/codec.ts'
import { type Doc, isDocument, isNumeric } from '../bson/kinds.ts'
import { toNumber } from '../bson/numbers.ts'
import { firstBatchSize, type Results } from '../cursors.ts'
import { MongoError, notHere } from '../mongo-error.ts'
import { select } from '../storage/select.ts'
import { namespaceOf } from '../storage/store.ts'
import { cursorAnswer } from './cursors.ts'
import type { Command, Request } from './request.ts'

/** Mongo stages that a query can do by itself, with indexes: filters, then a sort, then a skip, then a limit. */
interface Head {
  readonly filter: Doc
  readonly sort?: Doc
  readonly skip: number
  readonly limit: number
  /** Stages that are left. */
  readonly rest: readonly unknown[]
}

function operandOf(stage: unknown, name: string): unknown {
  return isDocument(stage) && Object.keys(stage)[0] === name ? stage[name] : undefined
}

function headOf(pipeline: readonly unknown[]): Head {
  let at = 0
  const filters: Doc[] = []
  for (
    let filter = operandOf(pipeline[at], '$match');
    isDocument(filter);
    filter = operandOf(pipeline[at], '$match')
  ) {
    filters.push(filter)
    at += 1
  }
  const sort = operandOf(pipeline[at], '$sort')
  if (isDocument(sort)) at += 1
  const amount = (name: string) => {
    const operand = operandOf(pipeline[at], name)
    if (!isNumeric(operand)) return 0
    at += 1
    return toNumber(operand)
  }
  const skip = amount('$skip')
  const limit = amount('$limit')
  const filter = filters.length === 1 ? filters[0]! : filters.length === 0 ? {} : { $and: filters }
  return { filter, ...(isDocument(sort) ? { sort } : {}), skip, limit, rest: pipeline.slice(at) }
}

function results(request: Request, pipeline: readonly unknown[]): Results {
  const read = (name: string) => request.documentsOf(name)
  // All of it is checked before any of it runs.
  const whole = compilePipeline(pipeline, read)
  const expressions = request.expressions()
  const shown = (docs: readonly Doc[]) => ({
    length: docs.length,
    bytesAt: (at: number) => documentBytes(docs[at]!),
  })
  if (isNumeric(request.body.aggregate)) {
    if (operandOf(pipeline[0], '$documents') === undefined) {
      throw new MongoError(
        73,
        '{aggregate: 1} is not valid for an empty pipeline or one that does not begin with $documents',
      )
    }
    return shown(whole([], expressions))
  }
  const { rest, ...head } = headOf(pipeline)
  const { records } = select(request.collectionToRead(), {
    ...head,
    evaluate: expressions.evaluate,
    deadline: request.deadline(),
  })
  if (rest.length === 0) {
    const bytes = records.map(record => record.bytes)
    return { length: bytes.length, bytesAt: at => bytes[at]! }
  }
  return shown(
    compilePipeline(rest, read)(
      records.map(record => record.doc),
      expressions,
    ),
  )
}

function aggregate(request: Request): Doc {
  request.checkCollation()
  if (request.flag('explain')) throw notHere('explain of aggregate')
  const pipeline = request.list('pipeline')
  if (!isDocument(request.body.cursor)) {
    throw new MongoError(9, "The 'cursor' option is required, except for aggregate with the explain argument")
  }
  const batchSize = request.body.cursor.batchSize
  const wholeDatabase = isNumeric(request.body.aggregate)
  if (!wholeDatabase) request.checkHint(request.collection)
  const namespace = wholeDatabase
    ? `${request.database}.$cmd.aggregate`
    : namespaceOf(request.database, request.body.aggregate)
  return cursorAnswer(request, results(request, pipeline), {
    namespace,
    batchSize: isNumeric(batchSize) ? toNumber(batchSize) : firstBatchSize,
  })
}

export const aggregateCommands: Readonly<Record<string, Command>> = {
  aggregate: {
    fields: [
      ...[
        'pipeline',
        'cursor',
        'explain',
        'allowDiskUse',
        'bypassDocumentValidation',
        'collation',
        'hint',
        'let',
      ],
    ],
    run: aggregate,
  },
}
