import type { Document } from 'mongodb'
import { expect } from 'vitest'
import { type Case, serverError } from './case.ts'

type Row = Document & { _id: number }

/** Indexes and what they refuse. */
export const indexCases: readonly Case[] = [
  {
    name: 'lists what was created, by name and key',
    run: async ({ db }) => {
      const order = ['_id_', 'a_1_b_-1', 'mine', 'at_1']
      const rows = db.collection('rows')
      await rows.insertOne({ a: 1 })
      expect(await rows.createIndex({ a: 1, b: -1 }, { unique: true })).toBe('a_1_b_-1')
      expect(await rows.createIndex({ c: 1 }, { name: 'mine', sparse: true })).toBe('mine')
      expect(await rows.createIndex({ at: 1 }, { expireAfterSeconds: 3600 })).toBe('at_1')
      const indexes = await rows.indexes()
      indexes.sort((a, b) => order.indexOf(a.name ?? '') - order.indexOf(b.name ?? ''))
      expect(indexes.map(({ name, key }) => [name, key])).toEqual([
        ['_id_', { _id: 1 }],
        ['a_1_b_-1', { a: 1, b: -1 }],
        ['mine', { c: 1 }],
        ['at_1', { at: 1 }],
      ])
      expect(indexes[1]).toMatchObject({ unique: true })
      expect(indexes[2]).toMatchObject({ sparse: true })
      expect(indexes[3]).toMatchObject({ expireAfterSeconds: 3600 })
      expect(await rows.indexExists('mine')).toBe(true)
    },
  },
  {
    name: 'creates one index any number of times',
    run: async ({ db }) => {
      const rows = db.collection('rows')
      await Promise.all(Array.from({ length: 5 }, () => rows.createIndex({ a: 1 }, { unique: true })))
      expect(await rows.indexes()).toHaveLength(2)
    },
  },
  {
    name: 'refuses other indexes of the same name or key',
    deviates: { standIn: 'it takes a second index of one name, and then cannot drop either' },
    run: async ({ db }) => {
      const rows = db.collection('rows')
      await rows.createIndex({ a: 1 }, { name: 'one' })
      expect((await serverError(rows.createIndex({ b: 1 }, { name: 'one' }))).code).toBe(86)
      expect((await serverError(rows.createIndex({ a: 1 }, { name: 'two' }))).code).toBe(85)
      expect(await rows.indexes()).toHaveLength(2)
    },
  },
  {
    name: 'tells an index that is unique from one that is not, and times from times',
    deviates: { standIn: 'it takes an index of a name that is taken' },
    run: async ({ db }) => {
      const rows = db.collection('rows')
      await rows.createIndex({ a: 1 })
      expect((await serverError(rows.createIndex({ a: 1 }, { unique: true }))).code).toBe(86)
      await rows.createIndex({ at: 1 }, { expireAfterSeconds: 60 })
      expect((await serverError(rows.createIndex({ at: 1 }, { expireAfterSeconds: 61 }))).code).toBe(85)
      await rows.createIndex({ a: 1 }, { unique: true, name: 'unique' })
      await rows.createIndex({ _id: 1 })
      expect(await rows.indexes()).toHaveLength(4)
    },
  },
  {
    name: 'refuses a unique index over documents that share a key',
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      await rows.insertMany([
        { _id: 1, a: 1 },
        { _id: 2, a: 1 },
      ])
      expect((await serverError(rows.createIndex({ a: 1 }, { unique: true }))).code).toBe(11000)
      expect(await rows.indexes()).toHaveLength(1)
    },
  },
  {
    name: 'counts a missing field as null in a unique index',
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      await rows.createIndex({ a: 1 }, { unique: true })
      await rows.insertOne({ _id: 1 })
      expect((await serverError(rows.insertOne({ _id: 2 }))).code).toBe(11000)
      expect((await serverError(rows.insertOne({ _id: 3, a: null }))).code).toBe(11000)
    },
  },
  {
    name: 'leaves documents without the field out of a sparse index',
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      await rows.createIndex({ a: 1 }, { unique: true, sparse: true })
      await rows.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3, a: 1 }])
      expect((await serverError(rows.insertOne({ _id: 4, a: 1 }))).code).toBe(11000)
      expect(await rows.countDocuments({ a: { $exists: false } })).toBe(2)
      expect(await rows.find({ a: 1 }).toArray()).toEqual([{ _id: 3, a: 1 }])
      expect((await rows.find().sort({ a: 1 }).toArray()).map(({ _id }) => _id)).toEqual([1, 2, 3])
    },
  },
  {
    name: 'is unique only among the documents of a partial index',
    deviates: { standIn: 'it takes a partialFilterExpression and makes the index unique over everything' },
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      await rows.createIndex({ a: 1 }, { unique: true, partialFilterExpression: { live: true } })
      await rows.insertMany([
        { _id: 1, a: 1 },
        { _id: 2, a: 1 },
        { _id: 3, a: 1, live: true },
      ])
      expect((await serverError(rows.insertOne({ _id: 4, a: 1, live: true }))).code).toBe(11000)
      expect((await serverError(rows.updateOne({ _id: 1 }, { $set: { live: true } }))).code).toBe(11000)
      await rows.updateOne({ _id: 3 }, { $set: { live: false } })
      await rows.insertOne({ _id: 4, a: 1, live: true })
      expect(await rows.countDocuments({ a: 1 })).toBe(4)
      expect(await rows.find({ a: 1, live: true }).toArray()).toMatchObject([{ _id: 4 }])
    },
  },
  {
    name: 'is unique over the elements of arrays, between documents',
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      await rows.createIndex({ tags: 1 }, { unique: true })
      await rows.insertOne({ _id: 1, tags: ['a', 'b', 'a'] })
      expect((await serverError(rows.insertOne({ _id: 2, tags: ['c', 'b'] }))).code).toBe(11000)
      await rows.insertOne({ _id: 3, tags: ['c', 'd'] })
      expect(await rows.find({ tags: 'd' }).toArray()).toEqual([{ _id: 3, tags: ['c', 'd'] }])
    },
  },
  {
    name: 'frees a key when its document goes',
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      await rows.createIndex({ a: 1 }, { unique: true })
      await rows.insertOne({ _id: 1, a: 1 })
      await rows.deleteOne({ _id: 1 })
      await rows.insertOne({ _id: 2, a: 1 })
      expect(await rows.countDocuments({ a: 1 })).toBe(1)
    },
  },
  {
    name: 'finds the same with an index as without',
    run: async ({ db }) => {
      const [plain, indexed] = [db.collection<Row>('plain'), db.collection<Row>('indexed')]
      await indexed.createIndexes([{ key: { a: 1, b: -1 } }, { key: { b: 1 } }, { key: { 'c.d': 1 } }])
      const rows = Array.from({ length: 300 }, (_, _id) => ({
        _id,
        a: _id % 7,
        b: _id % 5 === 0 ? [_id % 11, 3] : _id % 11,
        c: { d: _id % 3 === 0 ? null : `t${_id % 13}` },
      }))
      await Promise.all([plain.insertMany(rows), indexed.insertMany(rows)])
      const filters: Document[] = [
        { a: 3 },
        { a: 3, b: 4 },
        { a: 3, b: { $gt: 2, $lt: 6 } },
        { a: { $in: [1, 5] }, b: { $gte: 9 } },
        { b: 3 },
        { b: { $lt: 2 } },
        { 'c.d': null },
        { 'c.d': { $gte: 't5' } },
        { $or: [{ a: 1, b: 2 }, { 'c.d': 't4' }] },
        { a: { $gt: 2 }, b: { $ne: 3 } },
        { b: { $all: [3, 0] } },
      ]
      const sorts = [{ _id: 1 }, { a: 1, b: -1, _id: 1 }, { b: 1, _id: -1 }, { a: -1, _id: 1 }] as const
      for (const filter of filters) {
        for (const sort of sorts) {
          const ids = (collection: typeof plain) =>
            collection
              .find(filter)
              .sort(sort)
              .limit(40)
              .map(({ _id }) => _id)
              .toArray()
          expect(await ids(indexed), JSON.stringify([filter, sort])).toEqual(await ids(plain))
        }
      }
    },
  },
  {
    name: 'drops indexes, but not that of _id',
    deviates: { standIn: 'it drops the index of _id too' },
    run: async ({ db }) => {
      const rows = db.collection('rows')
      await rows.createIndexes([{ key: { a: 1 } }, { key: { b: 1 } }, { key: { c: 1 } }])
      await rows.dropIndex('a_1')
      expect((await serverError(rows.dropIndex('a_1'))).code).toBe(27)
      expect((await serverError(rows.dropIndex('_id_'))).code).toBe(72)
      await rows.dropIndexes()
      expect((await rows.indexes()).map(({ name }) => name)).toEqual(['_id_'])
    },
  },
  {
    name: 'says that there are no indexes where there is no collection',
    deviates: { standIn: 'it lists none' },
    run: async ({ db }) => {
      const { code } = await serverError(db.collection('nowhere').indexes())
      expect(code).toBe(26)
    },
  },
  {
    name: 'refuses TTL over several fields',
    deviates: { standIn: 'it takes any TTL' },
    run: async ({ db }) => {
      const { code } = await serverError(
        db.collection('rows').createIndex({ a: 1, b: 1 }, { expireAfterSeconds: 1 }),
      )
      expect(code).toBe(67)
    },
  },
  {
    name: 'refuses a hint at an index that is not there',
    deviates: { standIn: 'it does not look at hints' },
    run: async ({ db }) => {
      const rows = db.collection('rows')
      await rows.insertOne({ a: 1 })
      await rows.createIndex({ a: 1 })
      expect(await rows.find({ a: 1 }).hint('a_1').toArray()).toHaveLength(1)
      expect((await serverError(rows.find({ a: 1 }).hint('b_1').toArray())).code).toBe(2)
    },
  },
]
