import type { Entry } from '../shared/events.ts'
import type { RoomState } from './room-state.ts'
import { isPassing, retryMs, type SendingOptions } from './sending.ts'

/** The server closes gaps by itself in about a quarter of a second; only then does the client ask. */
const gapMs = 1_500

export interface CatchingUpOptions {
  ask: SendingOptions['ask']
  /** Whether one is in the room now, so that the server can be asked for it. */
  ready: (room: RoomState) => boolean
  take: (room: RoomState, entries: Entry[]) => void
}

/** Asks for what was missed until it is here. In a quiet room nothing else would ever tell that it is missing. */
export class CatchingUp {
  readonly #options: CatchingUpOptions
  readonly #timers = new Map<RoomState, ReturnType<typeof setTimeout>>()
  readonly #refused = new Set<RoomState>()

  constructor(options: CatchingUpOptions) {
    this.#options = options
  }

  /** Asks page by page. Never rejects: what is not answered now is asked for again later. */
  async run(room: RoomState): Promise<void> {
    const { ask, ready, take } = this.#options
    for (let more = true; more && ready(room); ) {
      const { settled } = room.log
      const page = await ask('history:after', { room: room.id, after: settled }).catch(() => undefined)
      // Whoever comes back to the room is told then what was missed.
      if (!ready(room)) return
      if (page === undefined || (!page.ok && isPassing(page))) return this.#again(room)
      if (!page.ok) return
      take(room, page.entries)
      room.log.settle(page.through)
      more = page.more
      // The server is not that far itself: asking without a pause would not help it.
      if (more && room.log.settled === settled) return this.#again(room)
    }
  }

  /** Something has come in. If it stands above a gap, and the gap does not close by itself, the server is asked. */
  look(room: RoomState): void {
    if (room.log.hasGap) this.#later(room, gapMs)
  }

  #again(room: RoomState): void {
    this.#refused.add(room)
    this.#later(room, retryMs)
  }

  #later(room: RoomState, waitMs: number): void {
    if (this.#timers.has(room)) return
    const ask = () => {
      this.#timers.delete(room)
      const refused = this.#refused.delete(room)
      if (refused || room.log.hasGap) void this.run(room)
    }
    this.#timers.set(room, setTimeout(ask, waitMs))
  }
}
