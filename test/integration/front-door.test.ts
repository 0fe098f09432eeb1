import { createHash, randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { createWorld, echoUpgrades, get, openSocket, raw } from '../support/front-door.ts'
import { until } from '../support/until.ts'

const world = createWorld()
afterEach(() => world.close())

const host = 'Host: test\r\n'
const finished = (text: string) => text.includes('\r\n\r\n') && /\r\n\r\n[\s\S]*end$/.test(text)

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

  it.each(['PUT', 'POST', 'PATCH', 'DELETE'])(
    'carries the body of a %s and its answer unchanged',
    async method => {
      const replica = await world.replica('a', (request, response) => {
        response.writeHead(207, 'Many Things', [
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
          ['X-Method', request.method ?? ''],
        ])
        request.pipe(response)
      })
      const door = await world.door({}, [replica])
      const body = randomBytes(100_000).toString('base64')
      for (const headers of [{ 'Content-Length': String(body.length) }, { 'Transfer-Encoding': 'chunked' }]) {
        const got = await get(door.url, { method, headers, body })
        expect(got.status).toBe(207)
        expect(createHash('sha1').update(got.body).digest('hex')).toBe(
          createHash('sha1').update(body).digest('hex'),
        )
        expect(got.headers['x-method']).toBe(method)
        expect(got.headers['set-cookie']).toEqual(['a=1', 'b=2'])
      }
      const empty = await get(door.url, { method })
      expect(empty.body).toBe('')
    },
  )

  it('answers HEAD, 204 and 304 without a body and goes on with the same connection', async () => {
    const replica = await world.replica('a', (request, response) => {
      if (request.url === '/head') response.writeHead(200, { 'Content-Length': 1000 }).end()
      else if (request.url === '/last') response.end('end')
      else response.writeHead(Number(request.url?.slice(1))).end()
    })
    const door = await world.door({}, [replica])
    const paths = ['HEAD /head', 'GET /204', 'GET /304', 'GET /last']
    const got = await raw(door.port, paths.map(path => `${path} HTTP/1.1\r\n${host}\r\n`).join(''), finished)
    expect(got.match(/HTTP\/1\.1 \d+/g)).toEqual([
      'HTTP/1.1 200',
      'HTTP/1.1 204',
      'HTTP/1.1 304',
      'HTTP/1.1 200',
    ])
    expect(got).toContain('Content-Length: 1000')
  })

  it('answers pipelined requests in their order', async () => {
    const replica = await world.replica('a', (request, response) => {
      const number = Number(request.url?.slice(1))
      setTimeout(() => response.end(`<${number}>${number === 5 ? 'end' : ''}`), 50 - number * 10)
    })
    const door = await world.door({}, [replica])
    const asked = [0, 1, 2, 3, 4, 5].map(number => `GET /${number} HTTP/1.1\r\n${host}\r\n`).join('')
    const got = await raw(door.port, asked, text => text.includes('<5>end'))
    expect(got.match(/<\d>/g)?.join('')).toBe('<0><1><2><3><4><5>')
  })

  it('speaks HTTP/1.0 with a client that does, and closes', async () => {
    const replica = await world.replica('a', (_request, response) => {
      response.write('some ')
      response.end('end')
    })
    const door = await world.door({}, [replica])
    const got = await raw(door.port, 'GET / HTTP/1.0\r\n\r\n')
    expect(got.endsWith('\r\n\r\nsome end')).toBe(true)
    expect(got).not.toMatch(/chunked/i)
  })

  it('sends 100 Continue before it takes the body, and none when nobody is there to take it', async () => {
    const replica = await world.replica('a', (request, response) => {
      expect(request.headers.expect).toBeUndefined()
      request.pipe(response)
    })
    const door = await world.door({}, [replica])
    const head = `POST / HTTP/1.1\r\n${host}Content-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`
    expect(await raw(door.port, head, text => text.endsWith('\r\n\r\n'))).toBe(
      'HTTP/1.1 100 Continue\r\n\r\n',
    )
    expect(await raw(door.port, `${head}end`)).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK[\s\S]*end/,
    )
    door.setReplicas([])
    expect(await raw(door.port, head)).toMatch(/^HTTP\/1\.1 503 /)
  })

  it('hands on each piece of a stream at once, its headers first', async () => {
    let send: (text: string) => unknown = () => undefined
    const replica = await world.replica('a', (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
      send = text => response.write(text)
    })
    const door = await world.door({}, [replica])
    let seen = ''
    const streaming = raw(door.port, `GET / HTTP/1.1\r\n${host}\r\n`, text => {
      seen = text
      return text.includes('two')
    })
    await until('headers', () => seen.includes('text/event-stream'))
    expect(seen).not.toContain('data')
    send('data: one\n\n')
    await until('the first piece', () => seen.includes('data: one'))
    send('data: two\n\n')
    await streaming
  })

  it('carries 60 KB of headers and refuses 70 KB with 431', async () => {
    const replica = await world.replica('a', (request, response) => {
      response.setHeader('X-Answer', 'y'.repeat(100_000))
      response.end(String(request.headers['x-big']?.length))
    })
    const door = await world.door({}, [replica])
    const ask = (bytes: number) =>
      raw(door.port, `GET / HTTP/1.1\r\n${host}Connection: close\r\nX-Big: ${'x'.repeat(bytes)}\r\n\r\n`)
    const got = await ask(60_000)
    expect(got.slice(0, 12)).toBe('HTTP/1.1 200')
    expect(got).toContain('y'.repeat(100_000))
    expect(got.endsWith('\r\n\r\n60000')).toBe(true)
    expect(await ask(70_000)).toMatch(/^HTTP\/1\.1 431 /)
  })

  it('understands a request target with scheme and host', async () => {
    const replica = await world.replica('a', (request, response) => response.end(`${request.url} end`))
    const door = await world.door({}, [replica])
    expect(await raw(door.port, `GET http://test/a?b HTTP/1.1\r\n${host}\r\n`, finished)).toContain(
      '/a?b end',
    )
    expect(await raw(door.port, `GET http://test?b HTTP/1.1\r\n${host}\r\n`, finished)).toContain('/?b end')
  })
})

describe('the front door and upgrades', () => {
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
    expect(world.events.find(({ type }) => type === 'socket-closed')).toMatchObject({
      replica: 'a',
      reason: 'client',
      details: 'websocket_closed',
      bytesUp: 9,
      bytesDown: 17,
    })
  })

  it("passes a replica's refusal of an upgrade back as the plain answer it is", async () => {
    const replica = await world.replica('a')
    replica.server.on('upgrade', (_request, socket) => {
      socket.end(
        'HTTP/1.1 403 Forbidden\r\nX-Why: origin\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno',
      )
    })
    const door = await world.door({}, [replica])
    const open = await openSocket(door.port)
    await until('closed', () => open.closed !== undefined)
    expect(open.got).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
    expect(open.got).toContain('X-Why: origin')
    expect(open.got).toMatch(/connection: close/i)
    expect(open.got.endsWith('\r\n\r\nno')).toBe(true)
    await until('event', () => world.events.some(({ type }) => type === 'request'))
    expect(world.events.find(({ type }) => type === 'request')).toMatchObject({ status: 403, replica: 'a' })
  })

  it('passes back a long refusal to a client that reads slowly', async () => {
    const body = 'x'.repeat(5_000_000)
    const replica = await world.replica('a')
    replica.server.on('upgrade', (_request, socket) => {
      socket.end(
        `HTTP/1.1 400 Bad Request\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
      )
    })
    const door = await world.door({}, [replica])
    const open = await openSocket(door.port)
    open.socket.pause()
    setTimeout(() => open.socket.resume(), 100)
    await until('closed', () => open.closed !== undefined)
    expect(open.got.length - open.got.indexOf('\r\n\r\n') - 4).toBe(body.length)
  })

  it('ignores an upgrade to anything but WebSocket, body and connection included', async () => {
    const replica = await world.replica('a', (request, response) => {
      expect(request.headers.upgrade).toBeUndefined()
      request.on('data', chunk => response.write(chunk))
      request.on('end', () => response.end(request.url === '/2' ? 'end' : ''))
    })
    const door = await world.door({}, [replica])
    const h2c = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n'
    const asked = `POST /1 HTTP/1.1\r\n${host}${h2c}Content-Length: 4\r\n\r\nbodyGET /2 HTTP/1.1\r\n${host}\r\n`
    const got = await raw(door.port, asked, text => /end\r\n0\r\n\r\n$/.test(text) || finished(text))
    expect(got.match(/HTTP\/1\.1 200/g)).toHaveLength(2)
    expect(got).toContain('body')
    expect(door.status().connections).toBeLessThanOrEqual(1)
  })

  it('cuts a client that upgrades while an answer is on its way to it', async () => {
    const replica = await world.replica('a', () => undefined)
    const door = await world.door({}, [replica])
    const upgrade = `GET / HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
    expect(await raw(door.port, `GET / HTTP/1.1\r\n${host}\r\n${upgrade}`)).toBe('')
    await until('nothing is left', () => door.status().replicas[0]?.openRequests === 0)
  })

  it('refuses an upgrade that brings a body', async () => {
    const door = await world.door({}, [await world.replica('a')])
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n\r\nhello'
    expect(await raw(door.port, `GET / HTTP/1.1\r\n${host}${upgrade}`)).toMatch(/^HTTP\/1\.1 400 /)
  })
})
