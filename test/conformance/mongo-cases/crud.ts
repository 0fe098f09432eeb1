import { ObjectId } from 'mongodb'
import { expect } from 'vitest'
import { bulkError, type Case, serverError } from './case.ts'

interface Item {
  _id: number
  a?: unknown
}

/** Inserting, deleting, counting. */
export const crudCases: readonly Case[] = [
  {
    name: 'finds nothing in a collection that is not there',
    run: async ({ db }) => {
      const nowhere = db.collection('nowhere')
      expect(await nowhere.find().toArray()).toEqual([])
      expect(await nowhere.findOne({ a: 1 })).toBeNull()
      expect(await nowhere.countDocuments()).toBe(0)
      expect(await nowhere.estimatedDocumentCount()).toBe(0)
      expect(await nowhere.distinct('a')).toEqual([])
      expect(await nowhere.deleteMany({})).toMatchObject({ deletedCount: 0 })
      expect(await nowhere.updateOne({ a: 1 }, { $set: { b: 1 } })).toMatchObject({ matchedCount: 0 })
      expect(await nowhere.aggregate([{ $match: {} }]).toArray()).toEqual([])
    },
  },
  {
    name: 'stores _id first, whatever its place in the document',
    deviates: { standIn: 'it leaves _id where the driver put it, at the end' },
    run: async ({ db }) => {
      const items = db.collection('items')
      await items.insertOne({ a: 1, b: 2 })
      const found = await items.findOne({ a: 1 })
      expect(Object.keys(found ?? {})).toEqual(['_id', 'a', 'b'])
      expect(found?._id).toBeInstanceOf(ObjectId)
    },
  },
  {
    name: 'makes an _id where a command has none',
    run: async ({ db }) => {
      await db.command({ insert: 'items', documents: [{ a: 1 }] })
      expect((await db.collection('items').findOne({ a: 1 }))?._id).toBeInstanceOf(ObjectId)
    },
  },
  {
    name: 'refuses a second document with one _id',
    run: async ({ db }) => {
      const items = db.collection<Item>('items')
      await items.insertOne({ _id: 1 })
      const { code, message } = await serverError(items.insertOne({ _id: 1, a: 2 }))
      expect(code).toBe(11000)
      expect(message).toContain('_id_ dup key: { _id: 1 }')
      expect(await items.findOne({ _id: 1 })).toEqual({ _id: 1 })
    },
  },
  {
    name: 'takes int, long and double of one value for one _id',
    run: async ({ db }) => {
      const { Double, Long } = await import('mongodb')
      const items = db.collection('items')
      await items.insertOne({ _id: 1 as unknown as ObjectId })
      for (const same of [Long.fromNumber(1), new Double(1)]) {
        expect((await serverError(items.insertOne({ _id: same as unknown as ObjectId }))).code).toBe(11000)
      }
    },
  },
  {
    name: 'refuses an array as _id',
    run: async ({ db }) => {
      const { code } = await serverError(
        db.collection('items').insertOne({ _id: [1] as unknown as ObjectId }),
      )
      expect([2, 53]).toContain(code)
    },
  },
  {
    name: 'stops an ordered insert at the first error',
    deviates: { standIn: 'it reports an insertedCount of all documents' },
    run: async ({ db }) => {
      const items = db.collection<Item>('items')
      const error = await bulkError(items.insertMany([{ _id: 1 }, { _id: 1 }, { _id: 2 }]))
      expect(error.result.insertedCount).toBe(1)
      expect(error.writeErrors).toMatchObject([{ index: 1, code: 11000 }])
      expect(await items.countDocuments()).toBe(1)
    },
  },
  {
    name: 'goes on after errors in an unordered insert',
    deviates: { standIn: 'reports the wrong insertedCount for an unordered insertMany with a duplicate' },
    run: async ({ db }) => {
      const items = db.collection<Item>('items')
      const documents = [{ _id: 1 }, { _id: 1 }, { _id: 2 }, { _id: 2 }, { _id: 3 }]
      const error = await bulkError(items.insertMany(documents, { ordered: false }))
      expect(error.result.insertedCount).toBe(3)
      expect(error.writeErrors).toMatchObject([{ index: 1 }, { index: 3 }])
      expect(await items.countDocuments()).toBe(3)
    },
  },
  {
    name: 'deletes one or all that match',
    run: async ({ db }) => {
      const items = db.collection<Item>('items')
      await items.insertMany([1, 2, 3, 4].map(_id => ({ _id, a: _id % 2 })))
      expect(await items.deleteOne({ a: 1 })).toMatchObject({ deletedCount: 1 })
      expect(await items.deleteMany({ a: 0 })).toMatchObject({ deletedCount: 2 })
      expect(await items.deleteMany({ a: 7 })).toMatchObject({ deletedCount: 0 })
      expect(await items.countDocuments()).toBe(1)
    },
  },
  {
    name: 'counts with filter, skip and limit',
    run: async ({ db }) => {
      const items = db.collection<Item>('items')
      await items.insertMany(Array.from({ length: 20 }, (_, _id) => ({ _id, a: _id % 2 })))
      expect(await items.countDocuments({ a: 1 })).toBe(10)
      expect(await items.countDocuments({ a: 1 }, { skip: 8 })).toBe(2)
      expect(await items.countDocuments({ a: 1 }, { limit: 3 })).toBe(3)
      expect(await items.estimatedDocumentCount()).toBe(20)
      expect(await db.command({ count: 'items', query: { a: 0 }, limit: 4 })).toMatchObject({ n: 4 })
    },
  },
  {
    name: 'lists distinct values, of arrays each element',
    run: async ({ db }) => {
      const items = db.collection<Item>('items')
      await items.insertMany([{ _id: 1, a: 'x' }, { _id: 2, a: ['y', 'x'] }, { _id: 3 }, { _id: 4, a: 'z' }])
      expect((await items.distinct('a')).sort()).toEqual(['x', 'y', 'z'])
      expect(await items.distinct('a', { _id: { $gt: 3 } })).toEqual(['z'])
    },
  },
  {
    name: 'gives back the deleted document',
    run: async ({ db }) => {
      const items = db.collection<Item>('items')
      await items.insertMany([3, 1, 2].map(_id => ({ _id, a: 1 })))
      expect(await items.findOneAndDelete({ a: 1 }, { sort: { _id: 1 } })).toEqual({ _id: 1, a: 1 })
      expect(await items.findOneAndDelete({ a: 2 })).toBeNull()
      expect(await items.countDocuments()).toBe(2)
    },
  },
  {
    name: 'does not let a caller change what is stored',
    run: async ({ db }) => {
      const items = db.collection<Item>('items')
      const given = { _id: 1, a: { list: [1, 2] } }
      await items.insertOne(given)
      given.a.list.push(3)
      const [found] = await items.find<typeof given>({ _id: 1 }).toArray()
      found?.a.list.push(4)
      expect(await items.findOne({ _id: 1 })).toEqual({ _id: 1, a: { list: [1, 2] } })
    },
  },
  {
    name: 'creates one collection any number of times',
    deviates: { standIn: 'it refuses, as MongoDB 6 did' },
    run: async ({ db }) => {
      await db.createCollection('one')
      await db.createCollection('one')
      expect(await db.listCollections().toArray()).toHaveLength(1)
    },
  },
  {
    name: 'lists the collections that a filter takes',
    deviates: { standIn: 'it lists all of them' },
    run: async ({ db }) => {
      await db.createCollection('one')
      await db.createCollection('two')
      const found = await db.listCollections({ name: 'two' }).toArray()
      expect(found).toMatchObject([{ name: 'two', type: 'collection' }])
    },
  },
  {
    name: 'forgets a database that is dropped',
    run: async ({ db, client }) => {
      await db.collection('one').insertOne({ a: 1 })
      await db.dropDatabase()
      const { databases } = await client.db().admin().listDatabases()
      expect(databases.map(({ name }) => name)).not.toContain(db.databaseName)
    },
  },
  {
    name: 'creates, lists and drops collections and databases',
    run: async ({ db, client }) => {
      await db.createCollection('one')
      await db.collection('two').insertOne({ a: 1 })
      const names = async () =>
        (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name)
      expect((await names()).sort()).toEqual(['one', 'two'])
      await db.collection('one').drop()
      expect(await names()).toEqual(['two'])
      const databases = async () =>
        (await client.db().admin().listDatabases()).databases.map(({ name }) => name)
      expect(await databases()).toContain(db.databaseName)
      await db.dropDatabase()
      expect(await names()).toEqual([])
    },
  },
]
