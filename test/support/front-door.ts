import { createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http'
import { type AddressInfo, connect, type Server as NetServer, type Socket } from 'node:net'
import type { LoadBalancer } from '../../src/config/config.ts'
import type { FrontDoorEvent } from '../../src/local/front-door/event.ts'
import {
  type FrontDoor,
  type FrontDoorOptions,
  startFrontDoor,
} from '../../src/local/front-door/front-door.ts'
import { until } from './until.ts'

export interface TestReplica {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly server: Server
  /** What it answers to health checks. */
  ready: number
  close(): Promise<void>
}

export interface World {
  readonly events: FrontDoorEvent[]
  /** An HTTP server of this process that answers health checks on /ready. */
  replica(name: string, listener?: RequestListener): Promise<TestReplica>
  /** A front door before these, once all of them are healthy. */
  door(
    settings: Partial<LoadBalancer>,
    replicas: readonly { name: string; host: string; port: number }[],
    options?: Partial<FrontDoorOptions>,
  ): Promise<FrontDoor>
  /** Runs at the end, last first. */
  defer(undo: () => unknown): void
  close(): Promise<void>
}

/** Everything that a test of the front door opens, and closes again. */
export function createWorld(): World {
  const undo: (() => unknown)[] = []
  const events: FrontDoorEvent[] = []
  return {
    events,
    defer: step => undo.push(step),
    async replica(name, listener = (_request, response) => response.end(name)) {
      const server = createServer({ keepAliveTimeout: 620_000, maxHeaderSize: 128 * 1024 })
      const sockets = new Set<Socket>()
      const replica: TestReplica = {
        name,
        host: '127.0.0.1',
        port: await listen(server),
        server,
        ready: 200,
        close: async () => {
          for (const socket of sockets) socket.destroy()
          await closeServer(server)
        },
      }
      // Upgraded sockets are not the server's any more: closeAllConnections() leaves them open.
      server.on('connection', socket => {
        sockets.add(socket)
        socket.on('close', () => sockets.delete(socket))
      })
      server.on('request', (asked, answer) => {
        if (asked.url !== '/ready') return listener(asked, answer)
        answer.writeHead(replica.ready).end()
      })
      undo.push(replica.close)
      return replica
    },
    async door(settings, replicas, options = {}) {
      const door = await startFrontDoor({
        port: 0,
        readyPath: '/ready',
        checkEveryMs: 100,
        onEvent: event => events.push(event),
        settings: { kind: 'envoy', affinity: 'none', timeout: 30, draining: 0, ...settings },
        ...options,
      })
      undo.push(() => door.close())
      door.setReplicas(replicas.map(({ name, host, port }) => ({ name, host, port })))
      await until('replicas are healthy', () => door.status().replicas.every(({ healthy }) => healthy))
      return door
    },
    async close() {
      for (const step of undo.splice(0).reverse()) await step()
      events.length = 0
    },
  }
}

export async function listen(server: NetServer): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise(resolve => server.close(resolve))
  server.closeAllConnections()
  await closed
}

export interface Got {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly rawHeaders: readonly string[]
  readonly body: string
}

export interface Ask {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

/** One request on a connection of its own. */
export async function get(url: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent: false }, async answer => {
      try {
        const chunks: Buffer[] = []
        for await (const chunk of answer) chunks.push(chunk)
        const { statusCode = 0, rawHeaders } = answer
        resolve({
          status: statusCode,
          headers: answer.headers,
          rawHeaders,
          body: Buffer.concat(chunks).toString(),
        })
      } catch (error) {
        reject(error)
      }
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

/** Sends text as it is, and gives all that comes back until the other side closes or `enough` says so. */
export async function raw(
  port: number,
  text: string | Buffer,
  enough = (_got: string) => false,
): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  return new Promise((resolve, reject) => {
    let got = ''
    socket.on('data', chunk => {
      got += chunk.toString('latin1')
      if (!enough(got)) return
      socket.destroy()
      resolve(got)
    })
    socket.on('close', () => resolve(got))
    socket.on('error', error => (got === '' ? reject(error) : resolve(got)))
    socket.write(text)
  })
}

/** A WebSocket handshake by hand; the 101 and what follows it are collected. */
export async function openSocket(port: number, extra = ''): Promise<RawSocket> {
  const socket = connect(port, '127.0.0.1')
  const opened: RawSocket = { socket, got: '', closed: undefined, openedAt: performance.now() }
  socket.on('data', chunk => {
    opened.got += chunk.toString('latin1')
  })
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    opened.closed = performance.now() - opened.openedAt
  })
  socket.write(
    `GET /socket HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGVzdHRlc3R0ZXN0dGVzdA==\r\n\r\n${extra}`,
  )
  await until('handshake', () => opened.got.includes('\r\n\r\n') || opened.closed !== undefined)
  return opened
}

export interface RawSocket {
  readonly socket: Socket
  readonly openedAt: number
  got: string
  /** Milliseconds after the opening; undefined while it is open. */
  closed: number | undefined
}

/** Makes a server accept every upgrade and send all bytes back. */
export function echoUpgrades(server: Server, greeting = ''): void {
  server.on('upgrade', (_request, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${greeting}`,
    )
    socket.write(head)
    socket.pipe(socket)
  })
}
