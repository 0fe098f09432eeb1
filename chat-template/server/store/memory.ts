import type { Change, Message } from '../../shared/events.ts'
import { type Appended, type Draft, type Range, type Room, type Store, toEntry } from './store.ts'

interface Log {
  room: Room
  entries: (Message | Change)[]
  byClientId: Map<string, Message | Change>
  usedAt: number
}

/** Oldest entries are dropped beyond this: memory is for trying the app, not for keeping. */
const mostEntries = 20_000

/** Keeps everything in this process: for `npm run dev` without MongoDB and for tests. */
export class MemoryStore implements Store {
  readonly kind = 'memory'
  readonly #logs = new Map<string, Log>()

  async append(id: string, drafts: Draft[]): Promise<Appended[] | undefined> {
    const log = this.#logs.get(id)
    if (log === undefined) return undefined
    log.usedAt = Date.now()
    return drafts.map(draft => {
      const key = `${draft.from} ${draft.clientMsgId}`
      const before = log.byClientId.get(key)
      if (before !== undefined) return { entry: this.#current(id, before), duplicate: true }
      const entry = toEntry(draft, ++log.room.head)
      // A change keeps no text of its own: deleted from its message it is gone.
      const kept = 'from' in entry ? entry : { ...entry, text: null }
      log.entries.push(kept)
      log.byClientId.set(key, kept)
      if (log.entries.length > mostEntries) log.entries.splice(0, mostEntries / 10)
      return { entry, duplicate: false }
    })
  }

  async stored(id: string, from: string, clientMsgId: string): Promise<Message | Change | undefined> {
    const entry = this.#logs.get(id)?.byClientId.get(`${from} ${clientMsgId}`)
    return entry && this.#current(id, entry)
  }

  async after(id: string, after: number, limit: number): Promise<Range> {
    const all = this.#logs.get(id)?.entries.filter(entry => entry.seq > after) ?? []
    const entries = all.slice(0, limit)
    return {
      entries: entries.map(entry => this.#current(id, entry)),
      through: entries.at(-1)?.seq ?? after,
      more: all.length > limit,
    }
  }

  async before(id: string, before: number, limit: number): Promise<Range> {
    const all = this.#logs.get(id)?.entries.filter(entry => entry.seq < before) ?? []
    const entries = all.slice(-limit)
    return {
      entries: entries.map(entry => this.#current(id, entry)),
      through: entries.at(-1)?.seq ?? 0,
      more: all.length > limit,
    }
  }

  async rewrite(id: string, seq: number, from: string, text: string | null): Promise<boolean> {
    const message = this.#message(id, seq)
    if (message === undefined || message.from !== from) return false
    if (message.deleted) return text === null
    message.text = text ?? ''
    if (text === null) message.deleted = true
    else message.edited = true
    return true
  }

  async room(id: string): Promise<Room | undefined> {
    const room = this.#logs.get(id)?.room
    return room && { ...room }
  }

  async createRoom(room: Room): Promise<boolean> {
    if (this.#logs.has(room.id)) return false
    this.#logs.set(room.id, { room: { ...room }, entries: [], byClientId: new Map(), usedAt: Date.now() })
    return true
  }

  async publicRooms(limit: number): Promise<Room[]> {
    return [...this.#logs.values()]
      .filter(log => !log.room.private)
      .sort((a, b) => b.usedAt - a.usedAt)
      .slice(0, limit)
      .map(log => ({ ...log.room }))
  }

  async heads(rooms: string[]): Promise<Map<string, number>> {
    return new Map(rooms.flatMap(id => [[id, this.#logs.get(id)?.room.head ?? 0] as const]))
  }

  async ping(): Promise<void> {
    return
  }

  async close(): Promise<void> {
    this.#logs.clear()
  }

  #message(id: string, seq: number): Message | undefined {
    const found = this.#logs.get(id)?.entries.find(entry => entry.seq === seq)
    return found !== undefined && 'from' in found ? found : undefined
  }

  /** A change tells the state that its message has now: an older text must not come back by a replay. */
  #current(id: string, entry: Message | Change): Message | Change {
    if ('from' in entry) return { ...entry }
    const message = this.#message(id, entry.of)
    return { ...entry, text: message === undefined || message.deleted ? null : message.text }
  }
}
