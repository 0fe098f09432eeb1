import { compileProjection } from '../aggregate/projection.ts'
import { documentBytes } from '../bson/codec.ts'
import { keyOf } from '../bson/keys.ts'
import { type Doc, entryOf, isNumeric } from '../bson/kinds.ts'
import { toNumber } from '../bson/numbers.ts'
import { partsOf, reachedValues } from '../bson/paths.ts'
import { firstBatchSize, type Results } from '../cursors.ts'
import { MongoError, notHere } from '../mongo-error.ts'
import { count as countRecords, type Selected, type Selection, select } from '../storage/select.ts'
import { cursorAnswer } from './cursors.ts'
import type { Command, Request } from './request.ts'

/** Options of find that change its answer and are not done here. */
const refusedOptions = ['min', 'max', 'returnKey', 'showRecordId'] as const

function findSelection(request: Request): Selection {
  if (request.flag('tailable') || request.flag('awaitData')) {
    throw new MongoError(
      2,
      `error processing query: ns=${request.namespace}: tailable cursor requested on non capped collection`,
    )
  }
  const refused = refusedOptions.find(
    option =>
      request.flag(option) &&
      Object.keys(Object(request.body[option])).length + Number(request.body[option] === true) > 0,
  )
  if (refused !== undefined) throw notHere(`find with '${refused}'`)
  request.checkCollation()
  request.checkHint(request.collection)
  return {
    filter: request.optionalDocument('filter'),
    sort: request.optionalDocument('sort'),
    skip: request.amount('skip', 0),
    limit: request.amount('limit', 0),
    evaluate: request.expressions().evaluate,
    deadline: request.deadline(),
  }
}

function find(request: Request): Doc {
  const selection = findSelection(request)
  const { records } = select(request.collectionToRead(), selection)
  return cursorAnswer(request, projected(request, records), {
    namespace: request.namespace,
    batchSize: request.amount('batchSize', firstBatchSize),
    single: request.flag('singleBatch'),
  })
}

// What is found now is what all batches show: the records themselves can change until then.
function projected(request: Request, records: Selected['records']): Results {
  const spec = request.optionalDocument('projection')
  if (Object.keys(spec).length === 0) {
    const bytes = records.map(record => record.bytes)
    return { length: bytes.length, bytesAt: at => bytes[at]! }
  }
  const project = compileProjection(spec, request.expressions(), request.optionalDocument('filter'))
  const docs = records.map(record => record.doc)
  return { length: docs.length, bytesAt: at => documentBytes(project(docs[at]!)) }
}

function querySelection(request: Request): Selection {
  request.checkCollation()
  request.checkHint(request.collection)
  const limit = isNumeric(request.body.limit) ? Math.abs(toNumber(request.body.limit)) : 0
  return {
    filter: request.optionalDocument('query'),
    skip: request.amount('skip', 0),
    limit,
    evaluate: request.expressions().evaluate,
    deadline: request.deadline(),
  }
}

function count(request: Request): Doc {
  return { n: countRecords(request.collectionToRead(), querySelection(request)) }
}

function distinct(request: Request): Doc {
  const parts = partsOf(request.text('key'))
  const values = new Map<string, unknown>()
  for (const { doc } of select(request.collectionToRead(), querySelection(request)).records) {
    for (const value of reachedValues(doc, parts).flat()) {
      if (value === undefined) continue
      const key = keyOf(value)
      if (!values.has(key)) values.set(key, value)
    }
  }
  return { values: [...values.values()] }
}

const selections: Readonly<Record<string, (request: Request) => Selection>> = {
  find: findSelection,
  count: querySelection,
  distinct: querySelection,
}

/** How a query would be answered: enough to see whether an index is used. */
export function explain(request: Request, make: (body: Doc) => Request): Doc {
  const inner = make({ ...request.document('explain'), $db: request.database })
  const selectionOf = entryOf(selections, inner.name)
  if (selectionOf === undefined) throw notHere(`explain of ${inner.name}`)
  const { plans, examined, records } = select(inner.collectionToRead(), selectionOf(inner))
  const stages = plans.map(plan => ({
    stage: 'IXSCAN',
    indexName: plan.index.spec.name,
    keyPattern: plan.index.spec.key,
    direction: plan.descending ? 'backward' : 'forward',
  }))
  return {
    queryPlanner: {
      namespace: inner.namespace,
      winningPlan:
        stages.length === 0
          ? { stage: 'COLLSCAN' }
          : { stage: 'FETCH', inputStage: stages[0], inputStages: stages },
    },
    executionStats: { nReturned: records.length, totalDocsExamined: examined },
  }
}

const queryFields = ['query', 'limit', 'skip', 'hint', 'collation', 'fields', 'key']

export const readCommands: Readonly<Record<string, Command>> = {
  find: {
    fields: [
      ...[
        'filter',
        'sort',
        'skip',
        'limit',
        'projection',
        'batchSize',
        'singleBatch',
        'hint',
        'let',
        'collation',
      ],
      ...['tailable', 'awaitData', 'noCursorTimeout', 'allowPartialResults', 'allowDiskUse', 'oplogReplay'],
      ...refusedOptions,
    ],
    run: find,
  },
  count: { fields: queryFields, run: count },
  distinct: { fields: queryFields, run: distinct },
}
