import { deserialize, serialize } from 'bson'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../../../src/local/mongo/bson/codec.ts'
import { answer } from '../../../../src/local/mongo/commands/dispatch.ts'
import type { Shared } from '../../../../src/local/mongo/commands/request.ts'
import { Cursors } from '../../../../src/local/mongo/cursors.ts'
import { Store } from '../../../../src/local/mongo/storage/store.ts'
import { value } from './arbitraries.ts'

const field = fc.constantFrom(
  '_id',
  'a',
  'b',
  'a.b',
  'a.0',
  'b.c.d',
  'a.$',
  'a.$[]',
  'a.$[x]',
  '__proto__',
  '__proto__.a',
  'constructor',
  '',
  '.',
  '$a',
)

const queryOperator = fc.constantFrom(
  ...[
    '$eq',
    '$ne',
    '$gt',
    '$gte',
    '$lt',
    '$lte',
    '$in',
    '$nin',
    '$exists',
    '$type',
    '$size',
    '$mod',
    '$regex',
  ],
  ...[
    '$options',
    '$not',
    '$all',
    '$elemMatch',
    '$bitsAllSet',
    '$bitsAnyClear',
    '$foo',
    '$and',
    '$or',
    '$nor',
    '$expr',
  ],
)

const updateOperator = fc.constantFrom(
  ...[
    '$set',
    '$unset',
    '$inc',
    '$mul',
    '$min',
    '$max',
    '$push',
    '$addToSet',
    '$pull',
    '$pullAll',
    '$pop',
    '$rename',
  ],
  ...['$currentDate', '$bit', '$setOnInsert', '$foo', '$each', '$slice', '$sort', '$position'],
)

const expression = fc.constantFrom<unknown>('$a', '$b', '$$ROOT', '$a.b', '$$NOW', '$$x', 1, 'text', null)

const expressionOperator = fc.constantFrom(
  ...[
    '$add',
    '$subtract',
    '$multiply',
    '$divide',
    '$mod',
    '$concat',
    '$size',
    '$cond',
    '$eq',
    '$cmp',
    '$in',
    '$type',
  ],
  ...[
    '$toString',
    '$toInt',
    '$toDate',
    '$year',
    '$sum',
    '$max',
    '$push',
    '$first',
    '$mergeObjects',
    '$slice',
    '$abs',
  ],
  ...[
    '$arrayElemAt',
    '$ifNull',
    '$convert',
    '$sortArray',
    '$indexOfCP',
    '$switch',
    '$map',
    '$let',
    '$round',
    '$foo',
  ],
)

const stage = fc.constantFrom(
  ...[
    '$match',
    '$sort',
    '$limit',
    '$skip',
    '$count',
    '$project',
    '$addFields',
    '$unset',
    '$group',
    '$unwind',
  ],
  ...[
    '$lookup',
    '$facet',
    '$unionWith',
    '$replaceRoot',
    '$replaceWith',
    '$sortByCount',
    '$bucket',
    '$sample',
    '$foo',
  ],
)

/** Documents that look like what commands take, with anything in wrong places. */
const nested = fc.letrec<{
  any: unknown
  filter: object
  update: object
  pipeline: unknown[]
  expression: unknown
}>(tie => {
  const entry = (name: fc.Arbitrary<string>, held: fc.Arbitrary<unknown>, maxLength = 2) =>
    fc.array(fc.tuple(name, held), { maxLength }).map(entries => Object.fromEntries(entries))
  return {
    any: fc.oneof(
      { depthSize: 'small' },
      value,
      tie('filter'),
      tie('expression'),
      fc.array(tie('any'), { maxLength: 2 }),
    ),
    filter: fc.oneof(
      { depthSize: 'small' },
      entry(field, value),
      entry(field, entry(queryOperator, tie('any'))),
      entry(queryOperator, fc.oneof(tie('any'), fc.array(tie('filter'), { maxLength: 2 }))),
    ),
    update: fc.oneof(
      entry(updateOperator, entry(field, tie('any'))),
      entry(field, value),
      entry(updateOperator, tie('any')),
    ),
    pipeline: fc.array(
      entry(stage, fc.oneof(tie('any'), tie('filter'), entry(field, tie('expression'))), 1),
      { maxLength: 3 },
    ),
    expression: fc.oneof(
      { depthSize: 'small' },
      expression,
      entry(
        expressionOperator,
        fc.oneof(tie('expression'), fc.array(tie('expression'), { maxLength: 3 })),
        1,
      ),
    ),
  }
})

/** Mostly what belongs there, now and then anything. */
const mostly = (given: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 9, arbitrary: given }, { weight: 1, arbitrary: nested.any })

const { filter, update, pipeline } = nested
const sort = mostly(
  fc
    .array(fc.tuple(field, fc.constantFrom(1, -1)), { maxLength: 2 })
    .map(entries => Object.fromEntries(entries)),
)
const name = mostly(fc.constantFrom('rows', 'others'))
const flag = mostly(fc.boolean())
const amount = mostly(fc.nat(3))
const change = mostly(fc.oneof(update, pipeline))
const arrayFilters = mostly(fc.array(filter, { maxLength: 1 }))
const key = fc
  .array(fc.tuple(field, fc.constantFrom<unknown>(1, -1, 0, 'text')), { maxLength: 2 })
  .map(entries => Object.fromEntries(entries))

const optional = { requiredKeys: [] as never[] }

function command(first: string, fields: Record<string, fc.Arbitrary<unknown>>, target = name) {
  return fc
    .tuple(target, fc.record(fields, optional))
    .map(([on, rest]) => ({ [first]: on, ...rest, $db: 'any' }))
}

const commands = fc.oneof(
  command('insert', {
    documents: mostly(fc.array(fc.record({ _id: value, a: value, b: value }, optional), { maxLength: 3 })),
    ordered: flag,
  }),
  command('find', {
    filter: mostly(filter),
    sort,
    skip: amount,
    limit: amount,
    projection: mostly(fc.oneof(filter, key)),
    batchSize: amount,
  }),
  command('count', { query: mostly(filter), skip: amount, limit: amount }),
  command('distinct', { key: mostly(field), query: mostly(filter) }),
  command('aggregate', { pipeline: mostly(pipeline), cursor: fc.constant({}) }),
  command('update', {
    updates: mostly(
      fc.array(
        fc.record(
          { q: mostly(filter), u: change, multi: flag, upsert: flag, arrayFilters },
          { requiredKeys: ['q', 'u'] },
        ),
        { maxLength: 2 },
      ),
    ),
  }),
  command('delete', {
    deletes: mostly(fc.array(fc.record({ q: mostly(filter), limit: amount }), { maxLength: 2 })),
  }),
  command('findAndModify', {
    query: mostly(filter),
    sort,
    update: change,
    remove: flag,
    new: flag,
    upsert: flag,
    fields: mostly(filter),
    arrayFilters,
  }),
  command('createIndexes', {
    indexes: mostly(
      fc.array(
        fc.record(
          {
            key,
            name: mostly(field),
            unique: flag,
            sparse: flag,
            expireAfterSeconds: amount,
            partialFilterExpression: mostly(filter),
          },
          { requiredKeys: ['key', 'name'] },
        ),
        { maxLength: 1 },
      ),
    ),
  }),
  command('dropIndexes', { index: mostly(fc.oneof(field, key)) }),
  command('drop', {}),
  command('create', { capped: flag, collation: nested.any }),
  command('getMore', { collection: name, batchSize: amount }, nested.any),
  command('killCursors', { cursors: nested.any }),
  command('listCollections', { filter: mostly(filter), nameOnly: flag, cursor: nested.any }),
  command('explain', {}, command('find', { filter: mostly(filter), sort })),
  command('endSessions', {}, nested.any),
  command('hello', {}),
)

describe('the embedded MongoDB', () => {
  it('answers any command with a result or an error of MongoDB, and keeps its indexes true', () => {
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 20 }), given => {
        const store = new Store()
        const shared: Shared = { store, cursors: new Cursors(), startedAt: 0, port: 0 }
        for (const body of given) {
          const found = deserialize(answer(parseDocument(serialize(body)), shared, 1))
          expect([0, 1]).toContain(found.ok)
          // 1 is InternalError: a bug of ours.
          expect(found.code === 1 ? [body, found.errmsg] : undefined).toBeUndefined()
        }
        for (const [, collection] of store.collections('any')) {
          const [first] = collection.indexes
          const indexed = new Set(first?.range('', '\uffff', false))
          expect(indexed).toEqual(new Set(collection.records()))
        }
        expect(Object.keys(Object.prototype)).toEqual([])
        expect(({} as Record<string, unknown>).a).toBeUndefined()
      }),
      { numRuns: 300 },
    )
  })
})
