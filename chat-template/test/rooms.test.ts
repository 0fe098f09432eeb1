import { afterEach, describe, expect, it } from 'vitest'
import { Allowance } from '../server/allowance.ts'
import { RoomList } from '../server/room-list.ts'
import type { MemoryStore } from '../server/store/memory.ts'
import { type ChatConnection, connect, until } from './person.ts'
import { type Replica, startReplica, storeWithLobby } from './replica.ts'

// biome-ignore lint/suspicious/noExplicitAny: what comes back is looked at, not used
type Answer = any

describe('the rooms of a chat', () => {
  const ends: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })
  const start = async (given?: MemoryStore): Promise<Replica> => {
    const store = given ?? (await storeWithLobby())
    const replica = await startReplica({ store, config: { eventBurst: 1_000 } })
    ends.push(replica.stop)
    return replica
  }
  const someone = async (url: string, name: string) => {
    const socket: ChatConnection = connect(url, name)
    ends.push(() => socket.disconnect())
    await until(`${name} is connected`, () => socket.connected)
    const ask = socket.timeout(8_000).emitWithAck.bind(socket) as (...args: unknown[]) => Promise<Answer>
    const create = (title: string) => ask('room:create', { title })
    return { socket, create, list: () => ask('room:list', {}) }
  }

  it('have the Lobby in their list, however many are used after it, and say that there are more', async () => {
    const store = await storeWithLobby()
    const { url } = await start(store)
    const ada = await someone(url, 'Ada')
    expect(await ada.list()).toMatchObject({ rooms: [{ id: 'lobby' }], more: false })
    // Rooms of the same millisecond have no order.
    const later = (now = Date.now()) => until('a later millisecond', () => Date.now() > now)
    await later()
    for (let at = 0; at < 150; at++)
      await store.createRoom({ id: `r${at}`, title: `${at}`, private: false, head: 0 })
    await later()
    await ada.create('Mine')
    const { rooms, more } = await ada.list()
    const ids: string[] = rooms.map(({ id }: { id: string }) => id)
    expect([ids.length, new Set(ids).size, more]).toEqual([100, 100, true])
    expect(ids).toContain('lobby')
    expect(ids).toContain('mine')
  })

  it('are asked of the store once in a second, by however many pages', async () => {
    const store = await storeWithLobby()
    const clock = { time: 0, now: () => clock.time }
    const list = new RoomList(store, clock)
    const read = store.publicRooms.bind(store)
    let asked = 0
    store.publicRooms = limit => {
      asked++
      return asked === 1 ? Promise.reject(new Error('away')) : read(limit)
    }
    await expect(list.get()).rejects.toThrow('away')
    await Promise.all(Array.from({ length: 50 }, () => list.get()))
    expect(asked).toBe(2)
    clock.time = 1_000
    await list.get()
    await list.get()
    expect(asked).toBe(3)
  })

  it('are made 20 at once by one person, also on many connections, and are not counted when they fail', async () => {
    const { url } = await start()
    const [ada, grace] = [await someone(url, 'Ada'), await someone(url, 'Grace')]
    for (let at = 0; at < 30; at++) expect(await grace.create('Lobby')).toMatchObject({ error: 'exists' })
    for (let at = 0; at < 20; at++) {
      if (at === 10) ada.socket.disconnect().connect()
      expect(await ada.create(`Room ${at}`)).toMatchObject({ ok: true })
    }
    const refused = await (await someone(url, 'Ada')).create('One more')
    expect(refused).toMatchObject({ ok: false, error: 'rate', message: expect.stringMatching(/in \d+ s$/) })
    expect(refused.retryAfterMs).toBeGreaterThan(30_000)
    expect(await grace.create('Another')).toMatchObject({ ok: true })
  })

  it('are allowed again one by one', () => {
    const clock = { time: 1e6, now: () => clock.time }
    const allowance = new Allowance(2, 60_000, clock)
    const take = (times: number) => Array.from({ length: times }, () => allowance.take('ada'))
    expect(take(3)).toEqual([0, 0, 60_000])
    clock.time += 60_000
    expect(take(2)).toEqual([0, 60_000])
    allowance.giveBack('ada')
    expect(take(2)).toEqual([0, 60_000])
    clock.time -= 500_000
    expect(take(1)).toEqual([60_000])
    clock.time += 1_000_000
    expect(take(3)).toEqual([0, 0, 60_000])
  })
})
