import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Chat } from '../client/chat.ts'
import { FakeServer, unavailable } from './fake-server.ts'
import { keeper } from './person.ts'

const broken = { ok: false, error: 'internal', message: 'Something went wrong here' } as const

describe('what waits to be sent', () => {
  let server: FakeServer
  let chat: Chat
  let storage: ReturnType<typeof keeper>
  const reload = () => {
    server.disconnect()
    chat = server.chat({ keeper: storage })
    server.connect()
  }
  const stored = () => server.messages.map(({ text }) => text)
  const states = () => chat.outbox.items.map(({ text, state }) => [text, state])
  beforeEach(async () => {
    vi.useFakeTimers()
    server = new FakeServer()
    storage = keeper()
    reload()
    await chat.join('lobby')
  })
  afterEach(() => vi.useRealTimers())

  it('does not wait for ever behind a message on which the server breaks', async () => {
    server.instead = (event, { text }) => (event === 'message:send' && text === 'bad' ? broken : undefined)
    for (const text of ['bad', 'good']) chat.send('lobby', text)
    await vi.advanceTimersByTimeAsync(60_000)
    expect([stored(), states()]).toEqual([['good'], [['bad', 'failed']]])
    const { length } = server.asked
    expect(length).toBeLessThan(10)
    reload()
    await chat.join('lobby')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(states()).toEqual([['bad', 'failed']])
    server.instead = () => undefined
    chat.retry(chat.outbox.items[0]!.id)
    await vi.advanceTimersByTimeAsync(0)
    expect([stored(), states()]).toEqual([['good', 'bad'], []])
  })

  it('outlasts a server that breaks once or twice', async () => {
    let times = 0
    server.instead = event => (event === 'message:send' && ++times < 3 ? broken : undefined)
    chat.send('lobby', 'in the end')
    await vi.advanceTimersByTimeAsync(10_000)
    expect([stored(), states()]).toEqual([['in the end'], []])
  })

  it('stays unsent in a room that was left, over a reload, until somebody there decides', async () => {
    server.disconnect()
    for (const text of ['first', 'second']) chat.send('lobby', text)
    expect(await chat.leave('lobby')).toBe(2)
    const left = [
      ['first', 'failed'],
      ['second', 'failed'],
    ]
    expect(states()).toEqual(left)
    reload()
    await vi.advanceTimersByTimeAsync(10_000)
    await chat.join('lobby')
    await vi.advanceTimersByTimeAsync(10_000)
    expect([stored(), states()]).toEqual([[], left])
    for (const { id } of [...chat.outbox.items]) chat.retry(id)
    await vi.advanceTimersByTimeAsync(0)
    expect([stored(), states()]).toEqual([['first', 'second'], []])
  })

  it('is not sent to a room that was left while the server was asked', async () => {
    let answer: (reply: unknown) => void = () => undefined
    const asked = new Promise(resolve => {
      answer = resolve
    })
    server.instead = event => (event === 'message:send' ? asked : undefined)
    chat.send('lobby', 'on its way')
    await chat.leave('lobby')
    answer(unavailable)
    await vi.advanceTimersByTimeAsync(10_000)
    expect([stored(), states()]).toEqual([[], [['on its way', 'failed']]])
  })

  it('is not promised for a room that cannot be', async () => {
    const missing = vi.fn()
    chat = server.chat({ keeper: storage, missing })
    chat.send('Lobby', 'never')
    server.connect()
    await chat.join('Lobby')
    expect(missing).toHaveBeenCalledExactlyOnceWith('Lobby')
    expect(chat.rooms.get('Lobby')?.state).toBe('missing')
    expect(states()).toEqual([['never', 'failed']])
  })
})
