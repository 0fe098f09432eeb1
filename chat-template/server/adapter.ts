import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter'
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter'
import { createClient, type RedisClientOptions, type RedisClientType, type RedisClusterOptions } from 'redis'
import type { Config } from './config.ts'
import type { Log } from './log.ts'
import { Calls } from './redis-calls.ts'
import { Shards } from './shards.ts'

/** How replicas reach one another. */
export interface Replication {
  kind: Config['adapter'] | 'memory'
  /** For Socket.IO's `adapter` option; undefined: its own, in memory. */
  // biome-ignore lint/suspicious/noExplicitAny: the type that Socket.IO's own option has
  adapter: any
  ping: (() => Promise<void>) | undefined
  close(): Promise<void>
}

export interface ReplicationOptions {
  url: string | undefined
  kind: Config['adapter']
  log: Log
  publishFailed: () => void
}

/** Publishes that may wait for Redis' answer: a Redis that hangs must not fill the memory, nor burst when it wakes. */
const mostWaiting = 1_000
/** Longest pause between two attempts to reconnect; well inside the five seconds that a gap may last. */
const mostPauseMs = 1_000
/**
 * A connection whose packets vanish is not closed by anybody; TCP takes a quarter of an hour to notice. Longer than the
 * 5 s for which the streams adapter waits for news.
 */
const silentMs = 8_000
/** A subscriber writes nothing by itself, so it could be silent and well. */
const pingMs = 2_000

/** Starts to connect and does not wait: without Redis a replica still serves its own clients. */
export function createReplication({ url, kind, log, publishFailed }: ReplicationOptions): Replication {
  if (url === undefined)
    return { kind: 'memory', adapter: undefined, ping: undefined, close: async () => undefined }
  const calls = new Calls(log)
  const options = () => ({
    socket: {
      connectTimeout: 2_000,
      socketTimeout: silentMs,
      reconnectStrategy: (tries: number) => Math.min(50 * 2 ** tries, mostPauseMs) + Math.random() * 100,
    },
    pingInterval: pingMs,
    commandsQueueMaxLength: mostWaiting,
  })
  // The streams adapter reads in a loop without a pause: if a read fails at once while Redis is away, it spins for ever.
  const disableOfflineQueue = kind !== 'streams'
  const watched = (client: RedisClientType, name: string) => {
    calls.watch(client, name)
    calls.once(client, ['publish', 'sPublish', 'xAdd'], publishFailed)
    // Subscriptions are asked for once and must be kept until Redis is there.
    calls.keep(client, ['subscribe', 'pSubscribe', 'sSubscribe', 'xRead'])
    calls.once(client, ['connect', 'unsubscribe', 'pUnsubscribe', 'sUnsubscribe'])
    return client
  }
  const pub = watched(createClient({ url, ...options(), disableOfflineQueue }) as RedisClientType, 'pub')
  const duplicate = pub.duplicate.bind(pub) as (more?: object) => RedisClientType
  const another = (more?: object) => watched(duplicate(more), 'sub')
  // The streams adapter makes its clients of this one.
  Object.assign(pub, { duplicate: another })
  const sub = kind === 'streams' ? undefined : another({ disableOfflineQueue: false })
  const clients = sub === undefined ? [pub] : [pub, sub]
  for (const client of clients) void client.connect()
  const shards =
    kind === 'sharded'
      ? new Shards({ pub, sub: sub!, cluster: inCluster(url, pub, options()), calls, mostWaiting })
      : undefined
  if (shards !== undefined) {
    calls.once(shards, ['sPublish'], publishFailed)
    calls.once(shards, ['sUnsubscribe'])
  }

  let asked: Promise<unknown> | undefined
  let askedAt = 0
  const reconnect = () => {
    if (shards?.reopen() || !pub.isReady) return
    pub.destroy()
    void pub.connect()
  }
  const ping = async () => {
    // One at a time: each write makes a socket count as alive.
    if (asked === undefined) {
      askedAt = performance.now()
      asked = (shards ?? pub).ping().finally(() => {
        asked = undefined
      })
      asked.catch(() => undefined)
    } else if (performance.now() - askedAt > silentMs) {
      askedAt = performance.now()
      reconnect()
    }
    calls.check()
    await asked
  }
  return {
    kind,
    adapter: create(kind, shards ?? pub, sub),
    ping,
    close: async () => {
      calls.close()
      shards?.close()
      for (const client of clients) if (client.isOpen) client.destroy()
    },
  }
}

/** Its other nodes have addresses of their own; the user and the password are the same, and so is TLS. */
function inCluster(url: string, { options: { username, password } }: RedisClientType, own: object) {
  const tls = url.startsWith('rediss:')
  const defaults = { ...own, username, password, socket: { ...(own as RedisClientOptions).socket, tls } }
  return { rootNodes: [{ url }], minimizeConnections: true, defaults } as RedisClusterOptions
}

// The adapters' own parameters are untyped.
function create(kind: Config['adapter'], pub: unknown, sub: unknown) {
  // Only what is said to all replicas goes through Redis; a channel for each room would be asked for in vain.
  if (kind === 'sharded') return createShardedAdapter(pub, pub, { subscriptionMode: 'static' })
  if (kind === 'streams') return createStreamsAdapter(pub)
  return createAdapter(pub, sub)
}
