import { afterEach, describe, expect, it } from 'vitest'
import type { SocketClosedEvent } from '../../src/local/front-door/event.ts'
import type { FrontDoor } from '../../src/local/front-door/front-door.ts'
import { createWorld, echoUpgrades, get, openSocket, type RawSocket } from '../support/front-door.ts'
import { until } from '../support/until.ts'

const world = createWorld()
afterEach(() => world.close())

const closings = () =>
  world.events.filter((event): event is SocketClosedEvent => event.type === 'socket-closed')
const isOpen = ({ closed }: RawSocket) => closed === undefined
const closing = async (open: RawSocket) => {
  await until('the socket is closed', () => !isOpen(open))
  await until('its event', () => closings().length > 0)
  return open.closed ?? 0
}
/** Says something every 50 ms, so that it is never idle. */
const keepBusy = (open: RawSocket) => {
  const timer = setInterval(() => open.socket.writable && open.socket.write('.'), 50)
  open.socket.on('close', () => clearInterval(timer))
  world.defer(() => open.socket.destroy())
}
const echoing = async (name: string) => {
  const replica = await world.replica(name)
  echoUpgrades(replica.server)
  return replica
}
const socketsOn = (door: FrontDoor) => door.status().replicas.map(({ openSockets }) => openSockets)

describe('the timeout of a WebSocket', () => {
  it('ends it under classic although it is busy', async () => {
    const door = await world.door({ kind: 'classic', timeout: 1 }, [await echoing('a')])
    const open = await openSocket(door.port)
    keepBusy(open)
    expect(await closing(open)).toBeGreaterThanOrEqual(950)
    expect(closings()[0]).toMatchObject({
      reason: 'timeout',
      kind: 'classic',
      timeout: 1,
      details: 'websocket_closed',
    })
    expect(door.status().totals.closed.timeout).toBe(1)
    expect(open.got).toContain('...')
  })

  it('ends it under Envoy only when nothing has moved for that long', async () => {
    const door = await world.door({ kind: 'envoy', timeout: 1 }, [await echoing('a')])
    const busy = await openSocket(door.port)
    keepBusy(busy)
    const idle = await openSocket(door.port)
    expect(await closing(idle)).toBeGreaterThanOrEqual(950)
    await until('three times the timeout', () => performance.now() - busy.openedAt > 3000)
    expect(isOpen(busy)).toBe(true)
    expect(closings().map(({ reason }) => reason)).toEqual(['timeout'])
  })

  it('counts bytes in either direction as activity under Envoy', async () => {
    const replica = await world.replica('a')
    replica.server.on('upgrade', (_request, socket) => {
      socket.on('error', () => socket.destroy())
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
      const timer = setInterval(() => socket.write('ping'), 100)
      socket.on('close', () => clearInterval(timer))
    })
    const door = await world.door({ kind: 'envoy', timeout: 0.5 }, [replica])
    const open = await openSocket(door.port)
    world.defer(() => open.socket.destroy())
    await until('three times the timeout', () => performance.now() - open.openedAt > 1500)
    expect(isOpen(open)).toBe(true)
  })

  it('follows a change of the settings while it is open', async () => {
    const door = await world.door({ kind: 'envoy', timeout: 3600 }, [await echoing('a')])
    const first = await openSocket(door.port)
    door.configure({ timeout: 0.3 })
    await closing(first)
    door.configure({ timeout: 3600 })
    const second = await openSocket(door.port)
    keepBusy(second)
    door.configure({ kind: 'classic', timeout: 0.3 })
    await closing(second)
    expect(closings().map(({ kind, reason }) => `${kind} ${reason}`)).toEqual([
      'envoy timeout',
      'classic timeout',
    ])
    door.configure({ timeout: 2 ** 31 - 1 })
    const third = await openSocket(door.port)
    third.socket.write('still')
    await until('echo', () => third.got.endsWith('still'))
    third.socket.destroy()
  })

  it('holds for the handshake as well', async () => {
    const replica = await world.replica('a')
    replica.server.on('upgrade', (_request, socket) => socket.on('error', () => socket.destroy()))
    const door = await world.door({ timeout: 0.2 }, [replica])
    const open = await openSocket(door.port)
    await until('closed', () => !isOpen(open))
    expect(open.got).toMatch(/^HTTP\/1\.1 504 /)
  })
})

describe('a replica that leaves', () => {
  it('loses its WebSockets at once with no draining time, whichever way it leaves', async () => {
    const a = await echoing('a')
    const b = await echoing('b')
    const door = await world.door({ draining: 0 }, [a])
    const first = await openSocket(door.port)
    door.setReplicas([b])
    await closing(first)
    await until('b is healthy', () => door.status().replicas[0]?.healthy === true)
    const second = await openSocket(door.port)
    door.drain('b')
    await closing(second)
    door.admit('b')
    const third = await openSocket(door.port)
    b.ready = 503
    await closing(third)
    b.ready = 200
    await until('b is healthy', () => door.status().replicas[0]?.healthy === true)
    const fourth = await openSocket(door.port)
    door.setReplicas([{ ...a, name: 'b' }])
    await closing(fourth)
    expect(closings().map(({ reason }) => reason)).toEqual(['draining', 'draining', 'unready', 'replaced'])
    expect(door.status().totals.closed).toMatchObject({ draining: 2, unready: 1, replaced: 1 })
  })

  it('keeps them for the draining time, and takes no new ones', async () => {
    const [a, b] = [await echoing('a'), await echoing('b')]
    const door = await world.door({ draining: 1 }, [a, b])
    const open = [await openSocket(door.port), await openSocket(door.port)]
    for (const socket of open) keepBusy(socket)
    await until('one on each', () => socketsOn(door).join() === '1,1')
    const before = performance.now()
    door.setReplicas([b])
    expect(door.status().replicas.map(({ name, draining }) => [name, draining])).toEqual([
      ['b', false],
      ['a', true],
    ])
    for (let turn = 0; turn < 6; turn++) expect((await get(door.url)).body).toBe('b')
    await until('one is cut', () => closings().length > 0)
    expect(performance.now() - before).toBeGreaterThanOrEqual(950)
    expect(closings()).toMatchObject([{ replica: 'a', reason: 'draining' }])
    await until('one client has noticed', () => open.filter(isOpen).length === 1)
    expect(door.status().replicas.map(({ name }) => name)).toEqual(['b'])
  })

  it('keeps them when it is ready again within the draining time', async () => {
    const a = await echoing('a')
    const door = await world.door({ draining: 60 }, [a])
    const open = await openSocket(door.port)
    a.ready = 503
    await until('unready', () => door.status().replicas[0]?.away === 'unready')
    expect((await get(door.url)).status).toBe(503)
    a.ready = 200
    await until('ready again', () => door.status().replicas[0]?.away === undefined)
    open.socket.write('hello')
    await until('echo', () => open.got.endsWith('hello'))
    expect(closings()).toEqual([])
    door.configure({ draining: 0 })
    open.socket.write('again')
    await until('echo', () => open.got.endsWith('again'))
  })

  it('keeps the draining time that it was given first when it is then taken out', async () => {
    const [a, b] = [await echoing('a'), await echoing('b')]
    const door = await world.door({ draining: 2 }, [a])
    const open = await openSocket(door.port)
    const before = performance.now()
    door.drain('a')
    await until('most of it is over', () => performance.now() - before > 1800)
    door.setReplicas([{ ...b, name: 'a' }])
    await closing(open)
    expect(performance.now() - before).toBeLessThan(3500)
    expect(closings()[0]?.reason).toBe('draining')
  })

  it('lets go earlier when the draining time is made shorter', async () => {
    const door = await world.door({ draining: 3600 }, [await echoing('a')])
    const open = await openSocket(door.port)
    door.drain('a')
    expect(door.status().replicas[0]).toMatchObject({ draining: true, healthy: true, openSockets: 1 })
    door.configure({ draining: 0 })
    await closing(open)
    expect(closings()[0]?.reason).toBe('draining')
  })

  it('ends requests that are still open: a GET goes on elsewhere, a POST gets 502', async () => {
    let stuck = 0
    const a = await world.replica('a', () => {
      stuck += 1
    })
    const door = await world.door({ draining: 0 }, [a])
    const waiting = [get(door.url), get(door.url, { method: 'POST' })]
    await until('both wait', () => stuck === 2)
    const b = await world.replica('b')
    door.setReplicas([a, b])
    await until('b is healthy', () => door.status().replicas.every(({ healthy }) => healthy))
    door.setReplicas([b])
    const [got, post] = await Promise.all(waiting)
    expect(got).toMatchObject({ status: 200, body: 'b' })
    expect(post?.status).toBe(502)
  })
})

describe('the ends of a WebSocket', () => {
  it('passes a half-close on and lets the last words through', async () => {
    const replica = await world.replica('a')
    replica.server.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
      let heard = 0
      socket.on('data', (chunk: Buffer) => {
        heard += chunk.length
      })
      socket.on('end', () => setTimeout(() => socket.end(`heard ${heard}`), 100))
    })
    const door = await world.door({}, [replica])
    const open = await openSocket(door.port)
    open.socket.end('x'.repeat(1_000_000))
    await closing(open)
    expect(open.got.endsWith('heard 1000000')).toBe(true)
    expect(closings()[0]).toMatchObject({ reason: 'client', bytesUp: 1_000_000 })
  })

  it('names the replica when it was the one to close', async () => {
    const replica = await world.replica('a')
    replica.server.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nbye')
    })
    const door = await world.door({}, [replica])
    const open = await openSocket(door.port)
    await closing(open)
    expect(open.got.endsWith('bye')).toBe(true)
    expect(closings()[0]?.reason).toBe('replica')
  })

  it('notices a side that vanishes without a goodbye', async () => {
    const replica = await echoing('a')
    let theirs: { resetAndDestroy(): unknown } | undefined
    replica.server.on('upgrade', (_request, socket) => {
      theirs = socket as unknown as typeof theirs
    })
    const door = await world.door({}, [replica])
    const first = await openSocket(door.port)
    first.socket.resetAndDestroy()
    await until('the client is missed', () => closings().length === 1)
    const second = await openSocket(door.port)
    theirs?.resetAndDestroy()
    await closing(second)
    await until('the replica is missed', () => closings().length === 2)
    expect(closings().map(({ reason }) => reason)).toEqual(['client', 'replica'])
    expect(socketsOn(door)).toEqual([0])
  })

  it('holds a fast writer back for a slow reader, in either direction', async () => {
    const replica = await world.replica('a')
    let written = 0
    replica.server.on('upgrade', (_request, socket) => {
      socket.on('error', () => socket.destroy())
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
      socket.pause()
      const more = () => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65536))) written += 65536
        written += 65536
      }
      socket.on('drain', more)
      more()
    })
    const door = await world.door({}, [replica])
    const open = await openSocket(door.port)
    open.socket.pause()
    const before = process.memoryUsage().rss
    let sent = 0
    while (open.socket.write(Buffer.alloc(65536))) sent += 65536
    const settled = async (value: () => number) => {
      let last = -1
      let since = performance.now()
      await until('nothing moves', () => {
        if (value() !== last) since = performance.now()
        last = value()
        return performance.now() - since > 500
      })
    }
    await settled(() => written)
    expect(open.socket.writableNeedDrain || sent > 0).toBe(true)
    // Kernel buffers of four sockets and two of Node, whatever the reader does.
    expect(written).toBeLessThan(64 * 1024 * 1024)
    expect(process.memoryUsage().rss - before).toBeLessThan(120 * 1024 * 1024)
    open.socket.resume()
    const seen = written
    await until('it flows again', () => written > seen)
    open.socket.destroy()
  })
})
