import { afterEach, describe, expect, it, vi } from 'vitest'
import { Feed } from '../server/feed.ts'
import { createLog } from '../server/log.ts'
import type { Empty, Entry } from '../shared/events.ts'
import { hasMongo, mongoStore, mongoUrl } from './backends.ts'
import { FakeServer } from './fake-server.ts'
import { enter, person, until } from './person.ts'
import { startReplica, storeWithLobby } from './replica.ts'

afterEach(() => void vi.useRealTimers())

/** One person who repeats one message must not make everybody in the room ask the store. */
describe('a place in the log that stays empty', () => {
  it('is told by the replica, which asks once for all', async () => {
    const store = await storeWithLobby()
    const message = (seq: number): Entry => ({
      seq,
      clientMsgId: `m${seq}`,
      from: 'a',
      name: 'A',
      text: '',
      at: 0,
    })
    let asked = 0
    store.after = async () => {
      asked++
      return { entries: [message(1), message(4)], through: 5, more: false }
    }
    const frames: (Empty | Entry)[] = []
    const clock = { now: () => Date.now() }
    const emit = (_: string, entries: (Empty | Entry)[]) => void frames.push(...entries)
    const feed = new Feed({
      store,
      clock,
      log: createLog('silent'),
      pace: { ms: 0 },
      emit,
      announce: () => undefined,
    })
    feed.open('lobby')
    feed.settle('lobby', 0)
    feed.receive('lobby', [message(1)])
    feed.receive('lobby', [message(4)])
    await until('all places are told', () => frames.length === 5)
    const empty = (seq: number) => ({ seq, void: true })
    expect(frames).toEqual([message(1), message(4), empty(2), empty(3), empty(5)])
    expect(asked).toBe(1)
    store.after = async () => ({ entries: [], through: 200_005, more: false })
    feed.receive('lobby', [message(200_005)])
    await until('told', () => frames.length === 6)
    feed.stop()
  })

  it('is no gap to a client that was told of it, in whatever order', async () => {
    vi.useFakeTimers()
    const server = new FakeServer()
    const chat = server.chat()
    server.fill(2)
    server.connect()
    await chat.join('lobby')
    const late = { ...server.say('late'), seq: 5 }
    server.tell('message:new', { room: 'lobby', entries: [late] })
    const places: Empty[] = [3, 4].map(seq => ({ seq, void: true }))
    server.tell('message:new', { room: 'lobby', entries: places })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(server.asked).toEqual(['room:join'])
    const { log } = chat.rooms.get('lobby')!
    expect([log.settled, log.messages.map(({ seq }) => seq)]).toEqual([5, [1, 2, 5]])
  })

  it.skipIf(!hasMongo)('is told to all in the room when a message was sent twice', async () => {
    const replica = await startReplica({ store: await mongoStore(mongoUrl()) })
    await until('it is well', () => replica.app.health.healthy)
    const all = ['Ada', 'Grace', 'Edsger'].map(name => person(replica.url, name))
    await Promise.all(all.map(one => enter(one, 'lobby')))
    const send = (clientMsgId: string) =>
      all[0]!.chat.ask('message:send', { room: 'lobby', clientMsgId, text: clientMsgId })
    for (const [id, duplicate] of [
      ['one', false],
      ['one', true],
      ['two', false],
    ] as const)
      expect(await send(id)).toMatchObject({ ok: true, duplicate })
    const told = (frames: { seqs: number[] }[]) => frames.flatMap(({ seqs }) => seqs).sort()
    await until('told', () => all.every(({ frames }) => told(frames).join() === '1,2,3'))
    for (const one of all) expect(one.texts('lobby')).toEqual(['one', 'two'])
    for (const { close } of all) close()
    await replica.stop()
  })
})
