import { connect } from 'node:net'
import { MongoClient } from 'mongodb'
import { expect } from 'vitest'
import { type Case, serverError } from './case.ts'

/** Commands about the server, and what a connection may do. */
export const protocolCases: readonly Case[] = [
  {
    name: 'says who it is and what it can',
    run: async ({ db }) => {
      const hello = await db.command({ hello: 1 })
      expect(hello).toMatchObject({
        isWritablePrimary: true,
        maxBsonObjectSize: 16_777_216,
        ok: 1,
      })
      expect(hello.maxWireVersion).toBeGreaterThanOrEqual(9)
      expect(hello.setName).toBeUndefined()
      expect(await db.command({ ping: 1 })).toMatchObject({ ok: 1 })
      expect((await db.admin().buildInfo()).version).toMatch(/^\d+\.\d+\.\d+/)
    },
  },
  {
    name: 'takes as many writes at once as MongoDB',
    deviates: { standIn: 'it takes 1,000' },
    run: async ({ db }) => {
      expect(await db.command({ hello: 1 })).toMatchObject({ maxWriteBatchSize: 100_000 })
    },
  },
  {
    name: 'does not know commands that do not exist',
    run: async ({ db }) => {
      const error = await serverError(db.command({ makeCoffee: 1 }))
      expect([error.code, error.codeName, error.message]).toEqual([
        59,
        'CommandNotFound',
        "no such command: 'makeCoffee'",
      ])
    },
  },
  {
    name: 'refuses transactions as a standalone server does',
    run: async ({ db, client }) => {
      const session = client.startSession()
      try {
        session.startTransaction()
        const insert = db.collection('rows').insertOne({ a: 1 }, { session })
        expect((await serverError(insert)).message).toMatch(/Transaction numbers|retryable writes/)
        await session.abortTransaction().catch(() => undefined)
      } finally {
        await session.endSession()
      }
      expect(await db.collection('rows').countDocuments()).toBe(0)
    },
  },
  {
    name: 'works in a session of the caller',
    run: async ({ db, client }) => {
      await client.withSession(async session => {
        await db.collection('rows').insertOne({ a: 1 }, { session })
        expect(await db.collection('rows').findOne({ a: 1 }, { session })).toMatchObject({ a: 1 })
      })
    },
  },
  {
    name: 'serves many connections at once',
    run: async ({ db, client }) => {
      const { hosts } = client.options
      const clients = Array.from(
        { length: 5 },
        () => new MongoClient(`mongodb://${hosts[0]}/`, { maxPoolSize: 4 }),
      )
      try {
        await Promise.all(
          clients.map((other, at) =>
            other
              .db(db.databaseName)
              .collection('rows')
              .insertMany(Array.from({ length: 40 }, (_, n) => ({ at, n }))),
          ),
        )
        expect(await db.collection('rows').countDocuments()).toBe(200)
      } finally {
        await Promise.all(clients.map(other => other.close()))
      }
    },
  },
  {
    name: 'works with the options that URLs of real servers have',
    run: async ({ db, client }) => {
      const query =
        'retryWrites=true&w=majority&journal=true&readPreference=primaryPreferred&readConcernLevel=majority'
      const url = `mongodb://${client.options.hosts[0]}/${db.databaseName}?${query}&compressors=zlib&appName=chat`
      const other = new MongoClient(url, { directConnection: true, monitorCommands: true })
      try {
        const rows = other.db().collection('rows')
        await rows.insertMany([{ a: 1 }, { a: 2 }])
        await rows.updateOne({ a: 1 }, { $inc: { a: 5 } })
        expect(await rows.findOneAndDelete({ a: 6 })).toMatchObject({ a: 6 })
        expect(await rows.countDocuments()).toBe(1)
      } finally {
        await other.close()
      }
    },
  },
  {
    name: 'ends a connection that sends garbage, and only that one',
    run: async ({ db, client }) => {
      const { host = '127.0.0.1', port = 27017 } = client.options.hosts[0] ?? {}
      for (const bytes of [
        Buffer.alloc(64, 255),
        Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3)),
      ]) {
        const socket = connect(port, host)
        const closed = new Promise(resolve => socket.once('close', resolve))
        socket.on('error', () => undefined)
        socket.end(bytes)
        socket.resume()
        await closed
      }
      expect(await db.command({ ping: 1 })).toMatchObject({ ok: 1 })
    },
  },
  {
    name: 'gives up when the time for a query is over',
    deviates: { standIn: 'it does not look at maxTimeMS' },
    run: async ({ db }) => {
      const rows = db.collection('rows')
      await rows.insertMany(Array.from({ length: 20_000 }, (_, n) => ({ n, text: `row ${n} `.repeat(20) })))
      // No index helps, and nothing matches: every document must be looked at, more than once.
      const slow = Array.from({ length: 60 }, (_, n) => ({ text: { $regex: `(x+x+)+y${n}` } }))
      const error = await serverError(
        rows
          .find({ $and: [{ $nor: slow }, { text: 'nothing' }] })
          .maxTimeMS(1)
          .toArray(),
      )
      expect(error.code).toBe(50)
    },
  },
]
