import type { Db } from 'mongodb'
import { expect } from 'vitest'
import { type Case, eventually, serverError } from './case.ts'

interface Message {
  roomId: string
  seq: number
  senderId: string
  clientMsgId: string
  text: string
  createdAt: Date
}

function message(seq: number, roomId = 'general'): Message {
  return {
    roomId,
    seq,
    senderId: 'ada',
    clientMsgId: `m${seq}`,
    text: `message ${seq}`,
    createdAt: new Date(seq),
  }
}

async function messages(db: Db) {
  const collection = db.collection<Message>('messages')
  await collection.createIndex({ roomId: 1, seq: 1 }, { unique: true })
  await collection.createIndex({ roomId: 1, senderId: 1, clientMsgId: 1 }, { unique: true })
  return collection
}

/** What the chat app does with its database. */
export const chatCases: readonly Case[] = [
  {
    name: 'gives 100 parallel callers 100 different sequence numbers',
    deviates: { standIn: 'two callers at once can both get the later number', sometimes: true },
    run: async ({ db }) => {
      const rooms = db.collection<{ _id: string; seq: number }>('rooms')
      await rooms.insertOne({ _id: 'a', seq: 0 })
      const results = await Promise.all(
        Array.from({ length: 100 }, () =>
          rooms.findOneAndUpdate(
            { _id: 'a' },
            { $inc: { seq: 1 } },
            { upsert: true, returnDocument: 'after' },
          ),
        ),
      )
      const numbers = results.map(room => room?.seq ?? 0).sort((a, b) => a - b)
      expect(numbers).toEqual(Array.from({ length: 100 }, (_, at) => at + 1))
    },
  },
  {
    name: 'gives 100 parallel callers different numbers of a room that nobody had made',
    deviates: {
      standIn: 'two upserts that begin at once can both insert, and a number is lost',
      sometimes: true,
    },
    run: async ({ db }) => {
      const rooms = db.collection<{ _id: string; seq: number }>('rooms')
      const update = { $inc: { seq: 1 }, $setOnInsert: { topic: 'new' } }
      const results = await Promise.all(
        Array.from({ length: 100 }, () =>
          rooms.findOneAndUpdate({ _id: 'b' }, update, { upsert: true, returnDocument: 'after' }),
        ),
      )
      expect(new Set(results.map(room => room?.seq)).size).toBe(100)
      expect(await rooms.findOne({ _id: 'b' })).toEqual({ _id: 'b', seq: 100, topic: 'new' })
    },
  },
  {
    name: 'keeps a message from being stored twice under one client id',
    run: async ({ db }) => {
      const collection = await messages(db)
      await collection.insertOne(message(1))
      const again = { ...message(2), clientMsgId: 'm1' }
      const { code, message: text } = await serverError(collection.insertOne(again))
      expect(code).toBe(11000)
      expect(text).toContain('E11000 duplicate key error collection')
      expect(text).toContain('roomId_1_senderId_1_clientMsgId_1')
      expect(await collection.countDocuments()).toBe(1)
    },
  },
  {
    name: 'says which fields of which index were taken',
    deviates: { standIn: 'its E11000 has no keyPattern and no keyValue' },
    run: async ({ db }) => {
      const collection = await messages(db)
      await collection.insertOne(message(1))
      const error = await serverError(collection.insertOne({ ...message(1), clientMsgId: 'other' }))
      expect(error.keyPattern).toEqual({ roomId: 1, seq: 1 })
      expect(error.keyValue).toEqual({ roomId: 'general', seq: 1 })
      expect(error.message).toContain('index: roomId_1_seq_1 dup key: { roomId: "general", seq: 1 }')
    },
  },
  {
    name: 'pages back through a room of 1,000 messages, 50 at a time',
    run: async ({ db }) => {
      const collection = await messages(db)
      const all = Array.from({ length: 1000 }, (_, at) =>
        message(at + 1, at % 2 === 0 ? 'general' : 'random'),
      )
      await collection.insertMany(all)
      const seen: number[] = []
      for (let before = Number.MAX_SAFE_INTEGER; ; ) {
        const page = await collection
          .find({ roomId: 'general', seq: { $lt: before } })
          .sort({ seq: -1 })
          .limit(51)
          .toArray()
        seen.push(...page.slice(0, 50).map(found => found.seq))
        if (page.length < 51) break
        before = page[49]!.seq
      }
      expect(seen).toEqual(Array.from({ length: 500 }, (_, at) => 999 - at * 2))
    },
  },
  {
    name: 'replays what came after a number, in order',
    run: async ({ db }) => {
      const collection = await messages(db)
      await collection.insertMany([5, 3, 1, 4, 2].map(seq => message(seq)))
      const found = await collection
        .find({ roomId: 'general', seq: { $gt: 2 } })
        .sort({ seq: 1 })
        .project({ _id: 0, seq: 1, text: 1 })
        .toArray()
      expect(found).toEqual([3, 4, 5].map(seq => ({ seq, text: `message ${seq}` })))
    },
  },
  {
    name: 'takes a bulk of inserts, updates and deletes',
    run: async ({ db }) => {
      const collection = await messages(db)
      await collection.insertMany([1, 2, 3].map(seq => message(seq)))
      const result = await collection.bulkWrite([
        { insertOne: { document: message(4) } },
        { updateOne: { filter: { seq: 1 }, update: { $set: { text: 'edited' } } } },
        { updateMany: { filter: { seq: { $gte: 2 } }, update: { $set: { senderId: 'bob' } } } },
        { deleteOne: { filter: { seq: 3 } } },
        { replaceOne: { filter: { seq: 9 }, replacement: message(9), upsert: true } },
      ])
      expect(result).toMatchObject({
        insertedCount: 1,
        matchedCount: 4,
        modifiedCount: 4,
        deletedCount: 1,
        upsertedCount: 1,
      })
      const left = await collection.find().sort({ seq: 1 }).toArray()
      expect(left.map(({ seq, text, senderId }) => [seq, text, senderId])).toEqual([
        [1, 'edited', 'ada'],
        [2, 'message 2', 'bob'],
        [4, 'message 4', 'bob'],
        [9, 'message 9', 'ada'],
      ])
    },
  },
  {
    name: 'deletes messages whose time is up, and no others',
    deviates: { standIn: 'it takes a TTL index and deletes nothing' },
    run: async ({ db, ttlWithinMs }) => {
      const collection = db.collection<Partial<Message> & { _id: string }>('messages')
      await collection.createIndex({ createdAt: 1 }, { expireAfterSeconds: 60 })
      const now = Date.now()
      await collection.insertMany([
        { _id: 'old', createdAt: new Date(now - 61_000) },
        { _id: 'new', createdAt: new Date(now + 600_000) },
        { _id: 'none' },
      ])
      await eventually(ttlWithinMs, async () => (await collection.countDocuments({ _id: 'old' })) === 0)
      expect((await collection.find().toArray()).map(({ _id }) => _id).sort()).toEqual(['new', 'none'])
    },
  },
  {
    name: 'counts unread messages of each room',
    run: async ({ db }) => {
      const collection = await messages(db)
      await collection.insertMany([1, 2, 3].map(seq => message(seq)))
      await collection.insertMany([1, 2].map(seq => ({ ...message(seq, 'random'), clientMsgId: `r${seq}` })))
      const unread = await collection
        .aggregate([
          { $match: { seq: { $gt: 1 } } },
          { $group: { _id: '$roomId', unread: { $sum: 1 }, last: { $max: '$seq' } } },
          { $sort: { _id: 1 } },
        ])
        .toArray()
      expect(unread).toEqual([
        { _id: 'general', unread: 2, last: 3 },
        { _id: 'random', unread: 1, last: 2 },
      ])
    },
  },
  {
    name: 'accepts majority write concern and read concern',
    run: async ({ db }) => {
      const options = {
        writeConcern: { w: 'majority' as const, j: true },
        readConcern: { level: 'majority' as const },
      }
      const collection = db.collection<Message>('messages', options)
      await collection.insertOne(message(1))
      expect(await collection.findOne({ seq: 1 })).toMatchObject({ text: 'message 1' })
    },
  },
  {
    name: 'takes writes that want no answer',
    deviates: {
      standIn: 'it answers all the same, and the driver takes that for the answer to the next command',
    },
    run: async ({ db }) => {
      const quiet = db.collection<Message>('messages', { writeConcern: { w: 0 } })
      await quiet.insertOne(message(1))
      await quiet.updateOne({ seq: 1 }, { $set: { text: 'quietly' } })
      await eventually(
        5_000,
        async () => (await db.collection('messages').findOne({ text: 'quietly' })) !== null,
      )
    },
  },
]
