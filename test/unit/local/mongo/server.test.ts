import { type Document, MongoClient, MongoServerError } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type EmbeddedMongo, startEmbeddedMongo } from '../../../../src/local/mongo/server.ts'

let server: EmbeddedMongo
let client: MongoClient
let last = 0

beforeAll(async () => {
  server = await startEmbeddedMongo({ port: 0, ttlEveryMs: 20 })
  client = await new MongoClient(`mongodb://127.0.0.1:${server.port}/`).connect()
})

afterAll(async () => {
  await client.close()
  await server.close()
})

beforeEach(() => {
  last += 1
})

const database = () => client.db(`test${last}`)

async function codeOf(command: Promise<unknown>): Promise<[unknown, unknown]> {
  const cause = await command.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(cause).toBeInstanceOf(MongoServerError)
  const { code, codeName } = cause as MongoServerError
  return [code, codeName]
}

/** How many documents were looked at, and by which indexes. */
async function explained(filter: Document, sort: Document = {}, limit = 0): Promise<[number, string[]]> {
  const plan = await database().command({ explain: { find: 'rows', filter, sort, limit } })
  const stages: Document[] = plan.queryPlanner.winningPlan.inputStages ?? []
  return [plan.executionStats.totalDocsExamined, stages.map(({ indexName }) => indexName)]
}

describe('queries of the embedded MongoDB', () => {
  beforeEach(async () => {
    const rows = database().collection('rows')
    await rows.createIndexes([
      { key: { roomId: 1, seq: 1 }, name: 'room', unique: true },
      { key: { email: 1 }, name: 'email', sparse: true },
      { key: { live: 1 }, name: 'live', partialFilterExpression: { state: 'on' } },
      { key: { tags: 1 }, name: 'tags' },
    ])
    await rows.insertMany(
      Array.from({ length: 1000 }, (_, n) => ({
        roomId: `r${n % 10}`,
        seq: Math.floor(n / 10),
        live: n % 4,
        state: n % 2 === 0 ? 'on' : 'off',
        ...(n % 5 === 0 ? { email: `e${n}` } : {}),
        tags: [`t${n % 50}`, `u${n % 20}`],
      })),
    )
  })

  it.each<[string, Document, Document, number, number, string[]]>([
    ['a whole unique key', { roomId: 'r1', seq: 5 }, {}, 0, 1, ['room']],
    ['a page of a room', { roomId: 'r1', seq: { $lt: 90 } }, { seq: -1 }, 51, 51, ['room']],
    ['a page of a room, ascending', { roomId: 'r1', seq: { $gt: 10 } }, { seq: 1 }, 20, 20, ['room']],
    ['the last message of a room', { roomId: 'r1' }, { seq: -1 }, 1, 1, ['room']],
    ['both ends of a range', { roomId: 'r1', seq: { $gte: 10, $lt: 20 } }, {}, 0, 10, ['room']],
    ['several rooms', { roomId: { $in: ['r1', 'r2'] } }, {}, 0, 200, ['room']],
    ['several keys', { roomId: 'r1', seq: { $in: [1, 2, 3, 400] } }, {}, 0, 3, ['room']],
    ['the order of an index', {}, { roomId: 1, seq: 1 }, 7, 7, ['room']],
    ['the reverse order of an index', {}, { roomId: -1, seq: -1 }, 7, 7, ['room']],
    ['a sparse index', { email: 'e5' }, {}, 0, 1, ['email']],
    ['a partial index', { live: 2, state: 'on' }, {}, 0, 250, ['live']],
    ['an element of an array', { tags: 't7' }, {}, 0, 20, ['tags']],
    ['branches', { $or: [{ roomId: 'r1', seq: 1 }, { email: 'e5' }] }, {}, 0, 2, ['room', 'email']],
    ['conditions joined by $and', { $and: [{ roomId: 'r1' }, { seq: { $lt: 3 } }] }, {}, 0, 3, ['room']],
  ])('look only at what an index gives for %s', async (_, filter, sort, limit, examined, indexes) => {
    expect(await explained(filter, sort, limit)).toEqual([examined, indexes])
  })

  it.each<[string, Document, Document]>([
    ['a document without the field of a sparse index', { email: null }, {}],
    ['documents outside a partial index', { live: 2 }, {}],
    ['the order of a sparse index, which has not all documents', {}, { email: 1 }],
    ['a second field alone', { seq: 5 }, {}],
    ['a regular expression', { roomId: /^r1/ }, {}],
    ['a branch without an index', { $or: [{ roomId: 'r1' }, { state: 'on' }] }, {}],
    ['the opposite of something', { roomId: { $ne: 'r1' } }, {}],
  ])('look at everything for %s', async (_, filter, sort) => {
    expect(await explained(filter, sort)).toEqual([1000, []])
  })

  it('find an _id by its index', async () => {
    const row = await database().collection('rows').findOne({ seq: 7 })
    expect(await explained({ _id: row?._id })).toEqual([1, ['_id_']])
  })

  it('give a document with several matching elements once', async () => {
    await database()
      .collection('rows')
      .insertOne({ roomId: 'x', tags: ['t1', 'u1', 't1'] })
    const found = await database()
      .collection('rows')
      .find({ roomId: 'x', tags: { $in: ['t1', 'u1'] } })
      .toArray()
    expect(found).toHaveLength(1)
  })
})

describe('the embedded MongoDB', () => {
  it('says that it is not the real one', async () => {
    const info = await client.db().admin().buildInfo()
    expect(info).toMatchObject({ version: '7.0.0-rtdeploy-embedded', embedded: 'rtdeploy' })
  })

  it.each<[string, Document, [number, string]]>([
    ['$out', { aggregate: 'a', pipeline: [{ $out: 'b' }], cursor: {} }, [238, 'NotImplemented']],
    ['$merge', { aggregate: 'a', pipeline: [{ $merge: 'b' }], cursor: {} }, [238, 'NotImplemented']],
    ['a capped collection', { create: 'a', capped: true, size: 1000 }, [238, 'NotImplemented']],
    ['a view', { create: 'a', viewOn: 'b', pipeline: [] }, [238, 'NotImplemented']],
    ['a validator', { create: 'a', validator: { a: 1 } }, [238, 'NotImplemented']],
    ['a collation', { find: 'a', collation: { locale: 'de' } }, [238, 'NotImplemented']],
    [
      'a text index',
      { createIndexes: 'a', indexes: [{ key: { a: 'text' }, name: 'x' }] },
      [238, 'NotImplemented'],
    ],
    [
      'a wildcard index',
      { createIndexes: 'a', indexes: [{ key: { '$**': 1 }, name: 'x' }] },
      [238, 'NotImplemented'],
    ],
    ['code in a query', { find: 'a', filter: { $where: 'true' } }, [238, 'NotImplemented']],
    ['a schema in a query', { find: 'a', filter: { $jsonSchema: {} } }, [238, 'NotImplemented']],
    ['a place in a query', { find: 'a', filter: { a: { $near: [1, 2] } } }, [238, 'NotImplemented']],
    ['another replica', { insert: 'a', documents: [{}], writeConcern: { w: 3 } }, [2, 'BadValue']],
    ['a snapshot', { find: 'a', readConcern: { level: 'snapshot' } }, [123, 'NotAReplicaSet']],
    ['a transaction', { insert: 'a', documents: [{}], txnNumber: 1 }, [20, 'IllegalOperation']],
    ['a login', { saslStart: 1, mechanism: 'PLAIN', payload: '' }, [18, 'AuthenticationFailed']],
    ['a field that it does not know', { find: 'a', fliter: {} }, [40415, 'Location40415']],
    ['a database name with a blank', { find: 'a', $db: 'a b' }, [73, 'InvalidNamespace']],
    ['a collection name with a dollar', { find: '$a' }, [73, 'InvalidNamespace']],
    ['no documents', { insert: 'a', documents: [] }, [16, 'InvalidLength']],
    ['a negative limit', { find: 'a', limit: -1 }, [51024, 'Location51024']],
    ['a filter that is no document', { find: 'a', filter: 5 }, [14, 'TypeMismatch']],
  ])('refuses %s', async (_, command, expected) => {
    // The driver writes $db by itself, from the name of the database.
    const { $db: name, ...rest } = command
    const db = name === undefined ? database() : client.db(name)
    expect(await codeOf(db.command(rest))).toEqual(expected)
  })

  it('refuses to run code in an expression', async () => {
    const rows = database().collection('rows')
    await rows.insertOne({ a: 1 })
    const code = { $function: { body: 'function() { return process.exit() }', args: [], lang: 'js' } }
    expect(await codeOf(rows.aggregate([{ $project: { x: code } }]).toArray())).toEqual([
      238,
      'NotImplemented',
    ])
    expect(await codeOf(rows.find({ $expr: code }).toArray())).toEqual([238, 'NotImplemented'])
    expect(await codeOf(rows.aggregate([{ $redact: code }]).toArray())).toEqual([238, 'NotImplemented'])
    const added = { $accumulator: { init: 'function() {}', accumulate: 'x', accumulateArgs: [], lang: 'js' } }
    const grouped = rows.aggregate([{ $group: { _id: null, x: added } }]).toArray()
    expect(await codeOf(grouped)).toEqual([238, 'NotImplemented'])
  })

  it('refuses what nests without end', async () => {
    const deep = '['.repeat(5_000) + ']'.repeat(5_000)
    const nested = JSON.parse(deep.replace(/\[/g, '{"a":[').replace(/\]/g, ']}')) as Document
    await expect(database().collection('rows').insertOne(nested)).rejects.toThrow()
    expect(await database().command({ ping: 1 })).toMatchObject({ ok: 1 })
  })

  it('ends a cursor with its session', async () => {
    const rows = database().collection('rows')
    await rows.insertMany(Array.from({ length: 10 }, (_, n) => ({ n })))
    const session = client.startSession()
    const cursor = rows.find({}, { batchSize: 2, session })
    await cursor.next()
    await database().command({ endSessions: [session.id] })
    expect(await codeOf(cursor.toArray())).toEqual([43, 'CursorNotFound'])
    await session.endSession()
  })

  it('changes the time of a TTL index', async () => {
    const rows = database().collection('rows')
    await rows.createIndex({ at: 1 }, { expireAfterSeconds: 3600 })
    await rows.insertOne({ at: new Date(Date.now() - 60_000) })
    const index = { keyPattern: { at: 1 }, expireAfterSeconds: 30 }
    expect(await database().command({ collMod: 'rows', index })).toMatchObject({
      expireAfterSeconds_old: 3600,
      expireAfterSeconds_new: 30,
    })
    const endsAt = Date.now() + 10_000
    while ((await rows.countDocuments()) > 0) {
      expect(Date.now()).toBeLessThan(endsAt)
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  })

  it('shows a cursor what was there when it was opened', async () => {
    const rows = database().collection<{ _id: number; a: number }>('rows')
    await rows.insertMany(Array.from({ length: 10 }, (_, _id) => ({ _id, a: 0 })))
    const cursor = rows.find({}, { batchSize: 2 }).sort({ _id: 1 })
    expect(await cursor.next()).toEqual({ _id: 0, a: 0 })
    await rows.updateMany({}, { $set: { a: 1 } })
    await rows.deleteMany({ _id: { $gt: 4 } })
    expect((await cursor.toArray()).map(({ a }) => a)).toEqual(Array.from({ length: 9 }, () => 0))
  })

  it('keeps two servers apart', async () => {
    const other = await startEmbeddedMongo({ port: 0 })
    const second = new MongoClient(`mongodb://127.0.0.1:${other.port}/`)
    try {
      await database().collection('rows').insertOne({ a: 1 })
      expect(await second.db(database().databaseName).collection('rows').countDocuments()).toBe(0)
    } finally {
      await second.close()
      await other.close()
    }
  })

  it('says that a port is taken', async () => {
    await expect(startEmbeddedMongo({ port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
