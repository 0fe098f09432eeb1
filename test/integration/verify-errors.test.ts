import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { exitCodes } from '../../src/errors.ts'
import { freePort } from '../support/free-port.ts'
import { answering, http, openPacket, startRawServer } from '../support/socketio-raw-server.ts'
import { startReplicas } from '../support/socketio-replicas.ts'
import { runVerify, verifyError } from '../support/socketio-verify.ts'

describe('an address where nothing can be verified', () => {
  it('says that nobody listens', async () => {
    const error = await verifyError({ url: `http://127.0.0.1:${await freePort()}` })
    expect(error).toMatchObject({ code: 'target.unreachable', exitCode: exitCodes.missing })
    expect(error.message).toContain('nobody listens there (ECONNREFUSED)')
  })

  it('says that there is no such host', async () => {
    const error = await verifyError({ url: 'http://no-such-host.invalid:1234' })
    expect(error).toMatchObject({ code: 'target.unreachable', exitCode: exitCodes.missing })
    expect(error.message).toMatch(/ENOTFOUND|EAI_AGAIN/)
  })

  it('does not wait for ever for an answer', async () => {
    await using server = await startRawServer(() => undefined)
    const error = await verifyError({ url: server.url, timeoutMs: 200 })
    expect(error).toMatchObject({ code: 'target.unreachable', exitCode: exitCodes.missing })
    expect(error.message).toContain('within 200 ms')
    expect(error.hint).toContain(`https://127.0.0.1:${server.port}`)
  })

  it('shows what a web server without Socket.IO answered', async () => {
    await using server = await startRawServer(
      answering(() => http(404, '<html><style>x</style><h1>Not Found</h1></html>', { Server: 'nginx/1.27' })),
    )
    const error = await verifyError({ url: server.url })
    expect(error).toMatchObject({ code: 'target.not-socketio', exitCode: exitCodes.usage })
    expect(error.details).toEqual(['GET /socket.io/ answered 404 Not Found', 'server: nginx/1.27'])
  })

  it.each([
    [
      '<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1><hr>nginx/1.27</body></html>',
      'GET /socket.io/ answered 404 Not Found nginx/1.27',
    ],
    [
      '<title>Error</title><pre>Cannot GET /socket.io/</pre>',
      'GET /socket.io/ answered 404 Cannot GET /socket.io/',
    ],
    ['<title>Only a title</title>', 'GET /socket.io/ answered 404 Only a title'],
    [`<p>${'long '.repeat(60)}</p>`, `GET /socket.io/ answered 404 ${'long '.repeat(24)}…`],
  ])('says what a page says once: %s', async (body, told) => {
    await using server = await startRawServer(answering(() => http(404, body)))
    expect((await verifyError({ url: server.url })).details).toEqual([told])
  })

  it('takes a page that is always there for no Socket.IO either', async () => {
    await using server = await startRawServer(answering(() => http(200, '<!doctype html><title>App</title>')))
    expect(await verifyError({ url: server.url })).toMatchObject({ code: 'target.not-socketio' })
  })

  it('names the path when Socket.IO is elsewhere', async () => {
    await using replicas = await startReplicas({ count: 1, server: { path: '/realtime/' } })
    const url = `http://127.0.0.1:${replicas.ports[0]}`
    const error = await verifyError({ url })
    expect(error.message).toContain('/socket.io/')
    expect(error.hint).toContain('--path')
    const run = await runVerify({ url, socketPath: '/realtime/', expectedReplicas: 1 })
    expect(run.withStatus('fail')).toEqual([])
  })

  it('names the address that a redirect leads to, and does not go there', async () => {
    await using server = await startRawServer(
      answering(() => http(301, '', { Location: 'https://chat.example.com/socket.io/?EIO=4' })),
    )
    const error = await verifyError({ url: server.url })
    expect(error).toMatchObject({ code: 'target.redirect', hint: 'use https://chat.example.com' })
  })

  it('says that a login is wanted', async () => {
    await using server = await startRawServer(answering(() => http(401, 'who are you?')))
    const error = await verifyError({ url: server.url })
    expect(error).toMatchObject({ code: 'target.unauthorized', exitCode: exitCodes.missing })
    expect(error.hint).toContain('--header')
  })

  it('says that the handshake is forbidden', async () => {
    await using replicas = await startReplicas({
      count: 1,
      server: { allowRequest: (_, decide) => decide('no', false) },
    })
    const error = await verifyError({ url: `http://127.0.0.1:${replicas.ports[0]}` })
    expect(error).toMatchObject({ code: 'target.unauthorized' })
  })

  it('says that no replica is healthy', async () => {
    await using server = await startRawServer(answering(() => http(503, 'no healthy upstream')))
    const error = await verifyError({ url: server.url })
    expect(error).toMatchObject({ code: 'target.unhealthy', exitCode: exitCodes.missing })
    expect(error.details[0]).toContain('503 no healthy upstream')
  })

  it('is no end when only one replica of several is not healthy, but it is told', async () => {
    await using replicas = await startReplicas({ count: 1 })
    const { port } = replicas.all[0] ?? { port: 0 }
    let first = true
    await using server = await startRawServer(socket => {
      if (first) {
        first = false
        answering(() => http(502, 'Bad Gateway'))(socket)
        return
      }
      const upstream = connect(port, '127.0.0.1')
      upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy())
      socket.on('close', () => upstream.destroy())
      socket.pipe(upstream).pipe(socket)
    })
    const run = await runVerify({ url: server.url })
    expect(run.check('handshake.polling')).toMatchObject({
      status: 'warn',
      why: expect.stringContaining('502 Bad Gateway'),
    })
  })

  it('says that something does not speak HTTP', async () => {
    await using server = await startRawServer(socket => socket.end('SSH-2.0-OpenSSH_9.2p1\r\n'))
    expect(await verifyError({ url: server.url })).toMatchObject({ code: 'target.not-socketio' })
  })

  it('says that Engine.IO answers without Socket.IO', async () => {
    await using server = await startRawServer(
      answering(url =>
        url.includes('sid=') || url.includes('websocket') ? undefined : http(200, openPacket),
      ),
    )
    expect(await verifyError({ url: server.url, timeoutMs: 200 })).toMatchObject({
      code: 'target.not-socketio',
    })
  })
})

describe('a Socket.IO server that says no', () => {
  it('passes on the words of a CONNECT_ERROR', async () => {
    await using replicas = await startReplicas({ count: 1 })
    const refuse = (
      socket: { handshake: { auth: Record<string, unknown> } },
      next: (error?: Error) => void,
    ): void => next(socket.handshake.auth.token === 'right' ? undefined : new Error('token needed'))
    replicas.all[0]?.io.use(refuse)
    const url = `http://127.0.0.1:${replicas.ports[0]}`
    const error = await verifyError({ url })
    expect(error).toMatchObject({ code: 'target.refused', exitCode: exitCodes.missing })
    expect(error.message).toContain('CONNECT_ERROR "token needed"')
    expect(error.hint).toContain('--auth')
    expect(error.hint).not.toContain('rtdeploy.yaml')
    expect((await verifyError({ url, inProject: true })).hint).toContain('verify.auth in rtdeploy.yaml')
    const run = await runVerify({ url, auth: { token: 'right' }, expectedReplicas: 1 })
    expect(run.withStatus('fail')).toEqual([])
  })

  it('passes them on over polling too', async () => {
    await using replicas = await startReplicas({ count: 1, server: { transports: ['polling'] } })
    replicas.all[0]?.io.use((_, next) => next(new Error('token needed')))
    expect(await verifyError({ url: `http://127.0.0.1:${replicas.ports[0]}` })).toMatchObject({
      code: 'target.refused',
    })
  })

  it('names the namespace that is not there', async () => {
    await using replicas = await startReplicas({ count: 1 })
    const error = await verifyError({ url: `http://127.0.0.1:${replicas.ports[0]}`, namespace: '/admin' })
    expect(error).toMatchObject({ code: 'target.namespace', exitCode: exitCodes.usage })
    expect(error.message).toContain('/admin')
  })

  it('recognises Socket.IO 2', async () => {
    const { default: createV2 } = (await import('socket.io-v2' as string)) as {
      default: (server: unknown) => { close(done: () => void): void }
    }
    const server = createServer()
    const io = createV2(server)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    try {
      const error = await verifyError({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
      expect(error).toMatchObject({ code: 'target.protocol', exitCode: exitCodes.usage })
      expect(error.hint).toContain('RT054')
    } finally {
      server.closeAllConnections()
      await new Promise<void>(resolve => io.close(resolve))
    }
  })

  it('recognises the refusal of a protocol version', async () => {
    await using server = await startRawServer(
      answering(() => http(400, '{"code":5,"message":"Unsupported protocol version"}')),
    )
    expect(await verifyError({ url: server.url })).toMatchObject({ code: 'target.protocol' })
  })
})

describe('an address that is not one', () => {
  for (const [url, code] of [
    ['localhost:3000', 'url.invalid'],
    ['chat.example.com', 'url.invalid'],
    ['ftp://example.com', 'url.invalid'],
    ['http://example.com/chat', 'url.invalid'],
    ['', 'url.invalid'],
  ] as const) {
    it(`is refused: ${JSON.stringify(url)}`, async () => {
      expect(await verifyError({ url })).toMatchObject({ code, exitCode: exitCodes.usage })
    })
  }
})
