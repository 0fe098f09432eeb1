import type { Document } from 'mongodb'
import { Long } from 'mongodb'
import { expect } from 'vitest'
import { type Case, serverError } from './case.ts'

type Row = Document & { _id: number }

const rows = (count: number): Row[] => Array.from({ length: count }, (_, _id) => ({ _id, a: _id % 3 }))

/** Results in batches. */
export const cursorCases: readonly Case[] = [
  {
    name: 'gives 1,000 documents in batches of any size',
    run: async ({ db }) => {
      const collection = db.collection<Row>('rows')
      await collection.insertMany(rows(1000))
      for (const batchSize of [undefined, 1000, 333, 7]) {
        const options = batchSize === undefined ? {} : { batchSize }
        const found = await collection.find({}, options).sort({ _id: 1 }).toArray()
        expect(found.map(({ _id }) => _id)).toEqual(rows(1000).map(({ _id }) => _id))
      }
    },
  },
  {
    name: 'begins with 101 documents and gives the rest on request',
    deviates: { standIn: 'its first batch is everything' },
    run: async ({ db }) => {
      await db.collection<Row>('rows').insertMany(rows(300))
      const { cursor } = await db.command({ find: 'rows' })
      expect(cursor.firstBatch).toHaveLength(101)
      expect(cursor.ns).toBe(`${db.databaseName}.rows`)
      const more = await db.command({ getMore: cursor.id, collection: 'rows', batchSize: 50 })
      expect(more.cursor.nextBatch).toHaveLength(50)
      const rest = await db.command({ getMore: more.cursor.id, collection: 'rows' })
      expect(rest.cursor.nextBatch).toHaveLength(149)
      expect(String(rest.cursor.id)).toBe('0')
    },
  },
  {
    name: 'ends a cursor that is closed early',
    run: async ({ db }) => {
      const collection = db.collection<Row>('rows')
      await collection.insertMany(rows(20))
      const cursor = collection.find({}, { batchSize: 2 })
      expect(await cursor.next()).toMatchObject({ _id: 0 })
      const id = cursor.id
      await cursor.close()
      const { code } = await serverError(db.command({ getMore: id, collection: 'rows' }))
      expect(code).toBe(43)
    },
  },
  {
    name: 'does not know a cursor that never was',
    run: async ({ db }) => {
      await db.collection<Row>('rows').insertMany(rows(1))
      const error = await serverError(db.command({ getMore: Long.fromNumber(4711), collection: 'rows' }))
      expect([error.code, error.codeName]).toEqual([43, 'CursorNotFound'])
    },
  },
  {
    name: 'says which cursors it ended',
    run: async ({ db }) => {
      await db.collection<Row>('rows').insertMany(rows(20))
      const { cursor } = await db.command({ find: 'rows', batchSize: 2 }, { promoteValues: false })
      const answer = await db.command({ killCursors: 'rows', cursors: [cursor.id, Long.fromNumber(4711)] })
      expect(answer.cursorsKilled.map(String)).toEqual([String(cursor.id)])
      expect(answer.cursorsNotFound.map(String)).toEqual(['4711'])
    },
  },
  {
    name: 'gives one batch where one is asked for',
    deviates: { standIn: 'it leaves a cursor open' },
    run: async ({ db }) => {
      await db.collection<Row>('rows').insertMany(rows(20))
      const { cursor } = await db.command({ find: 'rows', batchSize: 5, singleBatch: true })
      expect(cursor.firstBatch).toHaveLength(5)
      expect(String(cursor.id)).toBe('0')
    },
  },
  {
    name: 'opens a cursor without documents for a batch of none',
    deviates: { standIn: 'it gives all documents at once' },
    run: async ({ db }) => {
      await db.collection<Row>('rows').insertMany(rows(5))
      const { cursor } = await db.command({ find: 'rows', batchSize: 0 })
      expect(cursor.firstBatch).toEqual([])
      const more = await db.command({ getMore: cursor.id, collection: 'rows' })
      expect(more.cursor.nextBatch).toHaveLength(5)
    },
  },
  {
    name: 'streams an aggregation in batches',
    run: async ({ db }) => {
      const collection = db.collection<Row>('rows')
      await collection.insertMany(rows(500))
      const found: number[] = []
      const stages = [
        { $match: { a: 1 } },
        { $addFields: { double: { $multiply: ['$_id', 2] } } },
        { $sort: { _id: 1 } },
      ]
      for await (const row of collection.aggregate(stages, { batchSize: 11 })) found.push(row.double)
      expect(found).toEqual(
        rows(500)
          .filter(({ a }) => a === 1)
          .map(({ _id }) => _id * 2),
      )
    },
  },
  {
    name: 'gives documents of several megabytes',
    run: async ({ db }) => {
      const collection = db.collection<Row>('rows')
      const text = 'x'.repeat(6_000_000)
      for (const _id of [1, 2, 3, 4]) await collection.insertOne({ _id, text })
      const found = await collection.find().sort({ _id: 1 }).toArray()
      expect(found.map(row => [row._id, row.text.length])).toEqual([1, 2, 3, 4].map(_id => [_id, 6_000_000]))
    },
  },
  {
    name: 'refuses to tail a collection that is not capped',
    deviates: { standIn: 'it gives what there is' },
    run: async ({ db }) => {
      const collection = db.collection<Row>('rows')
      await collection.insertMany(rows(1))
      expect((await serverError(collection.find({}, { tailable: true }).toArray())).code).toBe(2)
    },
  },
]
