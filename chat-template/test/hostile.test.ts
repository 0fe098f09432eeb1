import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ChatConnection, connect, enter, person, talkAsBefore, until } from './person.ts'
import { raw } from './raw.ts'
import { type Replica, startReplica } from './replica.ts'

describe('a hostile client', () => {
  let replica: Replica
  const sockets: ChatConnection[] = []
  const open = (url: string, name: string, options = {}) => {
    const socket = connect(url, name, { transports: ['websocket'], ...options })
    sockets.push(socket)
    return socket
  }
  const ask = (socket: ChatConnection, event: string, ...args: unknown[]) =>
    (
      socket as unknown as {
        emitWithAck(event: string, ...args: unknown[]): Promise<{ ok: boolean; error?: string }>
      }
    ).emitWithAck(event, ...args)
  const start = async (config = {}) => {
    replica = await startReplica({ config })
    return replica.url
  }
  beforeEach(() => start())
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.disconnect()
    await replica.stop()
  })
  const othersAreFine = () => talkAsBefore(replica.url)

  it('gets a refusal for wrong types, unknown events and missing parts', async () => {
    const socket = open(replica.url, 'Eve')
    await ask(socket, 'room:join', { room: 'lobby' })
    const sent = (text: unknown) => ask(socket, 'message:send', { room: 'lobby', clientMsgId: 'x', text })
    const refused = await Promise.all([
      ask(socket, 'message:send', null),
      ask(socket, 'message:send', 'text'),
      ask(socket, 'message:send', { room: { $gt: '' }, clientMsgId: 'x', text: 'x' }),
      sent(7),
      sent(['a']),
      sent(' \n '),
      sent('x'.repeat(4_001)),
      ask(socket, 'room:join', { room: '__proto__' }),
      ask(socket, 'room:join', { room: 'lobby', after: -1 }),
      ask(socket, 'history:before', { room: 'lobby', before: Number.POSITIVE_INFINITY }),
      ask(socket, 'message:send'),
    ])
    expect(refused.map(({ error }) => error)).toEqual(Array(11).fill('invalid'))
    for (const event of ['constructor', '__proto__', 'toString', 'no-such-thing', 'error']) {
      expect((await ask(socket, event, {})).error).toBe('unknown-event')
    }
    expect((await ask(socket, 'room:join', { room: socket.id })).error).toMatch(/invalid|not-found/)
    expect((await ask(socket, 'message:send', { room: 'other', clientMsgId: 'x', text: 'x' })).error).toBe(
      'not-member',
    )
    await othersAreFine()
  })

  it('cannot break the encoder with deep or binary payloads', async () => {
    const socket = open(replica.url, 'Eve')
    await ask(socket, 'room:join', { room: 'lobby' })
    // Written by hand: the client's own encoder would be the one to break.
    const wild = (await raw(replica.url))!
    wild.text('40{"name":"Eve"}')
    for (const levels of [5_000, 20_000]) {
      wild.text(`421["message:send",${'['.repeat(levels)}${']'.repeat(levels)}]`)
      wild.text(
        `451-2["message:send",{"room":"lobby","clientMsgId":"b","text":${'['.repeat(levels)}{"_placeholder":true,"num":0}${']'.repeat(levels)}}]`,
      )
      wild.binary(Buffer.alloc(10))
    }
    wild.text(`45999999-["message:send",{"_placeholder":true,"num":0}]`)
    expect(
      (await ask(socket, 'message:send', { room: 'lobby', clientMsgId: 'b', text: Buffer.alloc(5) })).error,
    ).toBe('invalid')
    await until('it is cut', () => wild.closed())
    await othersAreFine()
  })

  it('leaves no own keys of a payload behind', async () => {
    const socket = open(replica.url, 'Eve')
    await ask(
      socket,
      'room:join',
      JSON.parse('{"room":"lobby","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
    )
    const payload = JSON.parse(
      '{"room":"lobby","clientMsgId":"x","text":"x","from":"admin","seq":-5,"__proto__":{"polluted":1}}',
    )
    await ask(socket, 'message:send', payload)
    const page = (await ask(socket, 'history:after', { room: 'lobby', after: 0 })) as unknown as {
      entries: object[]
    }
    expect(Object.keys(page.entries[0]!).sort()).toEqual(['at', 'clientMsgId', 'from', 'name', 'seq', 'text'])
    expect(page.entries[0]).toMatchObject({ seq: 1, name: 'Eve' })
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it('is not let in with a name that is none, and is cut for a packet that is too long', async () => {
    for (const name of ['', ' ', 'x'.repeat(41), { $gt: '' }, 'a\r\nb', '\u202eeve', 7]) {
      const socket = open(replica.url, 'ignored', { auth: { name } })
      const error = await new Promise<Error>(resolve => socket.once('connect_error', resolve))
      expect(error.message).toBe('name-needed')
    }
    const wild = (await raw(replica.url))!
    wild.text(`40{"name":"${'x'.repeat(1_000_000)}"}`)
    await until('it is cut', () => wild.closed())
    await othersAreFine()
  })

  it('may be in fifty rooms and no more', async () => {
    await replica.stop()
    await start({ eventsPerSecond: 10_000, eventBurst: 10_000 })
    const socket = open(replica.url, 'Eve', { reconnection: false })
    await until('it is in', () => socket.connected)
    const join = (at: number) => ask(socket, 'room:join', { room: `verify-${at}` }).catch(() => undefined)
    const replies = []
    for (let at = 0; at < 1_000 && socket.connected; at += 25) {
      replies.push(...(await Promise.all(Array.from({ length: 25 }, (_, more) => join(at + more)))))
    }
    expect(replies.filter(reply => reply?.ok)).toHaveLength(50)
    expect(replies.filter(reply => reply?.error === 'limit').length).toBeGreaterThan(0)
    await othersAreFine()
  })

  it('is slowed by the rate, cut when it goes on, and costs two lines in the log', async () => {
    const socket = open(replica.url, 'Eve', { reconnection: false })
    await ask(socket, 'room:join', { room: 'lobby' })
    const cut = new Promise<string>(resolve => socket.once('disconnect', resolve))
    for (let at = 0; at < 5_000; at++) socket.emit('echo', {})
    expect(await cut).toBe('transport close')
    expect(replica.lines.filter(line => line.connection !== undefined)).toHaveLength(2)
    expect(replica.metrics.text()).toContain('chat_connections_cut_total{reason="flood"} 1')
    await othersAreFine()
  })

  it('costs one line a minute for nonsense and one for foreign origins, however often it comes', async () => {
    for (let at = 0; at < 30; at++) {
      const wild = (await raw(replica.url))!
      wild.text('40{"name":"Eve"}')
      await until('it is in', () => wild.received().includes('hostname'))
      wild.text('42{"no":"array"}')
      await until('it is cut', () => wild.closed())
      await fetch(`${replica.url}/socket.io/?EIO=4&transport=polling`, {
        headers: { origin: 'https://evil.example' },
      })
    }
    const lines = replica.lines.filter(({ level }) => level !== 'debug')
    expect(lines).toMatchObject(
      [{ msg: 'refused a connection', reason: 'origin' }, { times: 1 }].toReversed(),
    )
    expect(replica.metrics.text()).toContain('chat_handshakes_refused_total{reason="origin"} 30')
  })

  it('is told how long to wait when it is only a little too fast', async () => {
    const socket = open(replica.url, 'Ada')
    const replies = await Promise.all(Array.from({ length: 45 }, () => ask(socket, 'echo', {})))
    const refused = replies.filter(({ ok }) => !ok) as unknown as { error: string; retryAfterMs: number }[]
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]).toMatchObject({ error: 'rate' })
    await sleep(refused[0]!.retryAfterMs * 2)
    expect((await ask(socket, 'echo', {})).ok).toBe(true)
  })

  it('that does not read is cut, and nobody else waits for it', async () => {
    await replica.stop()
    await start({ eventsPerSecond: 1_000_000, eventBurst: 1_000_000 })
    const slow = (await raw(replica.url))!
    slow.text('40{"name":"Slow"}')
    await until('it is in', () => slow.received().includes('hostname'))
    slow.text('42["room:join",{"room":"lobby"}]')
    await until('it hears the room', () => slow.received().includes('room:people'))
    slow.socket.pause()
    const ada = person(replica.url, 'Ada', { transports: ['websocket'] })
    await enter(ada, 'lobby')
    const before = process.memoryUsage.rss()
    const text = 'x'.repeat(4_000)
    let sent = 0
    const cut = () => replica.metrics.text().includes('chat_connections_cut_total{reason="slow"} 1')
    for (; !cut() && sent < 20_000; sent += 50) {
      const some = Array.from({ length: 50 }, (_, at) => ({
        room: 'lobby',
        clientMsgId: `m${sent + at}`,
        text,
      }))
      await Promise.all(some.map(payload => ada.chat.ask('message:send', payload)))
    }
    expect(cut()).toBe(true)
    await until('everything came to who reads', () => ada.texts('lobby').length === sent)
    expect(process.memoryUsage.rss() - before).toBeLessThan(400_000_000)
    slow.close()
    ada.close()
    await othersAreFine()
  }, 60_000)

  it('is refused beyond the number of connections that one replica takes', async () => {
    await replica.stop()
    await start({ maxConnections: 3 })
    const three = ['a', 'b', 'c'].map(name => open(replica.url, name))
    await Promise.all(
      three.map(socket => new Promise<void>(resolve => socket.once('hello', () => resolve()))),
    )
    const fourth = open(replica.url, 'd', { reconnection: false })
    await new Promise(resolve => fourth.once('connect_error', resolve))
    three[0]!.disconnect()
    await until('there is room again', () => replica.app.io.engine.clientsCount < 3)
    await new Promise(resolve => fourth.once('connect', () => resolve(undefined)).connect())
  })
})
