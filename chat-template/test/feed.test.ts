import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Committer } from '../server/commit.ts'
import { Feed } from '../server/feed.ts'
import { createLog } from '../server/log.ts'
import type { Draft } from '../server/store/store.ts'
import type { Empty, Entry, Message } from '../shared/events.ts'
import { until } from './person.ts'
import { storeWithLobby } from './replica.ts'

const draft = (id: string): Draft => ({ clientMsgId: id, from: 'ada', name: 'Ada', text: id, at: 1 })
const texts = (frames: (Empty | Entry)[][]) => frames.flat().map(entry => (entry as Message).text)

async function feedOn(frameMs = 10, clock = { now: () => Date.now() }) {
  const store = await storeWithLobby()
  const frames: (Empty | Entry)[][] = []
  const feed = new Feed({
    store,
    clock,
    log: createLog('silent'),
    pace: { ms: frameMs },
    emit: (_, entries) => frames.push(entries),
    announce: () => undefined,
  })
  feed.open('lobby')
  feed.settle('lobby', 0)
  const stored = async (...ids: string[]) =>
    (await store.append('lobby', ids.map(draft)))!.map(({ entry }) => entry)
  return { store, feed, frames, stored }
}

describe('the feed of a room', () => {
  it('sends the first at once and gathers what comes right after it', async () => {
    const { feed, frames, stored } = await feedOn(30)
    const entries = await stored('a', 'b', 'c', 'd')
    for (const entry of entries) feed.receive('lobby', [entry])
    expect(frames.map(frame => frame.length)).toEqual([1])
    await until('the others come', () => frames.length === 2)
    expect(frames.map(frame => frame.length)).toEqual([1, 3])
    expect(texts(frames)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('sends each entry once, though several replicas tell of it', async () => {
    const { feed, frames, stored } = await feedOn(0)
    const entries = await stored('a', 'b')
    feed.receive('lobby', entries)
    feed.receive('lobby', entries)
    feed.receive('lobby', entries.slice(0, 1))
    expect(texts(frames)).toEqual(['a', 'b'])
  })

  it('does not wait for a clock that was set back', async () => {
    let back = 0
    const { feed, frames, stored } = await feedOn(10, { now: () => Date.now() - back })
    const entries = await stored('a', 'b')
    feed.receive('lobby', entries.slice(0, 1))
    back = 60_000
    feed.receive('lobby', entries.slice(1))
    await until('the other comes', () => frames.length === 2, 1_000)
  })

  it('closes a gap from the store when nobody tells of it', async () => {
    const { feed, frames, stored } = await feedOn(0)
    const [, , third] = await stored('a', 'b', 'c')
    feed.receive('lobby', [third!])
    await until('the gap is closed', () => frames.flat().length === 3)
    expect(texts(frames)).toEqual(['c', 'a', 'b'])
  })

  it('finds what was announced to nobody when it looks at the store', async () => {
    const { feed, frames, stored } = await feedOn(0)
    await stored('a', 'b')
    await feed.sweep()
    await until('found', () => texts(frames).join() === 'a,b')
    feed.close('lobby')
    await stored('c')
    await feed.sweep()
    await sleep(400)
    expect(texts(frames)).toEqual(['a', 'b'])
  })
})

describe('storing', () => {
  it('writes what arrives during a write together, in its order, and tells of it before it confirms', async () => {
    const store = await storeWithLobby()
    const writes: number[] = []
    const append = store.append.bind(store)
    store.append = async (room, drafts) => {
      writes.push(drafts.length)
      await sleep(20)
      return append(room, drafts)
    }
    const order: string[] = []
    const committer = new Committer(store, (_, done) => order.push(`told ${done.length}`))
    const all = ['a', 'b', 'c', 'd'].map(async id => {
      const { entry } = await committer.append('lobby', draft(id))
      order.push(`confirmed ${entry.seq}`)
    })
    await Promise.all(all)
    expect(writes).toEqual([1, 3])
    expect(order).toEqual(['told 1', 'confirmed 1', 'told 3', 'confirmed 2', 'confirmed 3', 'confirmed 4'])
    await until('nothing is left behind', () => committer.busy === 0)
  })

  it('keeps its writes apart while several come at once, and does not wait for a single one', async () => {
    const store = await storeWithLobby()
    const began: number[] = []
    const append = store.append.bind(store)
    store.append = (room, drafts) => {
      began.push(performance.now())
      return append(room, drafts)
    }
    const committer = new Committer(store, () => undefined, { extraMs: 40 })
    const say = (id: string) => committer.append('lobby', draft(id))
    await Promise.all(['a', 'b', 'c'].map(say))
    await Promise.all(['d', 'e'].map(say))
    expect(began).toHaveLength(3)
    expect(began[2]! - began[1]!).toBeGreaterThan(70)
    await until('the room is quiet', () => committer.busy === 0)
  })

  it('confirms nothing that failed, and refuses what would wait too long', async () => {
    const store = await storeWithLobby()
    store.append = () => Promise.reject(new Error('away'))
    const told: unknown[] = []
    const committer = new Committer(store, (_, done) => told.push(done))
    await expect(committer.append('lobby', draft('a'))).rejects.toThrow('away')
    expect(told).toEqual([])
    store.append = () => new Promise(() => undefined)
    const waiting = Array.from({ length: 2_500 }, (_, at) => committer.append('lobby', draft(`m${at}`)))
    for (const one of waiting) one.catch(() => undefined)
    await expect(waiting.at(-1)).rejects.toThrow('Too much at once')
  })
})
