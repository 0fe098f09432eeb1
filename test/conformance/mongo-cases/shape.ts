import { type Document, Long, ObjectId } from 'mongodb'
import { expect } from 'vitest'
import type { Case } from './case.ts'

type Row = Document & { _id: number }

/** Order and shape of what a query finds. */
export const shapeCases: readonly Case[] = [
  {
    name: 'sorts all types in one order, ascending and descending',
    run: async ({ db }) => {
      const values = [
        null,
        1,
        Long.fromNumber(2),
        2.5,
        'a',
        'b',
        { x: 1 },
        new ObjectId(),
        false,
        true,
        new Date(0),
      ]
      const rows = db.collection<Row>('rows')
      await rows.insertMany(values.map((a, _id) => ({ _id, a })).reverse())
      const ids = async (direction: 1 | -1) =>
        (await rows.find().sort({ a: direction }).toArray()).map(({ _id }) => _id)
      expect(await ids(1)).toEqual(values.map((_, at) => at))
      expect(await ids(-1)).toEqual(values.map((_, at) => at).reverse())
    },
  },
  {
    name: 'sorts arrays by their least or greatest element',
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      await rows.insertMany([
        { _id: 1, a: [5, 1] },
        { _id: 2, a: 3 },
        { _id: 3, a: [2, 9] },
        { _id: 4, a: 7 },
      ])
      const ids = async (direction: 1 | -1) =>
        (await rows.find().sort({ a: direction }).toArray()).map(({ _id }) => _id)
      expect(await ids(1)).toEqual([1, 3, 2, 4])
      expect(await ids(-1)).toEqual([3, 4, 1, 2])
    },
  },
  {
    name: 'sorts by several fields, then skips and limits',
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      await rows.insertMany(Array.from({ length: 10 }, (_, _id) => ({ _id, a: _id % 3, b: -_id })))
      const page = await rows.find().sort({ a: -1, b: 1 }).skip(2).limit(4).toArray()
      expect(page.map(({ _id }) => _id)).toEqual([2, 7, 4, 1])
    },
  },
  {
    name: 'projects fields in and out, and inside arrays',
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      await rows.insertOne({ _id: 1, a: { b: 1, c: 2 }, list: [{ x: 1, y: 2 }, 3], d: 4 })
      const shown = (projection: Document) => rows.findOne({ _id: 1 }, { projection })
      expect(await shown({ d: 1 })).toEqual({ _id: 1, d: 4 })
      expect(await shown({ d: 1, _id: 0 })).toEqual({ d: 4 })
      expect(await shown({ a: 0, list: 0 })).toEqual({ _id: 1, d: 4 })
      expect(await shown({ 'a.b': 1 })).toEqual({ _id: 1, a: { b: 1 } })
      expect(await shown({ 'a.b': 0, list: 0, d: 0 })).toEqual({ _id: 1, a: { c: 2 } })
      expect(await shown({ 'list.x': 1 })).toEqual({ _id: 1, list: [{ x: 1 }] })
      expect(await shown({ _id: 0 })).toEqual({ a: { b: 1, c: 2 }, list: [{ x: 1, y: 2 }, 3], d: 4 })
    },
  },
  {
    name: 'cuts arrays in a projection',
    deviates: { standIn: 'a $slice hides the other fields' },
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      await rows.insertOne({ _id: 1, a: [1, 2, 3, 4], docs: [{ x: 1 }, { x: 2 }], b: 1 })
      const shown = (projection: Document) => rows.findOne({ _id: 1 }, { projection })
      expect(await shown({ a: { $slice: 2 } })).toMatchObject({ a: [1, 2], b: 1 })
      expect(await shown({ a: { $slice: -1 } })).toMatchObject({ a: [4], b: 1 })
      expect(await shown({ a: { $slice: [1, 2] } })).toMatchObject({ a: [2, 3] })
      expect(await shown({ docs: { $elemMatch: { x: 2 } } })).toEqual({ _id: 1, docs: [{ x: 2 }] })
    },
  },
  {
    name: 'projects the element that the filter found',
    deviates: { standIn: 'it finds none by a comparison' },
    run: async ({ db }) => {
      const rows = db.collection<Row>('rows')
      await rows.insertOne({ _id: 1, a: [1, 5, 9], b: 2 })
      expect(await rows.findOne({ a: { $gt: 3 } }, { projection: { 'a.$': 1 } })).toEqual({ _id: 1, a: [5] })
    },
  },
]
