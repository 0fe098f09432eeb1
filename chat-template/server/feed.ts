import type { Empty, Entry } from '../shared/events.ts'
import type { Log } from './log.ts'
import type { Range, Store } from './store/store.ts'
import type { Clock } from './types.ts'

/** A room that somebody here is in. */
interface OpenRoom {
  /** Every place up to here was delivered or is empty; undefined until the first reader has asked the store. */
  settled: number | undefined
  /** Delivered above a gap. */
  ahead: Set<number>
  pending: (Entry | Empty)[]
  lastFrame: number
  frameTimer: NodeJS.Timeout | undefined
  gapTimer: NodeJS.Timeout | undefined
  reading: boolean
}

export interface FeedOptions {
  store: Store
  clock: Clock
  log: Log
  /** Least time between two frames of a room, milliseconds. */
  pace: { readonly ms: number }
  /** To the clients of this replica. */
  emit: (room: string, entries: (Entry | Empty)[]) => void
  /** To the other replicas. */
  announce: (room: string, entries: Entry[]) => void
}

/** A gap may close by itself: replicas overtake one another. After this long the store is asked. */
const gapMs = 250
const pageSize = 200
/** More than these in a row were removed from the store: who has to know asks. */
const mostEmpty = 1_000

/**
 * Brings what is stored to the clients of this replica: each entry once, gaps closed from the store.
 * Replicas announce at once and the receiving side gathers: the first entry goes out immediately, then at most one
 * frame per room in the time that `pace` gives. One frame costs about the same whether it carries one message or thirty.
 */
export class Feed {
  readonly #rooms = new Map<string, OpenRoom>()
  readonly #options: FeedOptions

  constructor(options: FeedOptions) {
    this.#options = options
  }

  get openRooms(): number {
    return this.#rooms.size
  }

  /** From now on what happens in the room is of interest here. */
  open(room: string): void {
    if (this.#rooms.has(room)) return
    this.#rooms.set(room, {
      settled: undefined,
      ahead: new Set(),
      pending: [],
      lastFrame: 0,
      frameTimer: undefined,
      gapTimer: undefined,
      reading: false,
    })
  }

  /** The last member here has left. */
  close(room: string): void {
    const state = this.#rooms.get(room)
    clearTimeout(state?.frameTimer)
    clearTimeout(state?.gapTimer)
    this.#rooms.delete(room)
  }

  /** A reader was answered with everything up to `through`. */
  settle(room: string, through: number): void {
    const state = this.#rooms.get(room)
    if (state !== undefined && state.settled === undefined) this.#advance(state, through)
  }

  /** Stored by this replica. */
  publish(room: string, entries: Entry[]): void {
    this.#options.announce(room, entries)
    this.receive(room, entries)
  }

  /** Stored by this or another replica. */
  receive(room: string, entries: (Entry | Empty)[]): void {
    const state = this.#rooms.get(room)
    if (state === undefined) return
    const fresh = entries.filter(entry => entry.seq > (state.settled ?? -1) && !state.ahead.has(entry.seq))
    if (fresh.length === 0) return
    for (const entry of fresh) state.ahead.add(entry.seq)
    this.#advance(state, state.settled)
    for (const entry of fresh) state.pending.push(entry)
    this.#schedule(room, state)
    if (state.settled !== undefined && state.ahead.size > 0) {
      state.gapTimer ??= setTimeout(() => void this.#closeGap(room, state), gapMs)
    }
  }

  /** Asks the store how far each open room is, and fetches what no announcement brought. Never rejects. */
  async sweep(): Promise<void> {
    const rooms = [...this.#rooms.keys()]
    for (let at = 0; at < rooms.length; at += 500) {
      const heads = await this.#options.store
        .heads(rooms.slice(at, at + 500))
        .catch(() => new Map<string, number>())
      for (const [room, head] of heads) {
        const state = this.#rooms.get(room)
        if (state?.settled === undefined || head <= state.settled) continue
        state.gapTimer ??= setTimeout(() => void this.#closeGap(room, state), gapMs)
      }
    }
  }

  stop(): void {
    for (const room of [...this.#rooms.keys()]) this.close(room)
  }

  #advance(state: OpenRoom, to: number | undefined): void {
    if (to === undefined) return
    for (const seq of state.ahead) if (seq <= to) state.ahead.delete(seq)
    let settled = Math.max(state.settled ?? 0, to)
    while (state.ahead.delete(settled + 1)) settled++
    state.settled = settled
  }

  #schedule(room: string, state: OpenRoom): void {
    if (state.frameTimer !== undefined) return
    const { ms } = this.#options.pace
    // A clock that was set back must not make anybody wait for it.
    const wait = Math.min(ms, state.lastFrame + ms - this.#options.clock.now())
    if (wait <= 0) this.#flush(room, state)
    else state.frameTimer = setTimeout(() => this.#flush(room, state), wait)
  }

  #flush(room: string, state: OpenRoom): void {
    state.frameTimer = undefined
    state.lastFrame = this.#options.clock.now()
    const entries = state.pending.sort((a, b) => a.seq - b.seq)
    state.pending = []
    if (entries.length > 0) this.#options.emit(room, entries)
  }

  async #closeGap(room: string, state: OpenRoom): Promise<void> {
    state.gapTimer = undefined
    if (state.reading || state.settled === undefined || this.#rooms.get(room) !== state) return
    state.reading = true
    try {
      for (let more = true; more && this.#rooms.get(room) === state; ) {
        const { settled } = state
        const range = await this.#options.store.after(room, settled, pageSize)
        this.receive(room, [...range.entries, ...emptyPlaces(range, settled)])
        this.#advance(state, range.through)
        more = range.more
      }
    } catch (error) {
      this.#options.log.warn('a gap stays open until the store answers', { error })
    } finally {
      state.reading = false
    }
  }
}

/** What is settled after `after` and has no entry. Without this news each client would see a gap and ask for itself. */
function emptyPlaces({ entries, through }: Range, after: number): Empty[] {
  if (through - after > mostEmpty) return []
  const filled = new Set(entries.map(({ seq }) => seq))
  const places = Array.from({ length: through - after }, (_, at) => after + 1 + at)
  return places.filter(seq => !filled.has(seq)).map(seq => ({ seq, void: true }))
}
