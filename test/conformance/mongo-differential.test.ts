import fc from 'fast-check'
import { type Collection, type Db, type Document, MongoClient, MongoServerError } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { optional } from '../support/needs.ts'
import { type Running, startEmbedded, startForeign, startWithinMs } from './mongo-cases/servers.ts'

type Row = Document & { _id: number }

/** One thing to do to a collection, and what it came to. */
interface Step {
  readonly shown: string
  readonly run: (rows: Collection<Row>) => Promise<unknown>
}

const id = fc.nat(9)
const small = fc.integer({ min: 0, max: 4 })
const scalar = fc.oneof(small, fc.constantFrom<unknown>(null, 'x', 'y', 2.5, true))

const row = fc.record(
  { _id: id, a: scalar, b: fc.array(small, { maxLength: 3 }), c: fc.record({ d: scalar }), n: small },
  { requiredKeys: ['_id', 'b'] },
)

const comparison = fc
  .tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte', '$ne'), small)
  .map(([operator, operand]) => ({ [operator]: operand }))

const condition = fc.oneof(
  scalar,
  comparison,
  fc.array(scalar, { maxLength: 3 }).map(list => ({ $in: list })),
  fc.array(small, { maxLength: 3 }).map(list => ({ $nin: list })),
)

const simple: fc.Arbitrary<Document> = fc.oneof(
  fc.record({ a: condition }),
  fc.record({ _id: fc.oneof(id, comparison) }),
  fc.record({ 'c.d': condition }),
  fc.record({ b: fc.oneof(small, fc.record({ $in: fc.array(small, { maxLength: 2 }) })) }),
  fc.record({ a: condition, n: comparison }),
  fc.record({ a: fc.boolean().map($exists => ({ $exists })) }),
)

const filter: fc.Arbitrary<Document> = fc.oneof(
  { weight: 4, arbitrary: simple },
  { weight: 1, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.array(simple, { minLength: 1, maxLength: 3 }).map($or => ({ $or })) },
  { weight: 1, arbitrary: fc.array(simple, { minLength: 1, maxLength: 2 }).map($and => ({ $and })) },
)

const update: fc.Arbitrary<Document> = fc.oneof(
  fc.record({ $set: fc.record({ a: scalar }) }),
  fc.record({ $set: fc.record({ 'c.d': scalar, a: scalar }) }),
  fc.record({ $unset: fc.constantFrom({ a: '' }, { 'c.d': '' }) }),
  fc.record({ $inc: fc.record({ n: small }), $set: fc.record({ a: scalar }) }),
  fc.record({ $push: fc.record({ b: small }) }),
  fc.record({ $addToSet: fc.record({ b: small }) }),
  fc.record({ $pull: fc.record({ b: small }) }),
  fc.record({ $max: fc.record({ n: small }) }),
  fc.record({ $min: fc.record({ n: small }) }),
)

const shownAs = (name: string, ...values: unknown[]) =>
  `${name}(${values.map(value => JSON.stringify(value)).join(', ')})`

const counts = ({ matchedCount, modifiedCount, upsertedCount }: Document) => ({
  matchedCount,
  modifiedCount,
  upsertedCount,
})

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: row.map(
      (given): Step => ({
        shown: shownAs('insert', given),
        run: rows => rows.insertOne({ ...given } as Row),
      }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(filter, update).map(
      ([where, change]): Step => ({
        shown: shownAs('updateMany', where, change),
        run: async rows => counts(await rows.updateMany(where, change)),
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(id, update).map(
      ([_id, change]): Step => ({
        shown: shownAs('upsert', _id, change),
        run: rows => rows.findOneAndUpdate({ _id }, change, { upsert: true, returnDocument: 'after' }),
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: filter.map(
      (where): Step => ({ shown: shownAs('deleteMany', where), run: rows => rows.deleteMany(where) }),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(filter, fc.nat(3), fc.nat(5)).map(
      ([where, skip, limit]): Step => ({
        shown: shownAs('find', where, skip, limit),
        run: rows => rows.find(where).sort({ _id: 1 }).skip(skip).limit(limit).toArray(),
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(filter, fc.constantFrom<1 | -1>(1, -1)).map(
      ([where, direction]): Step => ({
        shown: shownAs('find sorted', where, direction),
        run: rows => rows.find(where).sort({ a: direction, _id: direction }).toArray(),
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: filter.map(
      (where): Step => ({ shown: shownAs('count', where), run: rows => rows.countDocuments(where) }),
    ),
  },
  {
    weight: 1,
    arbitrary: filter.map(
      (where): Step => ({
        shown: shownAs('group', where),
        run: rows =>
          rows
            .aggregate([
              { $match: where },
              { $group: { _id: '$n', count: { $sum: 1 }, last: { $max: '$_id' } } },
              { $sort: { count: 1, last: 1 } },
            ])
            .toArray(),
      }),
    ),
  },
)

/** What a step came to; of an error, its code. */
async function outcome(doing: Promise<unknown>): Promise<unknown> {
  try {
    return await doing
  } catch (cause) {
    if (cause instanceof MongoServerError) return { code: cause.code }
    throw cause
  }
}

/** Runs the same steps on two collections and expects the same of each. */
async function same(steps: readonly Step[], one: Collection<Row>, other: Collection<Row>): Promise<void> {
  for (const { shown, run } of steps) {
    const [expected, found] = [await outcome(run(other)), await outcome(run(one))]
    expect(found, shown).toEqual(expected)
  }
  const all = (rows: Collection<Row>) => rows.find().sort({ _id: 1 }).toArray()
  expect(await all(one), 'all that is there').toEqual(await all(other))
}

const steps = fc.array(step, { minLength: 5, maxLength: 30 })
let last = 0

function fresh(db: Db): Collection<Row> {
  last += 1
  return db.collection<Row>(`rows${last}`)
}

/** A database of a server that runs while the tests of a describe do. */
function connected(start: () => Promise<Running>): (name: string) => Db {
  let running: Running | undefined
  let client: MongoClient | undefined
  beforeAll(async () => {
    running = await start()
    client = await new MongoClient(running.url).connect()
  }, startWithinMs)
  afterAll(async () => {
    await client?.close()
    await running?.stop()
  })
  return name => client!.db(name)
}

describe('any writes and queries on the embedded MongoDB', () => {
  const database = connected(startEmbedded)

  it('come to the same with indexes as without', { timeout: 180_000 }, async () => {
    const db = database('indexed')
    await fc.assert(
      fc.asyncProperty(steps, async given => {
        const [plain, indexed] = [fresh(db), fresh(db)]
        await indexed.createIndexes([
          { key: { a: 1, n: -1 } },
          { key: { b: 1 } },
          { key: { 'c.d': 1 }, sparse: true },
          { key: { n: 1 }, partialFilterExpression: { a: 'x' } },
        ])
        await same(given, indexed, plain)
      }),
      { numRuns: 100 },
    )
  })
})

const program = optional('mongo-server')

describe.skipIf(program === undefined)('any writes and queries on another MongoDB server', () => {
  const own = connected(startEmbedded)
  const other = connected(() => startForeign(program ?? ''))

  it('come to the same as on the embedded one', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(steps, async given => {
        await same(given, fresh(own('own')), fresh(other('other')))
      }),
      { numRuns: 60 },
    )
  })
})
