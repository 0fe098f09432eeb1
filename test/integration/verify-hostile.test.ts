import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { startBalancer } from '../support/socketio-balancer.ts'
import { answering, http, openPacket, startRawServer } from '../support/socketio-raw-server.ts'
import { startReplicas } from '../support/socketio-replicas.ts'
import { runVerify, verifyError } from '../support/socketio-verify.ts'
import { until } from '../support/until.ts'

const megabyte = 1024 * 1024

/** Writes for ever, as fast as the other side reads. */
function flood(socket: Socket, chunk: string): void {
  const more = (): void => {
    while (socket.writable && socket.write(chunk));
  }
  socket.on('drain', more)
  more()
}

/** Speaks a WebSocket handshake, then says what it likes. */
function afterUpgrade(say: (socket: Socket) => void): (socket: Socket) => void {
  return socket => {
    socket.once('data', async bytes => {
      const key = /sec-websocket-key: (\S+)/i.exec(bytes.toString('latin1'))?.[1]
      if (key === undefined) return socket.write(http(400, '{"code":0,"message":"Transport unknown"}'))
      const { createHash } = await import('node:crypto')
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
      socket.write(
        `HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      )
      say(socket)
      return undefined
    })
  }
}

describe('a hostile server', () => {
  for (const [name, head] of [
    ['a body without end', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['a body of chunks without end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['a head without end', 'HTTP/1.1 200 OK\r\n'],
    ['a length that is too long', 'HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n'],
  ] as const) {
    it(`does not fill the memory with ${name}`, async () => {
      const chunk = `${'x'.repeat(0x4000)}`
      await using server = await startRawServer(socket =>
        socket.once('data', () => {
          socket.write(head)
          flood(socket, head.includes('chunked') ? `4000\r\n${chunk}\r\n` : chunk)
        }),
      )
      const before = process.memoryUsage().rss
      const error = await verifyError({ url: server.url })
      expect(error.code).toBe('target.not-socketio')
      expect(process.memoryUsage().rss - before).toBeLessThan(150 * megabyte)
    })
  }

  it('does not make us wait for a body that drips', async () => {
    await using server = await startRawServer(socket => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n')
      const timer = setInterval(() => socket.write('x'), 20)
      socket.on('close', () => clearInterval(timer))
    })
    expect(await verifyError({ url: server.url, timeoutMs: 300 })).toMatchObject({
      code: 'target.unreachable',
    })
  })

  for (const [name, bytes] of [
    ['a frame that claims to be huge', Buffer.from([0x81, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255])],
    ['a masked frame', Buffer.from([0x81, 0x81, 1, 2, 3, 4, 5])],
    ['reserved bits', Buffer.from([0xf1, 1, 48])],
    ['an unknown opcode', Buffer.from([0x83, 0])],
    ['a long ping', Buffer.from([0x89, 126, 1, 0])],
    ['a lonely continuation', Buffer.from([0x80, 1, 48])],
    ['text that is not UTF-8', Buffer.from([0x81, 2, 0xc3, 0x28])],
  ] as const) {
    it(`is cut off for ${name}`, async () => {
      await using server = await startRawServer(afterUpgrade(socket => socket.write(bytes)))
      const error = await verifyError({ url: server.url })
      expect(error.message).toContain('the server broke the WebSocket protocol')
    })
  }

  it('is cut off for fragments without end', async () => {
    await using server = await startRawServer(
      afterUpgrade(socket => {
        socket.write(Buffer.from([0x01, 1, 48]))
        flood(socket, '\0\x7d'.repeat(1) + 'y'.repeat(0x7d))
      }),
    )
    const before = process.memoryUsage().rss
    expect((await verifyError({ url: server.url })).message).toContain(
      'the server broke the WebSocket protocol',
    )
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * megabyte)
  })

  it('gets through a server that answers garbage in every session', async () => {
    let turn = 0
    const garbage = [
      '',
      'x',
      '\x1e\x1e',
      '4',
      '42',
      '42[',
      '9',
      '\0\0',
      '42{"a":1}',
      '44',
      `4${'['.repeat(50_000)}`,
    ]
    await using server = await startRawServer(
      answering((url, head) => {
        if (url.includes('websocket')) return http(400, 'Transport unknown')
        if (!url.includes('sid=')) return http(200, openPacket)
        if (head.startsWith('POST')) return http(200, 'ok')
        turn += 1
        if (turn === 1) return http(200, '40{"sid":"x"}')
        return http(200, garbage[turn % garbage.length] ?? '')
      }),
    )
    const run = await runVerify({ url: server.url, identity: 'none', timeoutMs: 300 })
    expect(run.withStatus('fail')).toContain('in-session.with-cookie')
  })

  it('may refuse us with a message that is none', async () => {
    await using server = await startRawServer(
      answering((url, head) => {
        if (url.includes('websocket')) return http(400, 'Transport unknown')
        if (head.startsWith('POST')) return http(200, 'ok')
        return http(200, url.includes('sid=') ? '44{"message":{"toString":1}}' : openPacket)
      }),
    )
    const error = await verifyError({ url: server.url })
    expect(error.message).toContain('CONNECT_ERROR "no reason given"')
  })

  it('may put anything into a host name', async () => {
    await using replicas = await startReplicas({
      count: 1,
      names: 'none',
      onSocket: socket => socket.emit('hostname', '\u001b[31m<script>alert(1)</script>\u202e'),
    })
    const run = await runVerify({ url: `http://127.0.0.1:${replicas.ports[0]}`, expectedReplicas: 1 })
    expect(run.check('spread.replicas').found).toMatch(/^12 fresh clients: <script>alert\(1\)<\/script> ×12;/)
  })
})

describe('an interrupt', () => {
  it('ends everything at once and leaves no connection', async () => {
    await using replicas = await startReplicas()
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
    const controller = new AbortController()
    const running = runVerify({ url: balancer.url, idleSec: 600 }, controller.signal)
    const outcome = expect(running).rejects.toThrow('enough')
    await until('verify is connected', () => replicas.all.some(replica => replica.io.engine.clientsCount > 0))
    const began = performance.now()
    controller.abort(new Error('enough'))
    await outcome
    expect(performance.now() - began).toBeLessThan(1_000)
    await until('no connection is left', () => balancer.open() === 0)
  })

  it('ends a run that waits for a server without words', async () => {
    await using server = await startRawServer(socket => socket.resume())
    const controller = new AbortController()
    const outcome = expect(
      runVerify({ url: server.url, timeoutMs: 60_000 }, controller.signal),
    ).rejects.toThrow('enough')
    await until('verify is connected', () => server.open() === 1)
    controller.abort(new Error('enough'))
    await outcome
    await until('no connection is left', () => server.open() === 0)
  })

  it('is looked at before anything is opened', async () => {
    await using server = await startRawServer(socket => socket.resume())
    await expect(runVerify({ url: server.url }, AbortSignal.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    )
    expect(server.open()).toBe(0)
  })
})
