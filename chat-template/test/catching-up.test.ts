import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Chat } from '../client/chat.ts'
import { FakeServer, unavailable } from './fake-server.ts'
import { keeper } from './person.ts'

const log = (chat: Chat) => chat.rooms.get('lobby')!.log
const places = (chat: Chat) => log(chat).messages.map(({ seq }) => seq)
const all = (count: number) => Array.from({ length: count }, (_, at) => at + 1)

describe('a client that was away', () => {
  let server: FakeServer
  let chat: Chat
  beforeEach(() => {
    vi.useFakeTimers()
    server = new FakeServer()
    chat = server.chat()
  })
  afterEach(() => vi.useRealTimers())
  /** In the room with the first `known` messages, then away until there are `count`, then back. */
  const comeBack = async (known: number, count: number) => {
    server.fill(known)
    server.connect()
    await chat.join('lobby')
    server.disconnect()
    server.fill(count)
    server.connect()
    await vi.advanceTimersByTimeAsync(0)
  }

  it.each(['unavailable', 'rate', 'internal'])(
    'asks again for a page that was refused as %s',
    async error => {
      let refusals = 0
      server.instead = (event, { after }) =>
        event === 'history:after' && after === 210 && refusals++ < 2 ? { ...unavailable, error } : undefined
      await comeBack(10, 500)
      expect(log(chat).settled).toBe(210)
      await vi.advanceTimersByTimeAsync(5_000)
      expect(places(chat)).toEqual(all(500))
      expect(refusals).toBe(3)
    },
  )

  it('asks again for a page that was not answered, and no longer once it has all', async () => {
    let silent = true
    server.instead = event => {
      if (event === 'history:after' && silent) throw new Error('operation has timed out')
    }
    await comeBack(10, 400)
    await vi.advanceTimersByTimeAsync(3_000)
    expect(log(chat).settled).toBe(210)
    silent = false
    await vi.advanceTimersByTimeAsync(2_000)
    expect(places(chat)).toEqual(all(400))
    const { length } = server.asked
    await vi.advanceTimersByTimeAsync(60_000)
    expect(server.asked).toHaveLength(length)
  })

  it('asks again about a gap for which it was refused', async () => {
    await comeBack(10, 10)
    server.fill(20)
    const last = server.messages.at(-1)!
    server.instead = event => (event === 'history:after' ? unavailable : undefined)
    server.tell('message:new', { room: 'lobby', entries: [last] })
    await vi.advanceTimersByTimeAsync(10_000)
    // Once in 1.5 s for the gap, then once a second.
    expect(server.asked.filter(event => event === 'history:after').length).toBeLessThanOrEqual(10)
    server.instead = () => undefined
    await vi.advanceTimersByTimeAsync(2_000)
    expect(places(chat)).toEqual(all(20))
  })

  it('waits with a server that has more and cannot give it yet', async () => {
    const stuck = { ok: true, entries: [], through: 210, more: true }
    server.instead = event => (event === 'history:after' ? stuck : undefined)
    await comeBack(10, 400)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(server.asked.filter(event => event === 'history:after').length).toBeLessThanOrEqual(6)
    server.instead = () => undefined
    await vi.advanceTimersByTimeAsync(2_000)
    expect(places(chat)).toEqual(all(400))
  })

  it('leaves a room for good, also when it was refused just before', async () => {
    server.instead = () => unavailable
    await comeBack(10, 400)
    await chat.leave('lobby')
    const { length } = server.asked
    await vi.advanceTimersByTimeAsync(10_000)
    expect(server.asked).toHaveLength(length)
  })

  it('keeps what came in while it was given a newest page', async () => {
    server.instead = (event, payload) => {
      if (server.messages.length !== 1_500) return
      const read = server.answer(event, payload)
      server.tell('message:new', { room: 'lobby', entries: [server.say('just now')] })
      return read
    }
    await comeBack(10, 1_500)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(places(chat).at(-1)).toBe(1_501)
  })

  it('tells of a room that is not there', async () => {
    server.instead = () => ({ ok: false, error: 'not-found', message: 'There is no such room' })
    const missing = vi.fn()
    chat = server.chat({ missing })
    server.connect()
    await chat.join('lobby')
    expect(chat.rooms.get('lobby')?.state).toBe('missing')
    expect(missing).toHaveBeenCalledExactlyOnceWith('lobby')
  })
})

describe('what is older', () => {
  let server: FakeServer
  let chat: Chat
  let refuse = true
  const asked = () => server.asked.filter(event => event === 'history:before').length
  beforeEach(async () => {
    vi.useFakeTimers()
    refuse = true
    server = new FakeServer()
    server.fill(120)
    server.instead = event => (event === 'history:before' && refuse ? unavailable : undefined)
    // As the page does it: what has changed is drawn, and it asks for more while there is room.
    const draw = () => {
      const room = chat.rooms.get('lobby')
      if (room?.state === 'joined' && room.older) void chat.older('lobby')
    }
    chat = server.chat({ changed: () => queueMicrotask(draw) })
    server.connect()
    await chat.join('lobby')
    await vi.advanceTimersByTimeAsync(0)
  })
  afterEach(() => vi.useRealTimers())

  it('is asked for again after a refusal, with a growing wait, until it is here', async () => {
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked()).toBeGreaterThan(4)
    expect(asked()).toBeLessThan(9)
    refuse = false
    await vi.advanceTimersByTimeAsync(30_000)
    expect(places(chat)).toEqual(all(120))
  })

  it('is asked for at once when the connection is new, and never in a room that was left', async () => {
    await vi.advanceTimersByTimeAsync(20_000)
    server.disconnect()
    refuse = false
    server.connect()
    await vi.advanceTimersByTimeAsync(0)
    expect(places(chat)).toEqual(all(120))
    refuse = true
    chat.rooms.get('lobby')!.older = true
    await chat.older('lobby')
    await chat.leave('lobby')
    const before = asked()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked()).toBe(before)
  })
})

describe('a message that was stored long ago and never confirmed', () => {
  it('leaves no hole in the history when it is', async () => {
    const server = new FakeServer()
    server.say('written before the tunnel', 'ada', 'mine')
    server.fill(200)
    const storage = keeper()
    const left = { id: 'mine', room: 'lobby', kind: 'send', text: 'written before the tunnel', at: 1 }
    storage.setItem('out:mine', JSON.stringify({ ...left, state: 'queued' }))
    const chat = server.chat({ keeper: storage })
    server.connect()
    await chat.join('lobby')
    await vi.waitUntil(() => chat.outbox.items.length === 0)
    const room = chat.rooms.get('lobby')!
    for (let pages = 0; room.older && pages < 10; pages++) await chat.older('lobby')
    expect(room.log.messages.map(({ text }) => text)).toEqual(server.messages.map(({ text }) => text))
    expect(room.log.messages).toHaveLength(200)
  })

  it('is shown at once when it is a new one', async () => {
    const server = new FakeServer()
    server.fill(60)
    const chat = server.chat()
    server.connect()
    await chat.join('lobby')
    chat.send('lobby', 'new')
    await vi.waitUntil(() => chat.outbox.items.length === 0)
    expect(chat.rooms.get('lobby')!.log.messages.at(-1)?.text).toBe('new')
  })
})
