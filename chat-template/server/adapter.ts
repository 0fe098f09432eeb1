import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter'
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter'
import { createClient } from 'redis'
import type { Config } from './config.ts'
import type { Log } from './log.ts'

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

/** Starts to connect and does not wait: without Redis a replica still serves its own clients. */
export function createReplication({ url, kind, log, publishFailed }: ReplicationOptions): Replication {
  if (url === undefined)
    return { kind: 'memory', adapter: undefined, ping: undefined, close: async () => undefined }
  const socket = {
    connectTimeout: 2_000,
    reconnectStrategy: (tries: number) => Math.min(50 * 2 ** tries, mostPauseMs) + Math.random() * 100,
  }
  // The streams adapter reads in a loop without a pause: if a read fails at once while Redis is away, it spins for ever.
  const disableOfflineQueue = kind !== 'streams'
  const pub = createClient({ url, socket, disableOfflineQueue, commandsQueueMaxLength: mostWaiting })
  // Subscriptions are asked for once and must be kept until Redis is there.
  const sub = pub.duplicate({ disableOfflineQueue: false })
  const clients = kind === 'streams' ? [pub] : [pub, sub]
  for (const client of clients) {
    // Without a listener an 'error' event ends the process.
    client.on('error', error => log.debug('redis', { error }))
    client.connect().catch(error => log.debug('redis', { error }))
  }
  catchAll(pub, ['publish', 'sPublish', 'xAdd'], publishFailed)
  const lost = (error: unknown) => log.debug('redis', { error })
  catchAll(
    sub,
    ['subscribe', 'pSubscribe', 'sSubscribe', 'unsubscribe', 'pUnsubscribe', 'sUnsubscribe'],
    lost,
  )
  return {
    kind,
    adapter: create(kind, pub, sub),
    ping: async () => {
      await pub.ping()
    },
    close: async () => {
      for (const client of clients) if (client.isOpen) client.destroy()
    },
  }
}

/** The adapters call these and do not look at the promise; a rejection that nobody handles ends the process. */
function catchAll(client: object, names: string[], failed: (error: unknown) => void): void {
  for (const name of names) {
    const original = (client as Record<string, (...args: unknown[]) => Promise<unknown>>)[name]!
    Object.assign(client, { [name]: (...args: unknown[]) => original.apply(client, args).catch(failed) })
  }
}

// The adapters' own parameters are untyped.
function create(kind: Config['adapter'], pub: unknown, sub: unknown) {
  if (kind === 'sharded') return createShardedAdapter(pub, sub)
  if (kind === 'streams') return createStreamsAdapter(pub)
  return createAdapter(pub, sub)
}
