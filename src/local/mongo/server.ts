import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Shared } from './commands/request.ts'
import { serve } from './connection.ts'
import { Cursors } from './cursors.ts'
import { Store } from './storage/store.ts'
import { deleteExpired } from './ttl.ts'

/** mongod looks for expired documents once a minute. https://www.mongodb.com/docs/v7.0/core/index-ttl/ */
const defaultTtlEveryMs = 60_000

export interface EmbeddedMongoOptions {
  /** 0 for any free port. */
  readonly port: number
  /** 127.0.0.1 by default: there are no users, so nobody else may come in. */
  readonly host?: string
  /** How often expired documents are deleted, in milliseconds. */
  readonly ttlEveryMs?: number
}

export interface EmbeddedMongo {
  readonly port: number
  /** Cuts the connections; the data is gone. */
  close(): Promise<void>
}

/**
 * A MongoDB server of its own, in memory, for development and tests: the official driver talks to it as to a
 * standalone server. Rejects with Node's error when the port is taken.
 */
export async function startEmbeddedMongo(options: EmbeddedMongoOptions): Promise<EmbeddedMongo> {
  const sockets = new Set<Socket>()
  const store = new Store()
  const cursors = new Cursors()
  let connections = 0
  const server = createServer(socket => {
    connections += 1
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    serve(socket, shared, connections)
  })
  server.listen(options.port, options.host ?? '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const shared: Shared = { store, cursors, startedAt: Date.now(), port }
  const timer = setInterval(() => {
    deleteExpired(store, Date.now())
    cursors.sweep(Date.now())
  }, options.ttlEveryMs ?? defaultTtlEveryMs)
  timer.unref()
  return {
    port,
    close: async () => {
      clearInterval(timer)
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
