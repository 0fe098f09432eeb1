import {
  Binary,
  BSONRegExp,
  Code,
  type Collection,
  Decimal128,
  type Document,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'mongodb'
import { expect } from 'vitest'
import { type Case, serverError } from './case.ts'

/** One value of every type that the driver can write. */
const values: Readonly<Record<string, unknown>> = {
  int: new Int32(7),
  least: new Int32(-2_147_483_648),
  double: new Double(1.5),
  wholeDouble: new Double(3),
  negativeZero: new Double(-0),
  huge: new Double(1e300),
  nan: new Double(Number.NaN),
  infinite: new Double(Number.POSITIVE_INFINITY),
  long: Long.fromString('9223372036854775807'),
  smallLong: Long.fromNumber(1),
  decimal: Decimal128.fromString('0.10'),
  text: 'a\u0000b \u{1f600} ü',
  empty: '',
  yes: true,
  nothing: null,
  date: new Date(-1),
  id: new ObjectId('65a000000000000000000001'),
  bytes: new Binary(Buffer.from([0, 255, 7]), 0),
  custom: new Binary(Buffer.from([1]), 128),
  uuid: new UUID('0b0e1d2c-3a4b-4c5d-8e6f-708192a3b4c5'),
  regex: new BSONRegExp('^a.b$', 'im'),
  timestamp: new Timestamp({ t: 5, i: 6 }),
  least_key: new MinKey(),
  most_key: new MaxKey(),
  code: new Code('return 1'),
  list: [new Int32(1), [new Double(2)], { a: new Long(3) }],
  document: { b: 1, a: { c: [] } },
}

/** What the stand-in gives back otherwise. */
const standIn: Readonly<Record<string, string>> = { custom: 'it makes subtype 0 of subtype 128' }

async function roundTrip(collection: Collection, name: string): Promise<void> {
  const { insertedId } = await collection.insertOne({ [name]: values[name] })
  const options = { promoteValues: false, bsonRegExp: true } as const
  const before = await collection.findOne({ _id: insertedId }, options)
  // An update writes the document anew, so types must come through that as well.
  await collection.updateOne({ _id: insertedId }, { $set: { touched: 1 } })
  const after = await collection.findOne(
    { _id: insertedId },
    { ...options, projection: { _id: 0, [name]: 1 } },
  )
  const { serialize } = await import('bson')
  const bytes = (document: Document | null) =>
    Buffer.from(serialize({ [name]: document?.[name] })).toString('hex')
  expect(bytes(before), `${name} as stored`).toBe(bytes(values))
  expect(bytes(after), `${name} after an update`).toBe(bytes(values))
}

/** Types survive. */
export const typeCases: readonly Case[] = [
  ...Object.keys(values).map(
    (name): Case => ({
      name: `gives back a value like ${name} byte by byte`,
      ...(standIn[name] === undefined ? {} : { deviates: { standIn: standIn[name] } }),
      run: ({ db }) => roundTrip(db.collection('values'), name),
    }),
  ),
  {
    name: 'keeps the order of fields',
    run: async ({ db }) => {
      const collection = db.collection('values')
      await collection.insertOne({ z: 1, a: 2, m: { y: 1, b: 2 } })
      const found = await collection.findOne({}, { projection: { _id: 0 } })
      expect(JSON.stringify(found)).toBe('{"z":1,"a":2,"m":{"y":1,"b":2}}')
    },
  },
  {
    name: 'adds new fields in the order of their names',
    deviates: { standIn: 'it adds them in the order of the update, as MongoDB 4 did' },
    run: async ({ db }) => {
      const collection = db.collection('values')
      await collection.insertOne({ k: 0 })
      await collection.updateOne({}, { $set: { z: 1, b: 2 }, $inc: { a: 3 } })
      const found = await collection.findOne({}, { projection: { _id: 0 } })
      expect(JSON.stringify(found)).toBe('{"k":0,"a":3,"b":2,"z":1}')
    },
  },
  {
    name: 'takes field names that JavaScript objects have already',
    run: async ({ db }) => {
      const collection = db.collection('values')
      await collection.insertOne({ constructor: 1, toString: 2, hasOwnProperty: 3 })
      expect(await collection.countDocuments({ constructor: 1, toString: 2 })).toBe(1)
      expect(await collection.countDocuments({ valueOf: { $exists: true } })).toBe(0)
      await collection.updateOne({ hasOwnProperty: 3 }, { $set: { constructor: 4 } })
      expect(await collection.findOne({ constructor: 4 })).toMatchObject({ toString: 2 })
    },
  },
  {
    name: 'refuses a document of more than 16 MB',
    run: async ({ db }) => {
      const collection = db.collection('values')
      await expect(collection.insertOne({ text: 'x'.repeat(16 * 1024 * 1024) })).rejects.toThrow()
      expect(await collection.countDocuments()).toBe(0)
    },
  },
  {
    name: 'refuses an update that makes a document too large',
    deviates: { standIn: 'it has no limit for updated documents' },
    run: async ({ db }) => {
      const collection = db.collection('values')
      await collection.insertOne({ a: 'x'.repeat(9_000_000) })
      const { code } = await serverError(collection.updateOne({}, { $set: { b: 'x'.repeat(9_000_000) } }))
      expect(code).toBeGreaterThan(0)
      expect(await collection.findOne({ b: { $exists: true } })).toBeNull()
    },
  },
]
