import { afterEach, describe, expect, it } from 'vitest'
import { createWorld, echoUpgrades, get, openSocket, raw, until } from '../support/front-door.ts'

const world = createWorld()
afterEach(() => world.close())

describe('the front door passes requests on', () => {
  it('takes turns without affinity and names itself in Via', async () => {
    const replicas = [await world.replica('a'), await world.replica('b'), await world.replica('c')]
    const door = await world.door({}, replicas)
    const got = [await get(door.url), await get(door.url), await get(door.url), await get(door.url)]
    expect(new Set(got.map(({ body }) => body)).size).toBe(3)
    expect(got[3]?.body).toBe(got[0]?.body)
    expect(got[0]?.headers.via).toBe('1.1 google')
    expect(got[0]?.headers['set-cookie']).toBeUndefined()
  })

  it('tells the replica who the client is, keeps Host, and drops what belongs to the connection', async () => {
    const replica = await world.replica('a', (request, response) =>
      response.end(JSON.stringify(request.rawHeaders)),
    )
    const door = await world.door({}, [replica])
    const answer = await raw(
      door.port,
      'GET /x?y=%20z HTTP/1.1\r\nHost: chat.example\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n' +
        'TE: trailers\r\nKeep-Alive: timeout=5\r\nX-Hop: secret\r\nX-Case: Kept\r\nConnection: close, X-Hop, Host\r\n\r\n',
    )
    const headers: string[] = JSON.parse(answer.slice(answer.indexOf('['), answer.lastIndexOf(']') + 1))
    const lower = headers.map((text, index) => (index % 2 ? text : text.toLowerCase()))
    const value = (name: string) => lower[lower.indexOf(name) + 1]
    expect(value('host')).toBe('chat.example')
    expect(value('x-forwarded-for')).toBe('203.0.113.9,127.0.0.1,127.0.0.1')
    expect(value('x-forwarded-proto')).toBe('http')
    expect(value('via')).toBe('1.1 google')
    expect(headers).toContain('X-Case')
    for (const gone of ['te', 'x-hop', 'upgrade']) expect(lower).not.toContain(gone)
  })

  it('carries a WebSocket, with the bytes that came along with either head', async () => {
    const replica = await world.replica('a')
    echoUpgrades(replica.server, 'greeting')
    const door = await world.door({ affinity: 'cookie' }, [replica])
    const open = await openSocket(door.port, 'early')
    await until('echo', () => open.got.endsWith('greetingearly'))
    expect(open.got).toMatch(/^HTTP\/1\.1 101 /)
    expect(open.got).toMatch(/set-cookie: GCLB=/i)
    open.socket.write('late')
    await until('echo', () => open.got.endsWith('greetingearlylate'))
    expect(door.status().replicas[0]?.openSockets).toBe(1)
    open.socket.end()
    await until('closed', () => open.closed !== undefined)
    await until('event', () => world.events.some(({ type }) => type === 'socket-closed'))
    const event = world.events.find(({ type }) => type === 'socket-closed')
    expect(event).toMatchObject({
      replica: 'a',
      reason: 'client',
      details: 'websocket_closed',
      bytesUp: 9,
      bytesDown: 17,
    })
  })
})
