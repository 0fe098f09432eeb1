import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { startFrontDoor } from '../../src/local/front-door/front-door.ts'
import { closeServer, createWorld, get, listen, openSocket } from '../support/front-door.ts'
import { until } from '../support/until.ts'

const world = createWorld()
afterEach(() => world.close())

describe('health checks', () => {
  it('ask for the ready path as Google does, and take nothing but 200', async () => {
    const seen: string[] = []
    const replica = await world.replica('a')
    replica.server.prependListener('request', request =>
      seen.push(`${request.url} ${request.headers['user-agent']}`),
    )
    const door = await world.door({}, [replica])
    expect(seen[0]).toBe('/ready GoogleHC/1.0')
    for (const status of [301, 204, 404, 503]) {
      replica.ready = status
      await until('unhealthy', () => door.status().replicas[0]?.healthy === false)
      expect(door.status().replicas[0]?.lastCheck).toMatchObject({ ok: false, found: `HTTP ${status}` })
      expect((await get(door.url)).status).toBe(503)
      replica.ready = 200
      await until('healthy', () => door.status().replicas[0]?.healthy === true)
    }
    const health = world.events.filter(event => event.type === 'health')
    expect(health.slice(0, 3)).toMatchObject([
      { replica: 'a', healthy: true, found: 'HTTP 200' },
      { replica: 'a', healthy: false, found: 'HTTP 301' },
      { replica: 'a', healthy: true, found: 'HTTP 200' },
    ])
  })

  it('forgive one failure, not two in a row', async () => {
    let failing = 0
    let asked = 0
    const server = createServer((_request, response) => {
      asked += 1
      failing -= 1
      response.writeHead(failing >= 0 ? 500 : 200).end()
    })
    world.defer(() => closeServer(server))
    const door = await world.door({}, [{ name: 'a', host: '127.0.0.1', port: await listen(server) }], {
      checkEveryMs: 20,
    })
    failing = 1
    const before = asked
    await until('some checks', () => asked > before + 5)
    expect(world.events.filter(event => event.type === 'health')).toHaveLength(1)
    failing = 2
    await until('it is noticed', () => world.events.filter(event => event.type === 'health').length === 3)
    expect(world.events.map(event => event.type === 'health' && event.healthy)).toEqual([true, false, true])
    expect(door.status().replicas[0]?.healthy).toBe(true)
  })

  it('say what is wrong with a replica that is not there, and find it once it is', async () => {
    const later = await world.replica('a')
    const { port } = later
    await later.close()
    const door = await startFrontDoor({
      port: 0,
      readyPath: '/ready',
      settings: { kind: 'envoy', affinity: 'none', timeout: 30, draining: 0 },
    })
    world.defer(() => door.close())
    door.setReplicas([{ name: 'a', host: '127.0.0.1', port }])
    expect(door.status().replicas[0]).toMatchObject({ healthy: false, away: 'unchecked' })
    await until('the first check', () => door.status().replicas[0]?.lastCheck !== undefined)
    expect(door.status().replicas[0]).toMatchObject({
      away: 'unchecked',
      lastCheck: { found: 'ECONNREFUSED' },
    })
    const server = createServer((_request, response) => response.end('here'))
    world.defer(() => closeServer(server))
    await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
    await until('healthy', () => door.status().replicas[0]?.healthy === true)
    expect((await get(door.url)).body).toBe('here')
  })

  it('give up on a replica that takes the connection and says nothing', async () => {
    let silent = false
    const server = createServer((_request, response) => {
      if (!silent) response.end()
    })
    world.defer(() => closeServer(server))
    const door = await world.door({}, [{ name: 'a', host: '127.0.0.1', port: await listen(server) }])
    silent = true
    await until('unhealthy', () => door.status().replicas[0]?.healthy === false, 20_000)
    expect(door.status().replicas[0]?.lastCheck?.found).toBe('no answer within 2000 ms')
  })
})

describe('the list of replicas', () => {
  it('grows and shrinks while requests are on their way, and none fails', async () => {
    const [a, b, c] = [await world.replica('a'), await world.replica('b'), await world.replica('c')]
    const door = await world.door({ draining: 5 }, [a])
    let stop = false
    const seen = new Map<string, number>()
    const client = async () => {
      while (!stop) {
        const { status, body } = await get(door.url)
        seen.set(`${status} ${body}`, (seen.get(`${status} ${body}`) ?? 0) + 1)
      }
    }
    const clients = [client(), client(), client()]
    await until('a serves', () => seen.has('200 a'))
    door.setReplicas([a, b, c])
    await until('b and c serve', () => seen.has('200 b') && seen.has('200 c'))
    door.setReplicas([b])
    const before = seen.get('200 a')
    await until('b goes on', () => (seen.get('200 b') ?? 0) > 200)
    expect((seen.get('200 a') ?? 0) - (before ?? 0)).toBeLessThanOrEqual(3)
    stop = true
    await Promise.all(clients)
    expect([...seen.keys()].sort()).toEqual(['200 a', '200 b', '200 c'])
    await until(
      'only b is listed',
      () =>
        door
          .status()
          .replicas.map(({ name }) => name)
          .join() === 'b',
    )
  })

  it('keeps counting and checking a replica that stays on it', async () => {
    const [a, b] = [await world.replica('a'), await world.replica('b')]
    const door = await world.door({}, [a])
    await get(door.url)
    door.setReplicas([b, a])
    await until('b is healthy', () => door.status().replicas.every(({ healthy }) => healthy))
    expect(door.status().replicas.map(({ name, requests }) => [name, requests])).toEqual([
      ['b', 0],
      ['a', 1],
    ])
  })

  it('drains a replica by name until it is admitted again', async () => {
    const [a, b] = [await world.replica('a'), await world.replica('b')]
    const door = await world.door({}, [a, b])
    door.drain('a')
    door.drain('a')
    door.drain('nobody')
    expect(door.status().replicas[0]).toMatchObject({ draining: true, away: 'draining', healthy: true })
    for (let turn = 0; turn < 4; turn++) expect((await get(door.url)).body).toBe('b')
    door.admit('a')
    expect(new Set([(await get(door.url)).body, (await get(door.url)).body])).toEqual(new Set(['a', 'b']))
  })
})

describe('starting, looking at and closing a front door', () => {
  it('shows its settings and what it has done', async () => {
    const replica = await world.replica('a')
    const door = await world.door({ affinity: 'cookie', timeout: 12 }, [replica])
    await get(door.url)
    await until('counted', () => door.status().totals.requests === 1)
    expect(door.url).toBe(`http://127.0.0.1:${door.port}`)
    expect(JSON.parse(JSON.stringify(door.status()))).toMatchObject({
      url: door.url,
      settings: { kind: 'envoy', affinity: 'cookie', timeout: 12, draining: 0 },
      replicas: [
        {
          name: 'a',
          port: replica.port,
          healthy: true,
          draining: false,
          openSockets: 0,
          openRequests: 0,
          requests: 1,
          errors: 0,
        },
      ],
      totals: { requests: 1, errors: 0, retries: 0, sockets: 0 },
    })
    await until('the client is gone', () => door.status().connections === 0)
  })

  it('reports a request with path, status and time', async () => {
    const door = await world.door({}, [
      await world.replica('a', (_request, response) => response.writeHead(404).end()),
    ])
    await get(`${door.url}/x?y=1`)
    await until('event', () => world.events.some(({ type }) => type === 'request'))
    const event = world.events.find(({ type }) => type === 'request')
    expect(event).toMatchObject({
      method: 'GET',
      path: '/x?y=1',
      replica: 'a',
      status: 404,
      details: 'response_sent_by_backend',
    })
    expect(event).not.toHaveProperty('reason')
    expect(event?.type === 'request' && event.ms).toBeLessThan(5000)
    expect(Math.abs((event?.at ?? 0) - Date.now())).toBeLessThan(60_000)
  })

  it('says which port is taken and what to do', async () => {
    const { port } = await world.door({}, [])
    const failed = await startFrontDoor({
      port,
      readyPath: '/',
      settings: { kind: 'envoy', affinity: 'none', timeout: 30, draining: 0 },
    }).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(UserError)
    expect(failed).toMatchObject({
      message: `port ${port} on 127.0.0.1 is taken`,
      code: 'front-door.port',
      exitCode: 3,
    })
  })

  it('closes whatever is open: idle connections, requests and WebSockets', async () => {
    const replica = await world.replica('a', () => undefined)
    replica.server.on('upgrade', (_request, socket) => {
      socket.on('error', () => socket.destroy())
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    })
    const door = await world.door({ timeout: 2 ** 31 - 1 }, [replica])
    const open = await openSocket(door.port)
    const waiting = get(door.url).catch((error: Error) => error.message)
    await until('both are open', () => door.status().replicas[0]?.openRequests === 1)
    await door.close()
    await until('the socket is closed', () => open.closed !== undefined)
    expect(await waiting).toMatch(/socket hang up|ECONNRESET/)
    const reasons = () =>
      world.events.flatMap(event => ('reason' in event ? [`${event.type} ${event.reason}`] : [])).sort()
    await until('both events', () => reasons().length === 2)
    expect(reasons()).toEqual(['request closed', 'socket-closed closed'])
    await expect(get(door.url)).rejects.toThrow(/ECONNREFUSED/)
    door.setReplicas([replica])
    expect(door.status().replicas).toEqual([])
  })
})
