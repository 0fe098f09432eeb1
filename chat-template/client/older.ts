import { limits } from '../shared/limits.ts'
import type { CatchingUpOptions } from './catching-up.ts'
import type { RoomState } from './room-state.ts'
import { retryMs } from './sending.ts'

/** The longest wait after a refusal, milliseconds. */
const mostMs = 30_000

export interface OlderOptions extends Pick<CatchingUpOptions, 'ask' | 'ready'> {
  /** Something has come, or may be asked for again. */
  changed: (room: string) => void
}

/** Loads what is older. Whoever needs it may ask as often as they like: after a refusal that does nothing for a while. */
export class Older {
  readonly #options: OlderOptions
  readonly #loading = new Set<RoomState>()
  readonly #waits = new Map<RoomState, { ms: number; timer?: ReturnType<typeof setTimeout> }>()

  constructor(options: OlderOptions) {
    this.#options = options
  }

  /** Loads the page before the oldest message. Never rejects. */
  async load(room: RoomState): Promise<void> {
    if (this.#loading.has(room) || this.#waits.get(room)?.timer !== undefined) return
    this.#loading.add(room)
    const done = await this.#load(room)
    this.#loading.delete(room)
    if (done) this.#options.changed(room.id)
  }

  /** The connection is a new one: what was refused by the one before may be asked for at once. */
  reset(): void {
    for (const { timer } of this.#waits.values()) clearTimeout(timer)
    this.#waits.clear()
  }

  async #load(room: RoomState): Promise<boolean> {
    const { ask, ready } = this.#options
    let before = room.log.oldest
    // A page may hold nothing but changes of messages that are here already.
    for (let added = 0; room.older && added === 0 && ready(room); ) {
      const page = await ask('history:before', { room: room.id, before }).catch(() => undefined)
      if (!ready(room)) return false
      if (!page?.ok) return this.#pause(room)
      this.#waits.delete(room)
      added = room.log.add(page.entries).length
      before = page.entries[0]?.seq ?? Math.max(0, before - limits.page)
      room.older = page.more
    }
    return true
  }

  #pause(room: RoomState): false {
    const ms = Math.min(2 * (this.#waits.get(room)?.ms ?? retryMs / 2), mostMs)
    const again = () => {
      this.#waits.set(room, { ms })
      if (this.#options.ready(room)) this.#options.changed(room.id)
      else this.#waits.delete(room)
    }
    this.#waits.set(room, { ms, timer: setTimeout(again, ms) })
    return false
  }
}
