import { createCluster, ErrorReply, type RedisClientType } from 'redis'
import type { Calls } from './redis-calls.ts'

type Listener = (message: Buffer, channel: Buffer) => void
type Cluster = ReturnType<typeof createCluster>

export interface ShardsOptions {
  /** Connected already, or about to be. */
  pub: RedisClientType
  sub: RedisClientType
  cluster: Parameters<typeof createCluster>[0]
  calls: Calls
  /** Publishes that may wait for an answer. */
  mostWaiting: number
}

/** Nobody listens there. It is served by the same node as `socket.io#/#`, where the replicas talk. */
const probe = 'socket.io{socket.io#/#}probe'

/**
 * What the sharded adapter needs of a client, for one Redis and for a cluster. Which of the two it is, it says when it
 * first answers; in a cluster each channel has its node, and one client for one address would hear only that node's.
 */
export class Shards {
  readonly #options: ShardsOptions
  readonly #subscriptions = new Map<string, Listener>()
  #kind: 'unknown' | 'single' | 'cluster' = 'unknown'
  #cluster: Cluster | undefined
  #waiting = 0

  constructor(options: ShardsOptions) {
    this.#options = options
    options.pub.once('ready', () => void this.#find())
  }

  async #find(): Promise<void> {
    const { pub, sub } = this.#options
    let told: string
    try {
      told = await pub.info('cluster')
    } catch (error) {
      // A user who may not ask gets what one Redis has; in a cluster it then refuses, and says so.
      if (!(error instanceof ErrorReply)) return void pub.once('ready', () => void this.#find())
      told = ''
    }
    this.#kind = told.includes('cluster_enabled:1') ? 'cluster' : 'single'
    if (this.#kind === 'single') {
      for (const [channel, listener] of this.#subscriptions) void sub.sSubscribe(channel, listener, true)
      return
    }
    pub.destroy()
    sub.destroy()
    this.#open()
  }

  #open(): void {
    const { calls, cluster: options } = this.#options
    const cluster = createCluster(options)
    this.#cluster = cluster
    calls.watch(cluster, 'connect', 'node-')
    // After a slot has moved node-redis calls these itself, and does not look at the promise either.
    const inner = Object.getPrototypeOf(cluster)
    const wanted = () => this.#cluster === cluster
    calls.keep(inner, ['connect', 'sSubscribe'], wanted)
    calls.once(inner._slots, ['rediscover'])
    const connect = async () => {
      await cluster.connect()
      for (const [channel, listener] of this.#subscriptions) void cluster.sSubscribe(channel, listener, true)
    }
    void connect()
  }

  async sSubscribe(channel: string, listener: Listener): Promise<void> {
    this.#subscriptions.set(channel, listener)
    if (this.#kind === 'single') await this.#options.sub.sSubscribe(channel, listener, true)
    else if (this.#cluster?.isReady) await this.#cluster.sSubscribe(channel, listener, true)
  }

  async sUnsubscribe(channel: string): Promise<void> {
    this.#subscriptions.delete(channel)
    if (this.#kind !== 'unknown') await (this.#cluster ?? this.#options.sub).sUnsubscribe(channel)
  }

  async sPublish(channel: string, message: string | Buffer): Promise<number> {
    if (this.#kind === 'unknown') throw new Error('Redis has not answered yet')
    // In a cluster they also wait for a node that is being connected to, and there is no limit to those.
    if (this.#waiting >= this.#options.mostWaiting) throw new Error('Too many publishes wait for Redis')
    this.#waiting++
    try {
      return await (this.#cluster ?? this.#options.pub).sPublish(channel, message)
    } finally {
      this.#waiting--
    }
  }

  /** What the adapter asks with this is PUBSUB, about one channel. */
  async sendCommand(args: string[]): Promise<unknown> {
    return this.#cluster === undefined
      ? this.#options.pub.sendCommand(args)
      : this.#cluster.sendCommand(args[2], true, args)
  }

  ping(): Promise<unknown> {
    return this.#cluster === undefined ? this.#options.pub.ping() : this.#cluster.sPublish(probe, '')
  }

  /** All connections anew, when Redis no longer answers on these. False: it is not a cluster. */
  reopen(): boolean {
    if (this.#cluster === undefined) return false
    this.#cluster.destroy()
    this.#open()
    return true
  }

  close(): void {
    if (this.#cluster?.isOpen) this.#cluster.destroy()
  }
}
