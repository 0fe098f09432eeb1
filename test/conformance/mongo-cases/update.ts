import type { Db, Document, UpdateFilter } from 'mongodb'
import { Double, Long } from 'mongodb'
import { expect } from 'vitest'
import type { Case } from './case.ts'

type Row = Document & { _id: number }

/** What an update makes of a document. */
async function updated(
  db: Db,
  before: Row,
  update: Document | Document[],
  options: Document = {},
): Promise<Document | null> {
  const rows = db.collection<Row>('rows')
  await rows.replaceOne({ _id: before._id }, before, { upsert: true })
  const { filter = { _id: before._id }, ...rest } = options
  await rows.updateOne(filter, update as UpdateFilter<Row>, rest)
  return rows.findOne({ _id: before._id })
}

/** A case that tries updates on documents. */
function changes(
  name: string,
  tries: readonly (readonly [
    before: Document,
    update: Document | Document[],
    after: Document,
    options?: Document,
  ])[],
  deviates?: Case['deviates'],
): Case {
  return {
    name,
    ...(deviates === undefined ? {} : { deviates }),
    run: async ({ db }) => {
      for (const [before, update, after, options] of tries) {
        const row = await updated(db, { ...before, _id: 1 }, update, options)
        expect(row, JSON.stringify(update)).toEqual({ ...after, _id: 1 })
      }
    },
  }
}

/** Updates of all kinds. */
export const updateCases: readonly Case[] = [
  changes('sets and unsets fields, and makes the documents on the way', [
    [{ a: 1 }, { $set: { b: 2 } }, { a: 1, b: 2 }],
    [{ a: 1 }, { $set: { 'b.c.d': 2 } }, { a: 1, b: { c: { d: 2 } } }],
    [{ a: [1, 2] }, { $set: { 'a.1': 9 } }, { a: [1, 9] }],
    [{ a: [1] }, { $set: { 'a.3': 9 } }, { a: [1, null, null, 9] }],
    [{ a: 1, b: 2 }, { $unset: { b: '' } }, { a: 1 }],
    [{ a: { b: 1, c: 2 } }, { $unset: { 'a.b': 1, x: 1 } }, { a: { c: 2 } }],
    [{ a: [1, 2, 3] }, { $unset: { 'a.1': 1 } }, { a: [1, null, 3] }],
  ]),
  changes('counts, multiplies and takes the extreme', [
    [{ a: 1 }, { $inc: { a: 2, b: 5 } }, { a: 3, b: 5 }],
    [{ a: 1 }, { $inc: { a: -0.5 } }, { a: 0.5 }],
    [{ a: 3 }, { $mul: { a: 4, b: 4 } }, { a: 12, b: 0 }],
    [{ a: 3, b: 3 }, { $min: { a: 2, b: 4, c: 1 } }, { a: 2, b: 3, c: 1 }],
    [{ a: 3, b: 3 }, { $max: { a: 2, b: 4, c: 1 } }, { a: 3, b: 4, c: 1 }],
  ]),
  changes('pushes into arrays', [
    [{ a: [1] }, { $push: { a: 2 } }, { a: [1, 2] }],
    [{}, { $push: { a: 2 } }, { a: [2] }],
    [{ a: [1] }, { $push: { a: { $each: [3, 2] } } }, { a: [1, 3, 2] }],
    [{ a: [1] }, { $push: { a: { $each: [3, 2], $sort: 1 } } }, { a: [1, 2, 3] }],
    [{ a: [1, 2] }, { $push: { a: { $each: [3, 4], $slice: -3 } } }, { a: [2, 3, 4] }],
    [{ a: [1, 4] }, { $push: { a: { $each: [2, 3], $position: 1 } } }, { a: [1, 2, 3, 4] }],
    [
      { a: [{ x: 2 }] },
      { $push: { a: { $each: [{ x: 1 }], $sort: { x: 1 } } } },
      { a: [{ x: 1 }, { x: 2 }] },
    ],
    [{ a: [1] }, { $push: { a: [2, 3] } }, { a: [1, [2, 3]] }],
  ]),
  changes('keeps a set in an array', [
    [{ a: [1, 2] }, { $addToSet: { a: 2 } }, { a: [1, 2] }],
    [{ a: [1] }, { $addToSet: { a: { $each: [1, 2, 2] } } }, { a: [1, 2] }],
    [{}, { $addToSet: { a: { x: 1 } } }, { a: [{ x: 1 }] }],
  ]),
  changes('takes elements out of arrays', [
    [{ a: [1, 2, 3] }, { $pop: { a: 1 } }, { a: [1, 2] }],
    [{ a: [1, 2, 3] }, { $pop: { a: -1 } }, { a: [2, 3] }],
    [{ a: [1, 2, 1] }, { $pull: { a: 1 } }, { a: [2] }],
    [{ a: [1, 2, 3] }, { $pull: { a: { $gte: 2 } } }, { a: [1] }],
    [{ a: [{ x: 1, y: 1 }, { x: 2 }] }, { $pull: { a: { x: 1 } } }, { a: [{ x: 2 }] }],
    [{ a: [1, 2, 3, 1] }, { $pullAll: { a: [1, 3] } }, { a: [2] }],
    [{ a: [1] }, { $pull: { b: 1 } }, { a: [1] }],
  ]),
  changes('renames fields', [
    [{ a: 1 }, { $rename: { a: 'b' } }, { b: 1 }],
    [{ a: { b: 1 } }, { $rename: { 'a.b': 'c.d' } }, { a: {}, c: { d: 1 } }],
    [{ a: 1 }, { $rename: { x: 'y' } }, { a: 1 }],
  ]),
  changes('updates the element that the filter found', [
    [{ a: [1, 2, 3] }, { $set: { 'a.$': 9 } }, { a: [1, 9, 3] }, { filter: { _id: 1, a: 2 } }],
    [
      { a: [{ x: 1 }, { x: 2 }] },
      { $set: { 'a.$.y': 5 } },
      { a: [{ x: 1 }, { x: 2, y: 5 }] },
      { filter: { _id: 1, 'a.x': 2 } },
    ],
    [
      {
        a: [
          { x: 1, z: 1 },
          { x: 1, z: 2 },
        ],
      },
      { $inc: { 'a.$.x': 5 } },
      {
        a: [
          { x: 1, z: 1 },
          { x: 6, z: 2 },
        ],
      },
      { filter: { _id: 1, a: { $elemMatch: { x: 1, z: 2 } } } },
    ],
  ]),
  changes('updates every element, or those that an array filter takes', [
    [{ a: [1, 2] }, { $inc: { 'a.$[]': 10 } }, { a: [11, 12] }],
    [
      { a: [1, 5, 9] },
      { $set: { 'a.$[big]': 0 } },
      { a: [1, 0, 0] },
      { arrayFilters: [{ big: { $gte: 5 } }] },
    ],
    [
      {
        a: [
          { x: 1, l: [1, 2] },
          { x: 2, l: [1] },
        ],
      },
      { $set: { 'a.$[one].l.$[]': 7 } },
      {
        a: [
          { x: 1, l: [7, 7] },
          { x: 2, l: [1] },
        ],
      },
      { arrayFilters: [{ 'one.x': 1 }] },
    ],
  ]),
  changes(
    'updates by a pipeline',
    [
      [{ a: 1 }, [{ $set: { b: { $add: ['$a', 1] } } }, { $unset: 'a' }], { b: 2 }],
      [{ a: 1, b: 2 }, [{ $replaceWith: { _id: '$_id', sum: { $sum: ['$a', '$b'] } } }], { sum: 3 }],
    ],
    { standIn: 'it has no update pipelines' },
  ),
  {
    name: 'sets the present time',
    run: async ({ db }) => {
      const before = Date.now() - 60_000
      const row = await updated(db, { _id: 1 }, { $currentDate: { at: true, again: { $type: 'date' } } })
      expect(row?.at).toBeInstanceOf(Date)
      expect(row?.at?.getTime()).toBeGreaterThan(before)
      expect(row?.again).toBeInstanceOf(Date)
    },
  },
  {
    name: 'keeps the types of numbers that it counts up',
    run: async ({ db }) => {
      const row = async (a: unknown, by: unknown) => {
        await updated(db, { _id: 1, a }, { $inc: { a: by } })
        return db.collection('rows').findOne({ a: { $exists: true } }, { promoteValues: false })
      }
      expect((await row(1, 2))?.a._bsontype).toBe('Int32')
      expect((await row(1, new Double(2)))?.a._bsontype).toBe('Double')
      expect((await row(Long.fromNumber(1), 2))?.a).toEqual(Long.fromNumber(3))
      expect((await row(2_147_483_647, 1))?.a).toEqual(Long.fromNumber(2_147_483_648))
    },
  },
]
