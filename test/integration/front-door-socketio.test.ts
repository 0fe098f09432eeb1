import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { io, type Socket } from 'socket.io-client'
import { afterEach, describe, expect, it } from 'vitest'
import type { Affinity, BalancerKind } from '../../src/config/config.ts'
import { closeServer, createWorld, get, listen } from '../support/front-door.ts'
import { until } from '../support/until.ts'

const world = createWorld()
afterEach(() => world.close())

/** A Socket.IO server that tells its name on connection, as an app behind a balancer does. */
async function startSocketIo(name: string, options: { pingInterval?: number } = {}) {
  const server = createServer((request, response) => {
    if (request.url === '/ready') response.end('ok')
  })
  const sockets = new Server(server, { serveClient: false, ...options })
  sockets.on('connection', socket => {
    socket.emit('hostname', name)
    socket.on('echo', (text: string, ack: (text: string) => void) => ack(`${name} ${text}`))
  })
  const port = await listen(server)
  world.defer(() => closeServer(server))
  world.defer(() => sockets.close())
  return { name, host: '127.0.0.1', port }
}

interface Outcome {
  readonly socket: Socket
  host: string | undefined
  error: string | undefined
  disconnected: string | undefined
}

function connect(url: string, transports: ('polling' | 'websocket')[], options: object = {}): Outcome {
  const socket = io(url, {
    transports,
    reconnection: false,
    forceNew: true,
    withCredentials: true,
    ...options,
  })
  const outcome: Outcome = { socket, host: undefined, error: undefined, disconnected: undefined }
  socket.on('hostname', (host: string) => {
    outcome.host = host
  })
  socket.on('connect_error', error => {
    outcome.error = error.message
  })
  socket.on('disconnect', reason => {
    outcome.disconnected = reason
  })
  world.defer(() => socket.disconnect())
  return outcome
}

const settled = ({ host, error, disconnected }: Outcome) =>
  host !== undefined || error !== undefined || disconnected !== undefined
const threeServers = () => Promise.all(['a', 'b', 'c'].map(name => startSocketIo(name)))
const sticky: [BalancerKind, Affinity][] = [
  ['envoy', 'cookie'],
  ['classic', 'cookie'],
  ['envoy', 'client-ip'],
  ['classic', 'client-ip'],
]

describe.each(sticky)('Socket.IO behind %s with affinity %s', (kind, affinity) => {
  it.each([
    ['polling alone', ['polling'] as const],
    ['polling, then an upgrade', ['polling', 'websocket'] as const],
    ['WebSocket alone', ['websocket'] as const],
  ])('works with %s', async (_name, transports) => {
    const door = await world.door({ kind, affinity }, await threeServers())
    const clients = Array.from({ length: 9 }, () => connect(door.url, [...transports]))
    await until('all have settled', () => clients.every(settled))
    expect(clients.map(({ error }) => error)).toEqual(Array(9).fill(undefined))
    const last = transports.at(-1)
    await until('the transport is the wanted one', () =>
      clients.every(({ socket }) => socket.io.engine.transport.name === last),
    )
    const echoes = await Promise.all(
      clients.map(({ socket }) => socket.timeout(10_000).emitWithAck('echo', 'hi')),
    )
    expect(echoes).toEqual(clients.map(({ host }) => `${host} hi`))
    const hosts = new Set(clients.map(({ host }) => host))
    if (affinity === 'client-ip') expect(hosts.size).toBe(1)
    else if (kind === 'classic') expect(hosts.size).toBe(3)
    expect(door.status().totals.errors).toBe(0)
  })

  it('brings a client that keeps its cookie back to the same replica', async () => {
    const door = await world.door({ kind, affinity }, await threeServers())
    const first = await get(`${door.url}/socket.io/?EIO=4&transport=polling`)
    const cookie = first.headers['set-cookie']?.[0]?.split(';')[0]
    expect(cookie === undefined).toBe(affinity === 'client-ip')
    const extraHeaders = cookie === undefined ? {} : { cookie }
    const hosts = new Set<string | undefined>()
    for (let turn = 0; turn < 5; turn++) {
      const client = connect(door.url, turn % 2 ? ['websocket'] : ['polling'], { extraHeaders })
      await until('connected', () => settled(client))
      hosts.add(client.host)
      client.socket.disconnect()
    }
    expect(hosts.size).toBe(1)
    expect([...hosts][0]).toBeDefined()
  })
})

describe('Socket.IO behind a balancer without affinity', () => {
  it.each(['envoy', 'classic'] as const)(
    'breaks under polling with "Session ID unknown" (%s)',
    async kind => {
      const door = await world.door({ kind, affinity: 'none' }, await threeServers())
      const sid = /"sid":"([^"]+)"/.exec(
        (await get(`${door.url}/socket.io/?EIO=4&transport=polling`)).body,
      )?.[1]
      const session = `${door.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`
      const posted = await get(session, { method: 'POST', body: '40' })
      expect(posted).toMatchObject({ status: 400, body: '{"code":1,"message":"Session ID unknown"}' })
      // One after the other: requests of clients side by side could by luck fall on the right replicas.
      for (let turn = 0; turn < 4; turn++) {
        const client = connect(door.url, ['polling'])
        await until('it has settled', () => settled(client))
        expect(client.host).toBeUndefined()
      }
    },
  )

  it('breaks for a client that throws the cookie away, too', async () => {
    const door = await world.door({ kind: 'classic', affinity: 'cookie' }, await threeServers())
    const client = connect(door.url, ['polling'], { withCredentials: false })
    await until('settled', () => settled(client))
    expect(client.host).toBeUndefined()
  })

  it('works with WebSocket alone', async () => {
    const door = await world.door({ affinity: 'none' }, await threeServers())
    const clients = Array.from({ length: 6 }, () => connect(door.url, ['websocket']))
    await until('all have settled', () => clients.every(settled))
    expect(new Set(clients.map(({ host }) => host))).toEqual(new Set(['a', 'b', 'c']))
  })
})

describe('Socket.IO and the timeout', () => {
  it('is cut by classic after it, heartbeats or not, and the client sees "transport close"', async () => {
    const door = await world.door({ kind: 'classic', timeout: 1, affinity: 'cookie' }, [
      await startSocketIo('a', { pingInterval: 200 }),
    ])
    const client = connect(door.url, ['websocket'])
    await until('connected', () => settled(client))
    await until('cut', () => client.disconnected !== undefined)
    expect(client.disconnected).toBe('transport close')
    await until('event', () => world.events.some(event => event.type === 'socket-closed'))
    expect(world.events.find(event => event.type === 'socket-closed')).toMatchObject({ reason: 'timeout' })
  })

  it('survives it under Envoy while heartbeats come more often, and is cut when they do not', async () => {
    const [lively] = [await startSocketIo('lively', { pingInterval: 300 })]
    const door = await world.door({ kind: 'envoy', timeout: 1 }, [lively])
    const alive = connect(door.url, ['websocket'])
    await until('connected', () => settled(alive))
    const since = performance.now()
    await until('three times the timeout', () => performance.now() - since > 3000)
    expect(alive.disconnected).toBeUndefined()
    const quiet = await startSocketIo('quiet', { pingInterval: 25_000 })
    const other = await world.door({ kind: 'envoy', timeout: 1 }, [quiet])
    const silent = connect(other.url, ['websocket'])
    await until('connected', () => settled(silent))
    await until('cut', () => silent.disconnected !== undefined)
    expect(silent.disconnected).toBe('transport close')
  })

  it('breaks long polls that are held longer, with 504 under Envoy', async () => {
    const door = await world.door({ kind: 'envoy', timeout: 1 }, [
      await startSocketIo('a', { pingInterval: 25_000 }),
    ])
    const client = connect(door.url, ['polling'])
    await until('connected', () => settled(client))
    await until('cut', () => client.disconnected !== undefined)
    expect(client.disconnected).toBe('transport error')
    expect(world.events.some(event => event.type === 'request' && event.status === 504)).toBe(true)
  })
})
