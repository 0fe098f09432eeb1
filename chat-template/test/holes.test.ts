import { setTimeout as sleep } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Draft } from '../server/store/store.ts'
import { hasMongo, mongoStore, mongoUrl } from './backends.ts'

const draft = (id: string): Draft => ({
  clientMsgId: id,
  from: 'ada',
  name: 'Ada',
  text: id,
  at: 1_700_000_000_000,
})

/** A writer that took a place and died, or is slow: the store must neither wait for it for ever nor lose it. */
describe.skipIf(!hasMongo)('a place in the log that was taken and not filled', () => {
  const url = hasMongo ? mongoUrl() : ''
  let client: MongoClient
  let store: Awaited<ReturnType<typeof mongoStore>>
  beforeAll(async () => {
    client = await new MongoClient(url).connect()
    store = await mongoStore(url)
  })
  afterAll(async () => {
    await client.db().dropDatabase()
    await client.close()
    await store.close()
  })
  const skipPlaces = (room: string, count: number) =>
    client
      .db()
      .collection<{ _id: string; seq: number }>('rooms')
      .updateOne({ _id: room }, { $inc: { seq: count } })

  it('is closed by the first reader, so that what is settled stays so', async () => {
    await store.createRoom({ id: 'holes', title: 'Holes', private: false, head: 0 })
    await store.append('holes', [draft('a')])
    await skipPlaces('holes', 2)
    await store.append('holes', [draft('b')])
    const range = await store.after('holes', 0, 50)
    expect(range).toMatchObject({ entries: [{ seq: 1 }, { seq: 4 }], through: 4, more: false })
    const places = await client
      .db()
      .collection('messages')
      .find({ roomId: 'holes' })
      .sort({ seq: 1 })
      .toArray()
    expect(places.map(place => [place.seq, place.void ?? false])).toEqual([
      [1, false],
      [2, true],
      [3, true],
      [4, false],
    ])
  })

  it('is not waited for at the end of the log, where its writer may still come', async () => {
    await store.createRoom({ id: 'tail', title: 'Tail', private: false, head: 0 })
    await store.append('tail', [draft('a')])
    await skipPlaces('tail', 1)
    expect(await store.after('tail', 0, 50)).toMatchObject({ entries: [{ seq: 1 }], through: 1 })
  })

  it('is closed at the beginning of the log, too, before anybody is told that nothing is missing', async () => {
    await store.createRoom({ id: 'first', title: 'First', private: false, head: 0 })
    await skipPlaces('first', 1)
    await store.append('first', [draft('b')])
    expect(await store.before('first', Number.MAX_SAFE_INTEGER, 50)).toMatchObject({
      entries: [{ seq: 2 }],
      through: 2,
    })
    const late = { roomId: 'first', seq: 1, senderId: 'x', clientMsgId: 'late', createdAt: new Date() }
    await expect(client.db().collection('messages').insertOne(late)).rejects.toThrow('E11000')
  })

  it('is not closed for a writer that came while others were waited for', async () => {
    await store.createRoom({ id: 'busy', title: 'Busy', private: false, head: 0 })
    await store.append('busy', [draft('a')])
    await skipPlaces('busy', 1)
    await store.append('busy', [draft('b')])
    const reading = store.after('busy', 0, 50)
    await sleep(100)
    await skipPlaces('busy', 1)
    await store.append('busy', [draft('c')])
    expect(await reading).toMatchObject({ entries: [{ seq: 1 }, { seq: 3 }], through: 3 })
    const healthy = { roomId: 'busy', seq: 4, senderId: 'x', clientMsgId: 'slow', createdAt: new Date() }
    await client.db().collection('messages').insertOne(healthy)
  })

  it('was removed with thousands of others: nobody writes them all anew', async () => {
    await store.createRoom({ id: 'old', title: 'Old', private: false, head: 0 })
    await skipPlaces('old', 200_000)
    await store.append('old', [draft('a')])
    const messages = client.db().collection('messages')
    expect(await store.after('old', 0, 200)).toMatchObject({ entries: [{ seq: 200_001 }], more: false })
    expect(await store.before('old', Number.MAX_SAFE_INTEGER, 50)).toMatchObject({ through: 200_001 })
    expect(await messages.countDocuments({ roomId: 'old' })).toBe(1)
  })

  it('is lost to a writer that comes late: the message takes the next one and is stored once', async () => {
    await store.createRoom({ id: 'late', title: 'Late', private: false, head: 0 })
    const closed = {
      roomId: 'late',
      seq: 1,
      senderId: '',
      clientMsgId: 'void-1',
      void: true,
      createdAt: new Date(),
    }
    await client.db().collection('messages').insertOne(closed)
    const done = await store.append('late', [draft('a'), draft('b')])
    expect(done).toMatchObject([
      { entry: { seq: 3, text: 'a' }, duplicate: false },
      { entry: { seq: 2, text: 'b' }, duplicate: false },
    ])
    expect((await store.after('late', 0, 50)).through).toBe(3)
  })
})
