import { createServer, type Server as HttpServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Server, type ServerOptions, type Socket } from 'socket.io'

export interface Replica {
  readonly name: string
  readonly port: number
  readonly http: HttpServer
  readonly io: Server
}

export interface ReplicaOptions {
  readonly count?: number
  /** What an adapter does: messages reach the other replicas too. Default true. */
  readonly adapter?: boolean
  /** Where the name goes: the `hostname` event (default), the `x-pod` header of every answer, or both. */
  readonly names?: 'event' | 'header' | 'both' | 'none'
  readonly server?: Partial<ServerOptions>
  readonly listener?: RequestListener
  readonly tls?: { readonly key: string; readonly cert: string }
  /** More to do with each new socket. */
  readonly onSocket?: (socket: Socket, name: string) => void
}

export interface Replicas extends AsyncDisposable {
  readonly all: readonly Replica[]
  readonly ports: readonly number[]
}

/** Real Socket.IO servers, each on a port of its own, that name themselves chat-0, chat-1 and so on. */
export async function startReplicas(options: ReplicaOptions = {}): Promise<Replicas> {
  const cluster: Server[] = []
  const all = await Promise.all(
    Array.from({ length: options.count ?? 3 }, (_, at) => startReplica(`chat-${at}`, options, cluster)),
  )
  return {
    all,
    ports: all.map(replica => replica.port),
    async [Symbol.asyncDispose]() {
      await Promise.all(
        all.map(async replica => {
          await replica.io.close()
          replica.http.closeAllConnections()
        }),
      )
    },
  }
}

async function startReplica(name: string, options: ReplicaOptions, cluster: Server[]): Promise<Replica> {
  const listener: RequestListener = options.listener ?? ((_, response) => response.writeHead(404).end())
  const http = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener)
  const { adapter = true, names = 'event' } = options
  const io = new Server(http as HttpServer, options.server)
  cluster.push(io)
  if (names === 'header' || names === 'both') {
    io.engine.use(
      (_: unknown, response: { setHeader(name: string, value: string): void }, next: () => void) => {
        response.setHeader('x-pod', name)
        next()
      },
    )
  }
  io.on('connection', socket => {
    if (names === 'event' || names === 'both') socket.emit('hostname', name)
    socket.on('whoami', callback => callback(name))
    socket.on('join', (room, callback) => {
      socket.join(room)
      callback?.({ ok: true })
    })
    socket.on('message', ({ room, text }, callback) => {
      for (const member of adapter ? cluster : [io]) member.to(room).emit('message', { text, from: name })
      callback?.({ ok: true })
    })
    options.onSocket?.(socket, name)
  })
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve))
  return { name, port: (http.address() as AddressInfo).port, http: http as HttpServer, io }
}

/** What `verify` needs to see messages cross these replicas. */
export const replicaFanOut = {
  join: ['join', '$room'],
  send: ['message', { room: '$room', text: '$text', id: '$id' }],
  receive: 'message',
} as const
