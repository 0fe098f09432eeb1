import { type Db, Decimal128, type Document, Double, Long, ObjectId } from 'mongodb'
import { expect } from 'vitest'
import type { Case } from './case.ts'

const id = new ObjectId('65a000000000000000000001')

const row = {
  _id: 1,
  int: 7,
  double: 2.5,
  whole: new Double(4),
  long: Long.fromNumber(3),
  decimal: Decimal128.fromString('1.5'),
  text: 'Hello World',
  list: [3, 1, 2],
  docs: [
    { k: 'a', n: 1 },
    { k: 'b', n: 2 },
  ],
  at: new Date('2026-03-01T10:30:00Z'),
  id,
  nothing: null,
}

/** A branch of `$switch`. */
const branch = (test: unknown, result: unknown) =>
  Object.fromEntries([
    ['case', test],
    ['then', result],
  ])

/** What expressions come to over the row. */
async function values(db: Db, expressions: Document): Promise<Document | undefined> {
  const rows = db.collection<Document & { _id: number }>('rows')
  if ((await rows.estimatedDocumentCount()) === 0) await rows.insertOne({ ...row })
  const [found] = await rows.aggregate([{ $project: { _id: 0, ...expressions } }]).toArray()
  return found
}

function expressions(name: string, tries: readonly (readonly [unknown, unknown])[], standIn?: string): Case {
  return {
    name,
    ...(standIn === undefined ? {} : { deviates: { standIn } }),
    run: async ({ db }) => {
      for (const [expression, expected] of tries) {
        expect(await values(db, { x: expression }), JSON.stringify(expression)).toEqual({ x: expected })
      }
    },
  }
}

/** Expressions of the aggregation language. */
export const expressionCases: readonly Case[] = [
  expressions('calculate with numbers of all types', [
    [{ $add: ['$int', '$double'] }, 9.5],
    [{ $add: ['$int', '$long'] }, 10],
    [{ $subtract: ['$whole', '$int'] }, -3],
    [{ $multiply: ['$long', '$long'] }, 9],
    [{ $divide: ['$int', 2] }, 3.5],
    [{ $mod: ['$int', 4] }, 3],
    [{ $abs: { $subtract: [0, '$int'] } }, 7],
    [{ $floor: '$double' }, 2],
    [{ $ceil: '$double' }, 3],
    [{ $add: ['$int', '$nothing'] }, null],
    [{ $add: ['$int', '$missing'] }, null],
    [{ $sum: '$list' }, 6],
    [{ $max: '$list' }, 3],
    [{ $avg: ['$int', 3] }, 5],
  ]),
  expressions('calculate with decimals', [
    [{ $toString: { $add: ['$decimal', Decimal128.fromString('0.25')] } }, '1.75'],
  ]),
  expressions('compare values of all types', [
    [{ $eq: ['$long', 3] }, true],
    [{ $gt: ['$whole', 3.5] }, true],
    [{ $lt: ['$int', 'text'] }, true],
    [{ $cmp: ['$int', '$double'] }, 1],
    [{ $eq: ['$id', id] }, true],
    [{ $and: [{ $gt: ['$int', 1] }, '$text'] }, true],
    [{ $or: ['$nothing', { $eq: ['$int', 8] }] }, false],
    [{ $not: ['$nothing'] }, true],
  ]),
  expressions(
    'find a number of another type in a list',
    [[{ $in: ['$long', [1, 3]] }, true]],
    'it compares types too',
  ),
  expressions(
    'take the first of several',
    [[{ $ifNull: ['$nothing', '$missing', 'none'] }, 'none']],
    'it takes two',
  ),
  expressions('choose', [
    [{ $cond: [{ $gt: ['$int', 5] }, 'big', 'small'] }, 'big'],
    [{ $ifNull: ['$nothing', 'none'] }, 'none'],
  ]),
  expressions(
    'take the first branch that holds',
    [
      [
        {
          $switch: {
            branches: [branch({ $eq: ['$int', 1] }, 'one'), branch({ $gt: ['$int', 1] }, 'more')],
            default: 'other',
          },
        },
        'more',
      ],
      [{ $switch: { branches: [branch(false, 'one')], default: 'other' } }, 'other'],
    ],
    'it has no $switch',
  ),
  expressions(
    'work with texts',
    [
      [{ $concat: [{ $toLower: '$text' }, '!'] }, 'hello world!'],
      [{ $substrCP: ['$text', 6, 5] }, 'World'],
      [{ $split: ['$text', ' '] }, ['Hello', 'World']],
      [{ $strLenCP: '$text' }, 11],
      [{ $trim: { input: '  x ' } }, 'x'],
      [{ $regexMatch: { input: '$text', regex: /^hello/i } }, true],
      [{ $indexOfCP: ['$text', 'World'] }, 6],
      [{ $replaceAll: { input: '$text', find: 'o', replacement: '0' } }, 'Hell0 W0rld'],
    ],
    'it lacks $regexMatch and others',
  ),
  expressions('work with arrays', [
    [{ $size: '$list' }, 3],
    [{ $slice: ['$list', 2] }, [3, 1]],
    [{ $reverseArray: '$list' }, [2, 1, 3]],
    [{ $concatArrays: ['$list', [9]] }, [3, 1, 2, 9]],
    [{ $map: { input: '$docs', as: 'd', in: '$$d.k' } }, ['a', 'b']],
    [{ $filter: { input: '$list', as: 'n', cond: { $gte: ['$$n', 2] } } }, [3, 2]],
    [{ $reduce: { input: '$list', initialValue: 0, in: { $add: ['$$value', '$$this'] } } }, 6],
    ['$docs.n', [1, 2]],
    [{ $arrayElemAt: ['$list', -1] }, 2],
    [{ $indexOfArray: ['$list', 1] }, 1],
  ]),
  expressions(
    'order and pair arrays',
    [
      [{ $sortArray: { input: '$list', sortBy: 1 } }, [1, 2, 3]],
      [{ $range: [0, 3] }, [0, 1, 2]],
      [
        { $zip: { inputs: ['$list', ['a', 'b', 'c']] } },
        [
          [3, 'a'],
          [1, 'b'],
          [2, 'c'],
        ],
      ],
      [{ $sortArray: { input: { $setUnion: ['$list', [3, 4]] }, sortBy: -1 } }, [4, 3, 2, 1]],
    ],
    'it has no $sortArray',
  ),
  expressions('work with documents', [
    [{ $mergeObjects: [{ a: 1, b: 1 }, { b: 2 }] }, { a: 1, b: 2 }],
    [{ $arrayToObject: [[{ k: 'x', v: 1 }]] }, { x: 1 }],
    [{ $size: ['$list'] }, 3],
    [{ $toUpper: ['$text'] }, 'HELLO WORLD'],
    [{ $literal: '$text' }, '$text'],
    [
      { a: '$int', b: { c: '$text' } },
      { a: 7, b: { c: 'Hello World' } },
    ],
  ]),
  expressions('work with times', [
    [{ $year: '$at' }, 2026],
    [{ $month: '$at' }, 3],
    [{ $hour: '$at' }, 10],
    [{ $hour: '$missing' }, null],
    [{ $minute: { date: '$at', timezone: '+05:30' } }, 0],
    [{ $add: ['$at', 60_000] }, new Date('2026-03-01T10:31:00Z')],
    [{ $subtract: ['$at', new Date('2026-03-01T10:29:00Z')] }, 60_000],
    [{ $dateToString: { date: '$at', format: '%Y-%m-%d' } }, '2026-03-01'],
  ]),
  expressions(
    'convert between types',
    [
      [{ $toString: '$int' }, '7'],
      [{ $toInt: '12' }, 12],
      [{ $toDouble: '2.5' }, 2.5],
      [{ $toString: '$id' }, id.toHexString()],
      [{ $toObjectId: id.toHexString() }, id],
      [{ $toBool: 0 }, false],
      [{ $type: '$long' }, 'long'],
      [{ $type: '$missing' }, 'missing'],
      [{ $convert: { input: 'x', to: 'int', onError: -1 } }, -1],
      [{ $toDate: '2026-03-01T10:30:00Z' }, row.at],
    ],
    'it lacks $toObjectId and others',
  ),
]
