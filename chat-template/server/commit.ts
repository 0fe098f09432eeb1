import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from './refusal.ts'
import type { Appended, Draft, Store } from './store/store.ts'

interface Waiting {
  draft: Draft
  resolve: (done: Appended) => void
  reject: (error: unknown) => void
}

interface Queue {
  waiting: Waiting[]
  busy: boolean
}

/** More than this many waiting in one room means that the store cannot keep up: better to say so at once. */
const mostWaiting = 2_000
const mostAtOnce = 200
/** A write with all that follows from it costs about as much as two frames to a hundred people. */
const framesAWrite = 2
const unhurried = { extraMs: 0 }

/**
 * One write at a time per room: what arrives during a write goes together into the next. On a busy replica, where several
 * came together, writes begin no closer to one another than `pace` adds for two frames, and each is paid for once for
 * many messages.
 */
export class Committer {
  readonly #store: Store
  readonly #queues = new Map<string, Queue>()
  readonly #published: (room: string, done: Appended[]) => void
  readonly #pace: { readonly extraMs: number }

  /** `published` is called with what is stored, in order, before the senders hear of it. */
  constructor(
    store: Store,
    published: (room: string, done: Appended[]) => void,
    pace: { readonly extraMs: number } = unhurried,
  ) {
    this.#store = store
    this.#published = published
    this.#pace = pace
  }

  /** Rooms with a write that is not done. */
  get busy(): number {
    return this.#queues.size
  }

  append(room: string, draft: Draft): Promise<Appended> {
    const queue = this.#queues.get(room) ?? { waiting: [], busy: false }
    this.#queues.set(room, queue)
    if (queue.waiting.length >= mostWaiting)
      return Promise.reject(new Refusal('unavailable', 'Too much at once', 1_000))
    const done = new Promise<Appended>((resolve, reject) => queue.waiting.push({ draft, resolve, reject }))
    if (!queue.busy) void this.#work(room, queue)
    return done
  }

  async #work(room: string, queue: Queue): Promise<void> {
    queue.busy = true
    while (queue.waiting.length > 0) {
      const began = performance.now()
      const batch = queue.waiting.splice(0, mostAtOnce)
      await this.#write(room, batch)
      const leftMs = began + framesAWrite * this.#pace.extraMs - performance.now()
      const full = queue.waiting.length >= mostAtOnce
      if (batch.length > 1 && leftMs > 1 && !full) await sleep(leftMs)
    }
    this.#queues.delete(room)
  }

  async #write(room: string, batch: Waiting[]): Promise<void> {
    try {
      const drafts = batch.map(({ draft }) => draft)
      const done = await this.#store.append(room, drafts)
      if (done === undefined) throw new Refusal('not-found', 'There is no such room')
      this.#published(room, done)
      for (const [at, { resolve }] of batch.entries()) resolve(done[at]!)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}
