import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter'
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter'
import { createClient } from 'redis'
import { Server } from 'socket.io'
import { io as connect, type Socket } from 'socket.io-client'

export type AdapterKind = 'classic' | 'sharded' | 'streams'

/** A Socket.IO server, one client of it, and what both need. */
export interface Node {
  readonly server: Server
  readonly client: Socket
  stop(): Promise<void>
}

/** Makes a client of the official `redis` package that comes back quickly and says nothing of errors. */
export async function connectRedis(url: string, resp: 2 | 3) {
  const client = createClient({ url, RESP: resp, socket: { reconnectStrategy: () => 50 } })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

type RedisClient = Awaited<ReturnType<typeof connectRedis>>

/**
 * The adapters do not wait for what they send, so a lost connection is an unhandled rejection, which ends a process
 * (@socket.io/redis-adapter 8.3, index.js, broadcast). An app has to wrap the client like this too.
 */
function forgiving(client: RedisClient): RedisClient {
  const sends = new Set<string | symbol>(['publish', 'sPublish', 'xAdd'])
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        const result: unknown = value.apply(target, args)
        return sends.has(name) && result instanceof Promise ? result.catch(() => 0) : result
      }
    },
  })
}

/** Two Socket.IO servers that only know each other by the Redis at `url`, with one client each. */
export async function startCluster(url: string, kind: AdapterKind, resp: 2 | 3): Promise<[Node, Node]> {
  const prefix = `rtdeploy-test-${randomUUID()}`
  const nodes: [Node, Node] = [
    await startNode(url, kind, resp, prefix),
    await startNode(url, kind, resp, prefix),
  ]
  await untilConnected(nodes)
  return nodes
}

/** Resolves once each server's broadcasts reach the other's client. */
export async function untilConnected([one, two]: readonly [Node, Node]): Promise<void> {
  await Promise.all([untilHeard(one, two), untilHeard(two, one)])
}

async function untilHeard(speaker: Node, listener: Node): Promise<void> {
  const deadline = Date.now() + 30_000
  const word = randomUUID()
  let heard = false
  const hear = (): void => {
    heard = true
  }
  listener.client.on(word, hear)
  while (!heard) {
    if (Date.now() > deadline) throw new Error('the servers do not hear each other')
    speaker.server.emit(word)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  listener.client.off(word, hear)
}

async function startNode(url: string, kind: AdapterKind, resp: 2 | 3, prefix: string): Promise<Node> {
  const publisher = forgiving(await connectRedis(url, resp))
  const subscriber = await connectRedis(url, resp)
  const adapter = {
    classic: () => createAdapter(publisher, subscriber, { key: prefix }),
    sharded: () => createShardedAdapter(publisher, subscriber, { channelPrefix: prefix }),
    streams: () =>
      createStreamsAdapter(publisher, { streamName: prefix, channelPrefix: prefix, blockTimeInMs: 500 }),
  }[kind]()
  const http = createServer()
  const server = new Server(http, { adapter })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const client = connect(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true })
  await new Promise<void>(resolve => client.once('connect', resolve))
  return {
    server,
    client,
    stop: async () => {
      client.disconnect()
      await server.close()
      await publisher.del(prefix)
      await Promise.all([publisher.close(), subscriber.close()])
    },
  }
}
