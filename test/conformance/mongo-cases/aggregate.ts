import type { Db, Document } from 'mongodb'
import { Long } from 'mongodb'
import { expect } from 'vitest'
import { type Case, serverError } from './case.ts'

type Row = Document & { _id: number }

const orders: readonly Row[] = [
  { _id: 1, who: 'ada', item: 'tea', count: 2, price: 3, tags: ['hot', 'leaf'] },
  { _id: 2, who: 'bob', item: 'jam', count: 1, price: 5, tags: [] },
  { _id: 3, who: 'ada', item: 'jam', count: 4, price: 5, tags: ['sweet'] },
  { _id: 4, who: 'eve', item: 'tea', count: 1, price: 3 },
]

/** What a pipeline makes of the orders. */
async function made(db: Db, pipeline: Document[]): Promise<Document[]> {
  const collection = db.collection<Row>('orders')
  if ((await collection.estimatedDocumentCount()) === 0)
    await collection.insertMany(orders.map(row => ({ ...row })))
  return collection.aggregate(pipeline).toArray()
}

function pipelines(
  name: string,
  tries: readonly (readonly [Document[], readonly Document[]])[],
  deviates?: Case['deviates'],
): Case {
  return {
    name,
    ...(deviates === undefined ? {} : { deviates }),
    run: async ({ db }) => {
      for (const [pipeline, expected] of tries) {
        expect(await made(db, pipeline), JSON.stringify(pipeline)).toEqual(expected)
      }
    },
  }
}

/** Aggregation. */
export const aggregateCases: readonly Case[] = [
  pipelines('groups and adds up', [
    [
      [
        { $group: { _id: '$who', n: { $sum: 1 }, spent: { $sum: { $multiply: ['$count', '$price'] } } } },
        { $sort: { _id: 1 } },
      ],
      [
        { _id: 'ada', n: 2, spent: 26 },
        { _id: 'bob', n: 1, spent: 5 },
        { _id: 'eve', n: 1, spent: 3 },
      ],
    ],
    [
      [
        {
          $group: {
            _id: null,
            least: { $min: '$count' },
            most: { $max: '$count' },
            mean: { $avg: '$count' },
          },
        },
      ],
      [{ _id: null, least: 1, most: 4, mean: 2 }],
    ],
    [
      [
        { $sort: { _id: 1 } },
        {
          $group: {
            _id: '$item',
            who: { $push: '$who' },
            first: { $first: '$_id' },
            last: { $last: '$_id' },
          },
        },
        { $sort: { _id: 1 } },
      ],
      [
        { _id: 'jam', who: ['bob', 'ada'], first: 2, last: 3 },
        { _id: 'tea', who: ['ada', 'eve'], first: 1, last: 4 },
      ],
    ],
    [[{ $match: { _id: 9 } }, { $group: { _id: null, n: { $sum: 1 } } }], []],
  ]),
  pipelines('matches, sorts, skips, limits and counts', [
    [[{ $match: { count: { $gt: 1 } } }, { $count: 'n' }], [{ n: 2 }]],
    [[{ $match: { count: 77 } }, { $count: 'n' }], []],
    [
      [{ $sort: { price: -1, _id: 1 } }, { $skip: 1 }, { $limit: 2 }, { $project: { item: 1 } }],
      [
        { _id: 3, item: 'jam' },
        { _id: 1, item: 'tea' },
      ],
    ],
    [[{ $sortByCount: '$who' }, { $limit: 1 }], [{ _id: 'ada', count: 2 }]],
  ]),
  pipelines('shapes documents', [
    [
      [{ $match: { _id: 1 } }, { $project: { _id: 0, who: 1, total: { $multiply: ['$count', '$price'] } } }],
      [{ who: 'ada', total: 6 }],
    ],
    [[{ $match: { _id: 4 } }, { $replaceRoot: { newRoot: { name: '$who' } } }], [{ name: 'eve' }]],
    [
      [
        { $match: { _id: 3 } },
        { $project: { _id: 0, label: { $concat: ['$who', '/', { $toUpper: '$item' }] } } },
      ],
      [{ label: 'ada/JAM' }],
    ],
    [
      [
        { $match: { _id: { $lte: 2 } } },
        { $project: { size: { $cond: [{ $gt: ['$count', 1] }, 'many', 'one'] } } },
        { $sort: { _id: 1 } },
      ],
      [
        { _id: 1, size: 'many' },
        { _id: 2, size: 'one' },
      ],
    ],
  ]),
  pipelines(
    'adds fields inside documents that are not there',
    [
      [
        [
          { $match: { _id: 2 } },
          { $addFields: { 'more.big': { $gte: ['$price', 5] }, price: { $add: ['$price', 1] } } },
          { $unset: ['tags', 'who'] },
        ],
        [{ _id: 2, item: 'jam', count: 1, price: 6, more: { big: true } }],
      ],
    ],
    { standIn: 'it takes the path for a name with a dot in it' },
  ),
  pipelines('unwinds arrays', [
    [
      [{ $unwind: '$tags' }, { $project: { tags: 1 } }, { $sort: { _id: 1, tags: 1 } }],
      [
        { _id: 1, tags: 'hot' },
        { _id: 1, tags: 'leaf' },
        { _id: 3, tags: 'sweet' },
      ],
    ],
    [
      [
        { $match: { _id: { $in: [2, 3] } } },
        { $unwind: { path: '$tags', preserveNullAndEmptyArrays: true } },
        { $project: { tags: 1 } },
        { $sort: { _id: 1 } },
      ],
      [{ _id: 2 }, { _id: 3, tags: 'sweet' }],
    ],
  ]),
  pipelines('computes with arrays and texts', [
    [
      [
        { $match: { _id: 1 } },
        {
          $project: {
            _id: 0,
            size: { $size: '$tags' },
            has: { $in: ['hot', '$tags'] },
            first: { $arrayElemAt: ['$tags', 0] },
            upper: { $map: { input: '$tags', as: 'tag', in: { $toUpper: '$$tag' } } },
            long: { $filter: { input: '$tags', as: 'tag', cond: { $gt: [{ $strLenCP: '$$tag' }, 3] } } },
            none: { $ifNull: ['$missing', 'none'] },
          },
        },
      ],
      [{ size: 2, has: true, first: 'hot', upper: ['HOT', 'LEAF'], long: ['leaf'], none: 'none' }],
    ],
  ]),
  pipelines('runs several pipelines at once', [
    [
      [
        {
          $facet: {
            dear: [{ $match: { price: 5 } }, { $count: 'n' }],
            who: [{ $group: { _id: '$who' } }, { $sort: { _id: 1 } }],
          },
        },
      ],
      [{ dear: [{ n: 2 }], who: [{ _id: 'ada' }, { _id: 'bob' }, { _id: 'eve' }] }],
    ],
  ]),
  {
    name: 'adds numbers of all types without losing them',
    run: async ({ db }) => {
      await db
        .collection('n')
        .insertMany([{ a: 2_147_483_647 }, { a: 1 }, { a: Long.fromString('9007199254740993') }])
      const [row] = await db
        .collection('n')
        .aggregate([{ $group: { _id: null, sum: { $sum: '$a' } } }], { promoteValues: false })
        .toArray()
      expect(String(row?.sum)).toBe('9007201402224641')
    },
  },
  {
    name: 'leaves stored documents as they are',
    run: async ({ db }) => {
      await made(db, [])
      await made(db, [
        { $unwind: { path: '$tags', includeArrayIndex: 'at' } },
        { $addFields: { 'tags.x': 1 } },
        { $unset: 'price' },
      ])
      expect(await db.collection('orders').find().sort({ _id: 1 }).toArray()).toEqual(orders)
    },
  },
  {
    name: 'refuses stages and expressions that it does not know',
    run: async ({ db }) => {
      await made(db, [])
      expect((await serverError(made(db, [{ $foo: 1 }]))).code).toBe(40324)
      expect((await serverError(made(db, [{ $project: { a: { $foo: 1 } } }]))).code).toBeGreaterThan(0)
      expect((await serverError(db.command({ aggregate: 'orders', pipeline: [] }))).code).toBe(9)
    },
  },
  {
    name: 'refuses change streams as a standalone server does',
    run: async ({ db }) => {
      await made(db, [])
      expect((await serverError(db.collection('orders').watch().next())).code).toBe(40573)
    },
  },
]
