import type { Db, Document } from 'mongodb'
import { Decimal128, Double, Long, ObjectId } from 'mongodb'
import { expect } from 'vitest'
import { type Case, serverError } from './case.ts'

type Row = Document & { _id: number }

/** Which rows a filter finds. */
async function found(db: Db, rows: readonly Row[], filter: Document): Promise<number[]> {
  const collection = db.collection<Row>('rows')
  if ((await collection.estimatedDocumentCount()) === 0)
    await collection.insertMany(rows.map(row => ({ ...row })))
  return (await collection.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id)
}

/** A case that tries filters on rows. */
function filters(
  name: string,
  rows: readonly Row[],
  expected: readonly (readonly [Document, readonly number[]])[],
  deviates?: Case['deviates'],
): Case {
  return {
    name,
    ...(deviates === undefined ? {} : { deviates }),
    run: async ({ db }) => {
      for (const [filter, ids] of expected)
        expect(await found(db, rows, filter), JSON.stringify(filter)).toEqual(ids)
    },
  }
}

const numbers: readonly Row[] = [
  { _id: 1, a: 1 },
  { _id: 2, a: 2.5 },
  { _id: 3, a: Long.fromNumber(3) },
  { _id: 4, a: new Double(4) },
  { _id: 5, a: Decimal128.fromString('5.5') },
  { _id: 6, a: '3' },
  { _id: 7, a: null },
  { _id: 8 },
  { _id: 9, a: true },
]

const arrays: readonly Row[] = [
  { _id: 1, a: [1, 2, 3] },
  { _id: 2, a: [5, 9] },
  { _id: 3, a: 2 },
  { _id: 4, a: [] },
  { _id: 5, a: [[1, 2], 3] },
]

const nested: readonly Row[] = [
  { _id: 1, a: { b: 1, c: 2 } },
  { _id: 2, a: [{ b: 1 }, { b: 5, c: 3 }] },
  { _id: 3, a: { c: 2, b: 1 } },
  { _id: 4, a: [{ b: 4, c: 2 }, { b: 6 }] },
  { _id: 5, a: 7 },
  { _id: 6 },
]

const texts: readonly Row[] = [
  { _id: 1, a: 'Hello' },
  { _id: 2, a: 'hello there' },
  { _id: 3, a: ['say', 'hello'] },
  { _id: 4, a: 'line one\nhello' },
  { _id: 5, a: 7 },
]

/** Filters. */
export const queryCases: readonly Case[] = [
  filters('compares numbers by value, whatever their type', numbers, [
    [{ a: 3 }, [3]],
    [{ a: Long.fromNumber(4) }, [4]],
    [{ a: new Double(1) }, [1]],
    [{ a: { $gt: 2 } }, [2, 3, 4, 5]],
    [{ a: { $gte: 1, $lt: 4 } }, [1, 2, 3]],
    [{ a: { $in: [1, 4] } }, [1, 4]],
    [{ a: { $gt: '2' } }, [6]],
  ]),
  filters('tells null, missing and other types apart', numbers, [
    [{ a: null }, [7, 8]],
    [{ a: { $exists: false } }, [8]],
    [{ a: { $exists: true, $eq: null } }, [7]],
    [{ a: { $ne: null } }, [1, 2, 3, 4, 5, 6, 9]],
    [{ a: { $in: [null, 1] } }, [1, 7, 8]],
    [{ a: { $nin: [null, 1, 2.5] } }, [3, 4, 5, 6, 9]],
    [{ a: true }, [9]],
  ]),
  filters('knows the types of values', numbers, [
    [{ a: { $type: 'int' } }, [1]],
    [{ a: { $type: 'long' } }, [3]],
    [{ a: { $type: 'double' } }, [2, 4]],
    [{ a: { $type: 'decimal' } }, [5]],
    [{ a: { $type: 'number' } }, [1, 2, 3, 4, 5]],
    [{ a: { $type: ['string', 8] } }, [6, 9]],
    [{ a: { $type: 10 } }, [7]],
  ]),
  filters('looks into arrays', arrays, [
    [{ a: 2 }, [1, 3]],
    [{ a: [1, 2, 3] }, [1]],
    [{ a: { $gt: 8 } }, [2]],
    [{ a: { $gt: 4, $lt: 6 } }, [2]],
    [{ a: { $gt: 9, $lt: 12 } }, []],
    [{ 'a.0': 5 }, [2]],
    [{ a: { $size: 2 } }, [2, 5]],
    [{ a: { $size: 0 } }, [4]],
    [{ a: { $all: [1, 3] } }, [1]],
    [{ a: { $elemMatch: { $gt: 2, $lt: 6 } } }, [1, 2, 5]],
    [{ a: { $ne: 2 } }, [2, 4, 5]],
    [{ a: { $not: { $gt: 2 } } }, [3, 4]],
    [{ a: { $in: [9, 3] } }, [1, 2, 5]],
  ]),
  filters('finds an array inside an array', arrays, [[{ a: [1, 2] }, [5]]], {
    standIn: 'it compares arrays with the whole field only',
  }),
  filters(
    'lets both ends of a range be met by different elements',
    [{ _id: 1, a: [1, 9] }],
    [
      [{ a: { $gt: 4, $lt: 6 } }, [1]],
      [{ a: { $elemMatch: { $gt: 4, $lt: 6 } } }, []],
    ],
    { standIn: 'one element must meet both ends' },
  ),
  filters('looks into documents and arrays of documents', nested, [
    [{ 'a.b': 1 }, [1, 2, 3]],
    [{ 'a.b': { $gt: 4 } }, [2, 4]],
    [{ a: { b: 1, c: 2 } }, [1]],
    [{ 'a.b': 1, 'a.c': 3 }, [2]],
    [{ a: { $elemMatch: { b: 1, c: 3 } } }, []],
    [{ a: { $elemMatch: { b: 5, c: 3 } } }, [2]],
    [{ 'a.b': null }, [5, 6]],
    [{ 'a.1.b': 6 }, [4]],
  ]),
  filters(
    'takes a field for there when one element of an array has it',
    nested,
    [[{ 'a.c': { $exists: false } }, [5, 6]]],
    {
      standIn: 'one element without the field is enough for it',
    },
  ),
  filters('joins conditions', numbers, [
    [{ $or: [{ a: 1 }, { a: 2.5 }] }, [1, 2]],
    [{ $and: [{ a: { $gt: 1 } }, { a: { $lt: 4 } }] }, [2, 3]],
    [{ $nor: [{ a: { $exists: true } }, { _id: 1 }] }, [8]],
    [{ a: { $gt: 1 }, $or: [{ _id: 3 }, { _id: 1 }] }, [3]],
    [{ $expr: { $gt: ['$_id', 7] } }, [8, 9]],
    [{ a: { $mod: [2, 1] } }, [1, 3, 5]],
  ]),
  filters('matches regular expressions', texts, [
    [{ a: /^hello/ }, [2, 3]],
    [{ a: /hello/i }, [1, 2, 3, 4]],
    [{ a: { $regex: '^HELLO', $options: 'i' } }, [1, 2, 3]],
    [{ a: /^hello$/m }, [3, 4]],
    [{ a: { $not: /hello/i } }, [5]],
    [{ a: { $in: [/^say$/, 7] } }, [3, 5]],
    [{ a: { $regex: 'one.hello', $options: 's' } }, [4]],
  ]),
  {
    name: 'finds by ObjectId and by date',
    run: async ({ db }) => {
      const id = new ObjectId()
      await db.collection('rows').insertMany([{ _id: id, at: new Date(1000) }, { at: new Date(2000) }])
      expect(await db.collection('rows').findOne({ _id: id })).toMatchObject({ at: new Date(1000) })
      expect(await db.collection('rows').countDocuments({ at: { $gt: new Date(1500) } })).toBe(1)
      expect(await db.collection('rows').countDocuments({ _id: { $gte: id } })).toBe(2)
    },
  },
  {
    name: 'refuses operators that it does not know',
    run: async ({ db }) => {
      const rows = db.collection('rows')
      await rows.insertOne({ a: 1 })
      expect((await serverError(rows.find({ a: { $foo: 1 } }).toArray())).code).toBe(2)
      expect((await serverError(rows.find({ $foo: 1 }).toArray())).code).toBe(2)
    },
  },
  {
    name: 'refuses conditions that say nothing',
    deviates: { standIn: 'it takes $in without a list' },
    run: async ({ db }) => {
      const rows = db.collection('rows')
      await rows.insertOne({ a: 1 })
      expect((await serverError(rows.find({ $or: [] }).toArray())).code).toBe(2)
      expect((await serverError(rows.find({ a: { $in: 5 } }).toArray())).code).toBe(2)
    },
  },
]
