import type { Db, Document } from 'mongodb'
import { expect } from 'vitest'
import { type Case, serverError } from './case.ts'

type Row = Document & { _id: number }

const orders: readonly Row[] = [
  { _id: 1, who: 'ada', count: 7, text: 'some' },
  { _id: 2, who: 'bob' },
  { _id: 4, who: 'eve' },
]

/** What a pipeline makes of the orders. */
async function of(db: Db, pipeline: Document[]): Promise<Document[]> {
  const collection = db.collection<Row>('orders')
  if ((await collection.estimatedDocumentCount()) === 0)
    await collection.insertMany(orders.map(row => ({ ...row })))
  return collection.aggregate(pipeline).toArray()
}

/** Stages that look at other documents, and what goes wrong. */
export const stageCases: readonly Case[] = [
  {
    name: 'joins collections by a field and by a pipeline',
    run: async ({ db }) => {
      await db.collection<{ _id: string; name: string }>('people').insertMany([
        { _id: 'ada', name: 'Ada' },
        { _id: 'bob', name: 'Bob' },
      ])
      const joined = await of(db, [
        { $match: { _id: { $in: [1, 4] } } },
        { $lookup: { from: 'people', localField: 'who', foreignField: '_id', as: 'person' } },
        { $project: { person: 1 } },
        { $sort: { _id: 1 } },
      ])
      expect(joined).toEqual([
        { _id: 1, person: [{ _id: 'ada', name: 'Ada' }] },
        { _id: 4, person: [] },
      ])
      const piped = await of(db, [
        { $match: { _id: 2 } },
        {
          $lookup: {
            from: 'people',
            let: { who: '$who' },
            pipeline: [{ $match: { $expr: { $eq: ['$_id', '$$who'] } } }, { $project: { _id: 0, name: 1 } }],
            as: 'person',
          },
        },
        { $project: { person: 1 } },
      ])
      expect(piped).toEqual([{ _id: 2, person: [{ name: 'Bob' }] }])
    },
  },
  {
    name: 'leaves a field out where an expression says so',
    deviates: { standIn: 'it does not know $$REMOVE' },
    run: async ({ db }) => {
      expect(
        await of(db, [
          { $match: { _id: 1 } },
          { $project: { _id: 0, a: '$$REMOVE', b: '$missing', count: 1 } },
        ]),
      ).toEqual([{ count: 7 }])
    },
  },
  {
    name: 'says what is wrong with an expression',
    deviates: { standIn: 'its codes are others' },
    run: async ({ db }) => {
      expect((await serverError(of(db, [{ $project: { x: { $foo: 1 } } }]))).code).toBe(168)
      expect((await serverError(of(db, [{ $project: { x: '$$foo' } }]))).code).toBe(17276)
      expect((await serverError(of(db, [{ $project: { x: { $add: ['$count', '$text'] } } }]))).code).toBe(14)
      expect((await serverError(of(db, [{ $project: { x: { $divide: ['$count', 0] } } }]))).code).toBe(2)
    },
  },
  {
    name: 'fills buckets, follows links and numbers rows',
    deviates: { standIn: 'it lacks these stages' },
    run: async ({ db }) => {
      const people = db.collection<Document & { _id: number }>('people')
      await people.insertMany([
        { _id: 1, age: 20, boss: null },
        { _id: 2, age: 30, boss: 1 },
        { _id: 3, age: 35, boss: 2 },
      ])
      const bucket = { groupBy: '$age', boundaries: [0, 25, 40], output: { n: { $sum: 1 } } }
      expect(await people.aggregate([{ $bucket: bucket }]).toArray()).toEqual([
        { _id: 0, n: 1 },
        { _id: 25, n: 2 },
      ])
      const links = {
        from: 'people',
        startWith: '$boss',
        connectFromField: 'boss',
        connectToField: '_id',
        as: 'chain',
      }
      const [last] = await people.aggregate([{ $match: { _id: 3 } }, { $graphLookup: links }]).toArray()
      expect(last?.chain.map((person: Document) => person._id).sort()).toEqual([1, 2])
      const window = { sortBy: { age: -1 }, output: { place: { $rank: {} } } }
      const ranked = await people
        .aggregate([{ $setWindowFields: window }, { $project: { place: 1 } }])
        .toArray()
      expect(ranked).toEqual([3, 2, 1].map((_id, at) => ({ _id, place: at + 1 })))
      const both = await people
        .aggregate([{ $unionWith: { coll: 'people', pipeline: [{ $limit: 1 }] } }])
        .toArray()
      expect(both).toHaveLength(4)
      expect(await people.find().sort({ _id: 1 }).toArray()).toEqual([
        { _id: 1, age: 20, boss: null },
        { _id: 2, age: 30, boss: 1 },
        { _id: 3, age: 35, boss: 2 },
      ])
    },
  },
]
