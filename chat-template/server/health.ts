import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from './log.ts'
import { RedisRefusal } from './redis-calls.ts'
import { WriteWatch } from './write-watch.ts'

export type State = 'ok' | 'down' | 'none'

/** Asked once a second, so a probe's answer costs nothing and is at most that old. */
const everyMs = 1_000
/** More often while something is away: a start or a return should be noticed soon. */
const anxiousMs = 200
const patienceMs = 1_500

export interface Backend {
  /** `none`: there is no such backend, and that is as it should be. */
  ping: (() => Promise<void>) | undefined
}

/** Keeps an eye on Redis and MongoDB. */
export class Health {
  readonly writes = new WriteWatch()
  readonly #backends: Record<'redis' | 'mongo', Backend>
  readonly #log: Log
  readonly #changed: () => void
  readonly #states: Record<'redis' | 'mongo', State>
  /** MongoDB answered at least once: before that the replica has nothing to offer. */
  #started = false
  readonly #looked = new Set<string>()
  #reason: string | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(backends: Record<'redis' | 'mongo', Backend>, log: Log, changed: () => void) {
    this.#backends = backends
    this.#log = log
    this.#changed = changed
    this.#states = {
      redis: backends.redis.ping === undefined ? 'none' : 'down',
      mongo: backends.mongo.ping === undefined ? 'none' : 'down',
    }
    this.#started = backends.mongo.ping === undefined
  }

  get redis(): State {
    return this.#states.redis
  }

  get mongo(): State {
    return this.#states.mongo
  }

  /** What Redis says no to, in its words, while it is there and refuses; or that nothing can be written. */
  get reason(): string | undefined {
    return (
      this.#reason ?? (this.writes.toldFailing ? 'the store takes no writes, the log says why' : undefined)
    )
  }

  get started(): boolean {
    return this.#started
  }

  get #answered(): boolean {
    return this.redis !== 'down' && this.mongo !== 'down'
  }

  get healthy(): boolean {
    return this.#answered && !this.writes.toldFailing
  }

  async check(): Promise<void> {
    await Promise.all([this.#look('redis'), this.#look('mongo')])
    if (this.writes.look(this.#log)) this.#changed()
  }

  start(): void {
    const round = async () => {
      await this.check()
      if (this.#timer !== undefined)
        this.#timer = setTimeout(() => void round(), this.#answered ? everyMs : anxiousMs)
    }
    this.#timer = setTimeout(() => void round(), anxiousMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  async #look(name: 'redis' | 'mongo'): Promise<void> {
    const { ping } = this.#backends[name]
    if (ping === undefined) return
    let reason: string | undefined
    let failure: unknown
    const now = await inTime(ping).then(
      (): State => 'ok',
      (error): State => {
        failure = error
        if (error instanceof RedisRefusal) reason = error.message
        return 'down'
      },
    )
    if (name === 'mongo' && now === 'ok') this.#started = true
    const news = name === 'redis' && reason !== undefined && reason !== this.#reason
    if (name === 'redis') this.#reason = reason
    if (news) this.#log.warn('redis refuses what it is asked', { reason })
    // The first look is news in any case: it says why a start takes long.
    if (now === this.#states[name] && this.#looked.has(name)) return
    this.#looked.add(name)
    this.#states[name] = now
    if (now === 'ok') this.#log.info(`${name} answers`)
    else if (!news) this.#log.warn(`${name} does not answer`, { error: failure })
    this.#changed()
  }
}

async function inTime(ping: () => Promise<void>): Promise<void> {
  const abort = new AbortController()
  const late = sleep(patienceMs, undefined, { signal: abort.signal, ref: false }).then(() => {
    throw new Error('no answer in time')
  })
  late.catch(() => undefined)
  await Promise.race([ping(), late]).finally(() => abort.abort())
}
