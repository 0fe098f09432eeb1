import { request as ask } from 'node:http'
import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { RequestEvent } from '../../src/local/front-door/event.ts'
import { createWorld, get, openSocket, raw } from '../support/front-door.ts'
import { startReplicaProcess } from '../support/replica-process.ts'
import { until } from '../support/until.ts'

const world = createWorld()
afterEach(() => world.close())

const requests = () => world.events.filter((event): event is RequestEvent => event.type === 'request')
const lastRequest = async (count = 1) => {
  await until('the event of the request', () => requests().length >= count)
  return requests().at(-1)
}
const kinds = ['envoy', 'classic'] as const

describe.each(kinds)('the front door answers for itself (%s)', kind => {
  it('when nobody is behind it', async () => {
    const door = await world.door({ kind }, [])
    const got = await get(door.url)
    expect(got.status).toBe(kind === 'envoy' ? 503 : 502)
    expect(got.body).toContain(kind === 'envoy' ? 'no healthy upstream' : 'Error: Server Error')
    expect(got.headers.via).toBe('1.1 google')
    expect(await lastRequest()).toMatchObject({ status: got.status, details: 'failed_to_pick_backend' })
    expect((await openSocket(door.port)).got).toMatch(
      kind === 'envoy' ? /^HTTP\/1\.1 503 / : /^HTTP\/1\.1 502 /,
    )
  })

  it('when the replica does not answer in time, for POST and GET alike, and without a second try', async () => {
    let asked = 0
    const replicas = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map(name =>
        world.replica(name, () => {
          asked += 1
        }),
      ),
    )
    const door = await world.door({ kind, timeout: 0.2 }, replicas)
    for (const method of ['GET', 'POST']) {
      const got = await get(door.url, { method })
      expect(got.status).toBe(kind === 'envoy' ? 504 : 502)
      if (kind === 'envoy') expect(got.body).toBe('upstream request timeout')
    }
    expect(asked).toBe(2)
    expect(await lastRequest(2)).toMatchObject({ details: 'backend_timeout', reason: 'timeout' })
    await until('counted', () => door.status().totals.errors === 2)
  })

  it('when the replica closes without a word: a GET tries another, a POST does not', async () => {
    const bad = await world.replica('bad', request => request.socket.destroy())
    const good = await world.replica('good')
    const door = await world.door({ kind }, [bad, good])
    const got = await Promise.all(Array.from({ length: 6 }, () => get(door.url)))
    expect(got.map(({ status, body }) => `${status} ${body}`)).toEqual(Array(6).fill('200 good'))
    await until('events', () => requests().length === 6)
    expect(requests().some(({ retried, replica }) => retried && replica === 'good')).toBe(true)
    const posts = await Promise.all(
      Array.from({ length: 4 }, () => get(door.url, { method: 'POST', body: 'x' })),
    )
    expect(posts.map(({ status }) => status).sort()).toEqual([200, 200, 502, 502])
    await until('events', () => requests().length === 10)
    expect(requests().find(({ status }) => status === 502)?.details).toBe(
      'backend_connection_closed_before_data_sent_to_client',
    )
  })

  it('when nothing listens where a healthy replica was', async () => {
    const replica = await world.replica('a')
    const door = await world.door({ kind }, [replica], { checkEveryMs: 60_000 })
    await replica.close()
    const got = await get(door.url, { method: 'POST' })
    expect(got.status).toBe(502)
    expect(await lastRequest()).toMatchObject({ details: 'failed_to_connect_to_backend', replica: 'a' })
  })
})

describe('the front door and replicas that misbehave', () => {
  it('cuts the answer off when it is not complete in time', async () => {
    const replica = await world.replica('a', (_request, response) => response.write('some'))
    const door = await world.door({ timeout: 0.2 }, [replica])
    const got = await raw(door.port, 'GET / HTTP/1.1\r\nHost: test\r\n\r\n')
    expect(got).toContain('some')
    expect(got).not.toMatch(/\r\n0\r\n/)
    expect(await lastRequest()).toMatchObject({ status: 200, details: 'backend_timeout', reason: 'timeout' })
  })

  it('cuts the answer off where the replica did, so that nobody takes a part for the whole', async () => {
    const replica = await world.replica('a', (_request, response) => {
      response.writeHead(200, { 'Content-Length': 100 })
      response.write('part', () => response.destroy())
    })
    const door = await world.door({}, [replica])
    await expect(get(door.url)).rejects.toThrow('aborted')
    expect(await lastRequest()).toMatchObject({
      details: 'backend_connection_closed_after_partial_response_sent',
      reason: 'replica',
    })
  })

  it.each([
    ['nonsense', 'what is this\r\n\r\n'],
    ['an unasked 101', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'endless headers',
      `HTTP/1.1 200 OK\r\n${'X-Long: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n'.repeat(5000)}\r\n`,
    ],
  ])('gives 502 for %s', async (_what, answer) => {
    const server = createServer(socket => {
      socket.on('error', () => socket.destroy())
      socket.once('data', asked => {
        const check = asked.toString().startsWith('GET /ready')
        socket.end(check ? 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' : answer)
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    world.defer(() => new Promise(resolve => server.close(resolve)))
    const { port } = server.address() as { port: number }
    const door = await world.door({}, [{ name: 'odd', host: '127.0.0.1', port }])
    const got = await get(door.url, { method: 'POST' })
    expect(got.status).toBe(502)
    expect(got.body).toMatch(/^upstream connect error/)
  })

  it('passes on an early answer to an upload that goes on', async () => {
    const replica = await world.replica('a', (_request, response) => response.writeHead(413).end('too much'))
    const door = await world.door({}, [replica])
    const status = await new Promise(resolve => {
      const asked = ask(door.url, { method: 'POST', agent: false }, answer => {
        answer.resume()
        resolve(answer.statusCode)
        asked.destroy()
      })
      asked.on('error', () => asked.destroy())
      const more = () => {
        while (!asked.destroyed && asked.write(Buffer.alloc(65536)));
      }
      asked.on('drain', more)
      more()
    })
    expect(status).toBe(413)
    expect((await get(door.url)).status).toBe(413)
  })

  it('gives up the request at the replica when the client leaves', async () => {
    let aborted = 0
    let asked = 0
    const replica = await world.replica('a', (request, response) => {
      asked += 1
      response.on('close', () => {
        aborted += 1
      })
      request.resume()
    })
    const door = await world.door({}, [replica])
    for (const method of ['GET', 'POST']) {
      const before = asked
      const leaving = ask(door.url, {
        method,
        agent: false,
        headers: { 'Content-Length': method === 'POST' ? 5 : 0 },
      })
      leaving.on('error', () => leaving.destroy())
      leaving.flushHeaders()
      await until('asked', () => asked > before)
      leaving.destroy()
      await until('aborted', () => aborted === asked)
    }
    const event = await lastRequest(2)
    expect(event).toMatchObject({
      status: 499,
      details: 'client_disconnected_before_any_response',
      reason: 'client',
    })
    expect(door.status().totals.errors).toBe(0)
    await until('nothing is open', () => door.status().replicas[0]?.openRequests === 0)
  })

  it('gives up pipelined requests too when their client leaves', async () => {
    let open = 0
    const replica = await world.replica('a', (_request, response) => {
      open += 1
      response.on('close', () => {
        open -= 1
      })
    })
    const door = await world.door({}, [replica])
    const text = 'POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nhi'
    let leave: () => boolean = () => false
    const waiting = raw(door.port, `${text}${text}${text}GET /ready HTTP/1.1\r\nHost: t\r\n\r\n`, () =>
      leave(),
    )
    await until('three are open', () => open === 3)
    leave = () => true
    door.configure({ timeout: 1 })
    await waiting
    await until('all are given up', () => open === 0 && door.status().replicas[0]?.openRequests === 0)
  })

  it('survives replicas that are killed while they work: each request ends in 200 or 502', async () => {
    const processes = await Promise.all([startReplicaProcess('a'), startReplicaProcess('b')])
    for (const { kill } of processes) world.defer(kill)
    const door = await world.door({}, processes, { checkEveryMs: 50 })
    const slow = Array.from({ length: 40 }, (_, index) =>
      get(`${door.url}/slow`, index % 4 < 2 ? { method: 'POST', body: 'x' } : {}).then(
        ({ status }) => status,
        () => 'cut',
      ),
    )
    await until('all are at work', () =>
      door.status().replicas.every(({ openRequests }) => openRequests === 20),
    )
    await processes[0]?.kill()
    const ended = await Promise.all(slow)
    // Ten of the twenty on the dead one were POSTs; the GETs went on to the other.
    expect(ended.filter(status => status === 502)).toHaveLength(10)
    expect(ended.every(status => status === 200 || status === 502)).toBe(true)
    await until('the dead one is found out', () => door.status().replicas[0]?.healthy === false)
    const after = await Promise.all(Array.from({ length: 20 }, () => get(door.url)))
    expect(after.every(({ body }) => body === 'b')).toBe(true)
  })
})
