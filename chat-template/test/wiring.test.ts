import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import { type AddressInfo, connect as tcp } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createMetricsServer } from '../server/metrics-server.ts'
import { hasRedis, redis } from './backends.ts'
import { enter, person, until } from './person.ts'
import { raw } from './raw.ts'
import { type Replica, type ReplicaOptions, startReplica, storeWithLobby } from './replica.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end()
})
const start = async (options: ReplicaOptions = {}): Promise<Replica> => {
  const replica = await startReplica(options)
  cleanUp.push(replica.stop)
  return replica
}

/** What comes back for these bytes, up to the end of the head. */
async function answer(url: string, lines: string[]): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = tcp(Number(port), hostname)
  cleanUp.push(() => socket.destroy())
  let text = ''
  socket.on('error', () => undefined)
  socket.on('data', chunk => {
    text += chunk.toString('latin1')
  })
  socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
  await until('an answer', () => text.includes('\r\n\r\n') || socket.closed)
  return text.split('\r\n\r\n')[0]!
}

describe('what stands in front of the server', () => {
  it('finds connections kept longer than it keeps them, and pings more often than it waits', async () => {
    const { app, url } = await start()
    const { httpServer } = app.io as unknown as { httpServer: HttpServer }
    expect(httpServer.keepAliveTimeout).toBe(620_000)
    expect(httpServer.headersTimeout).toBeGreaterThan(httpServer.keepAliveTimeout)
    expect(await answer(url, ['GET /livez HTTP/1.1', 'Host: x'])).toContain('Keep-Alive: timeout=620')
    const { opts } = app.io.engine as unknown as { opts: Record<string, unknown> }
    expect(opts.pingInterval).toBeLessThan(30_000)
    expect(opts).toMatchObject({ perMessageDeflate: false, pingTimeout: 20_000, maxHttpBufferSize: 100_000 })
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
    const offered = [
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Extensions: permessage-deflate',
    ]
    const path = 'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1'
    const taken = await answer(url, [path, 'Host: x', ...upgrade, ...offered])
    expect(taken).toMatch(/^HTTP\/1\.1 101 /)
    expect(taken).not.toMatch(/extensions/i)
  })

  it('gets no header that somebody made up, however they end their lines', async () => {
    const { url } = await start({ name: 'chat-7' })
    const heads: string[] = []
    for (const end of ['\r\n', '\n', '\r', '\r\n ', '%0d%0a', '\u0085']) {
      const made = `a${end}X-Made-Up: 1${end}Set-Cookie: made=up`
      for (const header of ['X-Request-Id', 'Origin', 'X-Replica', 'X-Forwarded-Host', 'Cookie']) {
        const value = header === 'Cookie' ? `chat_session=${made}` : made
        for (const path of [
          '/livez',
          '/session',
          '/socket.io/?EIO=4&transport=polling',
          `/${encodeURI(made)}`,
        ])
          heads.push(
            await answer(url, [
              `GET ${path} HTTP/1.1`,
              'Host: x',
              `${header}: ${value}`,
              'Connection: close',
            ]),
          )
      }
      const body = JSON.stringify({ name: made })
      const type = 'Content-Type: application/json'
      const head = ['POST /session HTTP/1.1', 'Host: x', type, `Content-Length: ${Buffer.byteLength(body)}`]
      heads.push(await answer(url, [...head, 'Connection: close', '', body]))
    }
    const answered = heads.filter(head => head.startsWith('HTTP/1.1 '))
    expect(answered).toHaveLength(heads.length)
    for (const head of answered) {
      expect(head).not.toMatch(/^(x-made-up|set-cookie: made)/im)
      // Node refuses by itself what is no HTTP, before anybody here sees it.
      if (!head.startsWith('HTTP/1.1 400 Bad Request\r\nConnection: close'))
        expect(head.match(/^x-replica: .*$/gim)).toEqual(['x-replica: chat-7'])
    }
    expect(answered.filter(head => / 200 /.test(head)).length).toBeGreaterThan(answered.length / 4)
  })
})

describe('many messages at once', () => {
  it('come in one frame for each FRAME_MS, the first of them at once', async () => {
    const frameMs = 400
    const { url } = await start({ config: { frameMs, eventsPerSecond: 1_000, eventBurst: 1_000 } })
    const listener = (await raw(url))!
    cleanUp.push(listener.close)
    listener.text('40{"name":"Grace"}')
    await until('it is in', () => listener.received().includes('hello'))
    listener.text('421["room:join",{"room":"lobby"}]')
    await until('it is in the room', () => listener.received().includes('431['))
    const people = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map(async name => {
        const someone = person(url, name, { transports: ['websocket'] })
        cleanUp.push(someone.close)
        await enter(someone, 'lobby')
        return someone
      }),
    )
    const began = performance.now()
    // One after the other, so that each is a write of its own.
    for (let at = 0; at < 50; at++) {
      const payload = { room: 'lobby', clientMsgId: `m${at}`, text: `text ${at}` }
      expect((await people[at % 5]!.chat.ask('message:send', payload)).ok).toBe(true)
    }
    await until('all came', () => listener.received().includes('text 49'))
    const most = 2 + (performance.now() - began) / frameMs
    const frames = listener.received().match(/42\["message:new"/g)!.length
    expect(frames).toBeGreaterThanOrEqual(2)
    expect(frames).toBeLessThanOrEqual(most)
    expect(most).toBeLessThan(25)
    expect(listener.received().match(/"text":"text \d+"/g)).toHaveLength(50)
  })
})

describe('/metrics', () => {
  it('is on a port of its own, with what an alarm needs', async () => {
    let away = false
    const store = Object.assign(await storeWithLobby(), {
      kind: 'mongodb' as 'memory',
      ping: async () => {
        if (away) throw new Error('away')
      },
    })
    const backend = hasRedis ? await redis() : undefined
    const replica = await start({ store, redisUrl: backend?.url })
    const server = createMetricsServer(replica.metrics).listen(0, '127.0.0.1')
    cleanUp.push(() => server.close())
    await once(server, 'listening')
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const read = async () => {
      const response = await fetch(`${at}/metrics`)
      expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
      const lines = (await response.text()).split('\n').filter(line => line !== '' && !line.startsWith('#'))
      return new Map(lines.map(line => [line.replace(/ [^ ]+$/, ''), Number(line.replace(/^.* /, ''))]))
    }
    expect((await fetch(`${at}/`)).status).toBe(404)
    expect((await fetch(`${replica.url}/metrics`)).status).toBe(404)

    await until(
      'its backends are there',
      () => replica.app.health.mongo === 'ok' && replica.app.health.healthy,
    )
    const ada = person(replica.url, 'Ada')
    cleanUp.push(ada.close)
    await enter(ada, 'lobby')
    for (const clientMsgId of ['m1', 'm2'])
      await ada.chat.ask('message:send', { room: 'lobby', clientMsgId, text: 'hi' })
    await read()
    // Long enough for a look at the loop before it is held up.
    await sleep(50)
    for (const end = performance.now() + 150; performance.now() < end; );
    await sleep(20)
    const now = await read()
    expect(Object.fromEntries(now)).toMatchObject({
      chat_connections: 1,
      chat_rooms_open: 1,
      chat_peers: 0,
      chat_redis_up: backend === undefined ? 0 : 1,
      chat_mongodb_up: 1,
      'chat_ack_seconds_bucket{le="5"}': 2,
      'chat_ack_seconds_bucket{le="+Inf"}': 2,
      chat_ack_seconds_count: 2,
      'chat_events_total{event="message:send"}': 2,
    })
    const value = (name: string) => now.get(name)!
    expect(value('chat_ack_seconds_sum')).toBeGreaterThan(0)
    expect(value('chat_ack_seconds_sum')).toBeLessThan(10)
    const counts = [...now]
      .filter(([name]) => name.startsWith('chat_ack_seconds_bucket'))
      .map(([, count]) => count)
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(20_000_000)
    expect(value('nodejs_eventloop_delay_p50_seconds')).toBeGreaterThanOrEqual(0)
    expect(value('nodejs_eventloop_delay_p99_seconds')).toBeGreaterThan(0.1)
    expect(value('nodejs_eventloop_delay_p99_seconds')).toBeLessThan(10)

    // Who does not read: it has more waiting for it than it will ever take.
    const slow = (await raw(replica.url))!
    cleanUp.push(slow.close)
    slow.socket.pause()
    await until('it is there', () => replica.app.io.engine.clientsCount === 2)
    const clients = Object.values((replica.app.io.engine as unknown as { clients: object }).clients)
    for (let frame = 0; frame < 100; frame++) clients.at(-1).send('x'.repeat(90_000))
    away = true
    await backend?.stop()
    await until('all of it is noticed', async () => {
      const then = await read()
      const cut =
        then.get('chat_connections_cut_total{reason="slow"}') === 1 && then.get('chat_connections') === 1
      return cut && then.get('chat_redis_up') === 0 && then.get('chat_mongodb_up') === 0
    })
  })
})
