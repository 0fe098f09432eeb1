/**
 * A server that speaks Redis' protocol inside one Node process, so that a Socket.IO app and its replicas run where no
 * redis-server can be had. It is not Redis: nothing is kept on disk, there is no cluster, no replication, no Lua, no
 * consumer groups and no access lists, and every key lives in this process' memory. What it does answer, it answers as
 * Redis 7.0 does, in RESP2 and RESP3, and what it does not know it refuses.
 */
import { createServer, type Server } from 'node:net'
import { commandTable } from './command-table.ts'
import { Connection } from './connection.ts'
import { Instance } from './instance.ts'
import { type OutputLimits, subscriberLimits } from './output-limit.ts'

export interface EmbeddedRedisOptions {
  /** 0 takes a free one. */
  readonly port: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Clients have to give it, for the user `default`; none by default. */
  readonly password?: string
  /** When a subscriber that does not read is cut; Redis' defaults when absent. */
  readonly subscriberLimits?: OutputLimits
}

export interface EmbeddedRedis {
  readonly port: number
  /** Cuts all connections and frees the port. */
  close(): Promise<void>
}

/** Expired keys that nobody asks for are dropped this often, so many at a time: Redis' own rhythm is 10 Hz. */
const sweepMs = 100
const keysPerSweep = 2_000

/** Starts a server and resolves when it listens. Rejects with Node's error, `EADDRINUSE` for instance. */
export async function startEmbeddedRedis(options: EmbeddedRedisOptions): Promise<EmbeddedRedis> {
  const instance = new Instance(commandTable, options.password)
  const connections = new Set<Connection>()
  const server = createServer(socket => {
    const connection = new Connection(socket, instance, options.subscriberLimits ?? subscriberLimits)
    connections.add(connection)
    socket.once('close', () => connections.delete(connection))
  })
  instance.port = await listen(server, options.port, options.host ?? '127.0.0.1')
  const timer = setInterval(() => {
    instance.keyspace.sweep(keysPerSweep)
    const now = Date.now()
    for (const connection of connections) if (connection.tooSlow(now)) connection.destroy()
  }, sweepMs).unref()
  return {
    port: instance.port,
    close: () =>
      new Promise(resolve => {
        clearInterval(timer)
        server.close(() => resolve())
        for (const connection of connections) connection.destroy()
      }),
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host }, () => {
      server.removeListener('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}
