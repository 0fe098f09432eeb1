import { type Document, ObjectId } from 'mongodb'
import { expect } from 'vitest'
import { type Case, serverError } from './case.ts'

type Row = Document & { _id: number }

/** What updates answer, upserts, and updates that are refused. */
export const updateRuleCases: readonly Case[] = [
  {
    name: 'tells matched from modified',
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      await rows.insertMany([
        { _id: 1, a: 1 },
        { _id: 2, a: 2 },
      ])
      expect(await rows.updateMany({}, { $set: { a: 1 } })).toMatchObject({
        matchedCount: 2,
        modifiedCount: 1,
      })
      expect(await rows.updateOne({ _id: 1 }, { $set: { a: 1 } })).toMatchObject({
        matchedCount: 1,
        modifiedCount: 0,
      })
      expect(await rows.updateOne({ _id: 7 }, { $set: { a: 1 } })).toMatchObject({
        matchedCount: 0,
        modifiedCount: 0,
      })
    },
  },
  {
    name: 'upserts from the filter, the update and $setOnInsert',
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      const upsert = (filter: Document) =>
        rows.updateOne(filter, { $set: { b: 2 }, $setOnInsert: { c: 3 } }, { upsert: true })
      expect(await upsert({ _id: 1, 'a.x': 1, n: { $gt: 5 }, $and: [{ d: { $eq: 4 } }] })).toMatchObject({
        upsertedId: 1,
        upsertedCount: 1,
      })
      expect(await rows.findOne({ _id: 1 })).toEqual({ _id: 1, a: { x: 1 }, d: 4, b: 2, c: 3 })
      expect(await upsert({ _id: 1 })).toMatchObject({ upsertedCount: 0, matchedCount: 1 })
      expect((await upsert({ e: 1 })).upsertedId).toBeInstanceOf(ObjectId)
    },
  },
  {
    name: 'upserts a replacement',
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      await rows.replaceOne({ _id: 1, a: 5 }, { b: 1 }, { upsert: true })
      expect(await rows.findOne({ _id: 1 })).toEqual({ _id: 1, b: 1 })
      await rows.replaceOne({ _id: 1 }, { c: 1 })
      expect(await rows.findOne({ _id: 1 })).toEqual({ _id: 1, c: 1 })
    },
  },
  {
    name: 'gives back the document before or after, projected, in the order of a sort',
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      await rows.insertMany([
        { _id: 1, a: 1 },
        { _id: 2, a: 2 },
      ])
      const sort = { a: -1 } as const
      expect(await rows.findOneAndUpdate({}, { $inc: { a: 10 } }, { sort })).toEqual({ _id: 2, a: 2 })
      expect(await rows.findOneAndUpdate({}, { $inc: { a: 10 } }, { sort, returnDocument: 'after' })).toEqual(
        { _id: 2, a: 22 },
      )
      const projection = { _id: 0, a: 1 }
      expect(await rows.findOneAndUpdate({ _id: 1 }, { $set: { b: 1 } }, { projection })).toEqual({ a: 1 })
      expect(await rows.findOneAndReplace({ _id: 1 }, { z: 1 }, { returnDocument: 'after' })).toEqual({
        _id: 1,
        z: 1,
      })
      expect(await rows.findOneAndUpdate({ _id: 9 }, { $set: { a: 1 } })).toBeNull()
      expect(await rows.findOneAndUpdate({ _id: 9 }, { $set: { a: 1 } }, { upsert: true })).toBeNull()
    },
  },
  {
    name: 'refuses updates that make no sense, and leaves the document alone',
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      const before = { _id: 1, a: 'text', list: [1] }
      await rows.insertOne(before)
      const code = async (update: Document) => (await serverError(rows.updateOne({ _id: 1 }, update))).code
      expect(await code({ $inc: { a: 1 } })).toBe(14)
      expect(await code({ $inc: { n: 'x' } })).toBe(14)
      expect(await code({ $push: { a: 1 } })).toBe(2)
      expect(await code({ $set: { 'a.b': 1 } })).toBe(28)
      expect(await code({ $set: { _id: 2 } })).toBe(66)
      expect(await code({ $foo: { a: 1 } })).toBe(9)
      expect(await rows.findOne({ _id: 1 })).toEqual(before)
    },
  },
  {
    name: 'refuses to change one path twice',
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      await rows.insertOne({ _id: 1, a: { b: 1 } })
      const code = async (update: Document) => (await serverError(rows.updateOne({ _id: 1 }, update))).code
      expect(await code({ $set: { a: 1 }, $inc: { a: 1 } })).toBe(40)
      expect(await code({ $set: { a: 1, 'a.b': 1 } })).toBe(40)
    },
  },
  {
    name: 'refuses a replacement with another _id',
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      await rows.insertOne({ _id: 1 })
      expect((await serverError(rows.replaceOne({ _id: 1 }, { _id: 2 } as Row))).code).toBe(66)
    },
  },
  {
    name: 'keeps unique indexes when it updates',
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      await rows.createIndex({ a: 1 }, { unique: true })
      await rows.insertMany([
        { _id: 1, a: 1 },
        { _id: 2, a: 2 },
      ])
      expect((await serverError(rows.updateOne({ _id: 2 }, { $set: { a: 1 } }))).code).toBe(11000)
      expect((await serverError(rows.findOneAndUpdate({ _id: 2 }, { $set: { a: 1 } }))).code).toBe(11000)
      expect(await rows.findOne({ _id: 2 })).toEqual({ _id: 2, a: 2 })
      await rows.updateOne({ _id: 1 }, { $set: { a: 3 } })
      await rows.updateOne({ _id: 2 }, { $set: { a: 1 } })
      expect(await rows.findOne({ a: 1 })).toEqual({ _id: 2, a: 1 })
    },
  },
]
