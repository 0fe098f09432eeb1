import { setTimeout as sleep } from 'node:timers/promises'
import { type Collection, type Filter, MongoBulkWriteError, MongoServerError } from 'mongodb'
import type { Change, Message } from '../../shared/events.ts'
import { known, MongoConnection, type MongoOptions } from './mongo-connection.ts'
import {
  type EntryDoc,
  fromDoc,
  openPlaces,
  type RoomDoc,
  roomExpiry,
  toDoc,
  toRoom,
  toVoid,
} from './mongo-documents.ts'
import {
  type Appended,
  type Draft,
  type Range,
  type Room,
  type Store,
  StoreUnavailable,
  toEntry,
} from './store.ts'

const duplicateKey = 11000
/** How long a reader gives the writer of an empty place before it closes the place for ever. */
const graceMs = 250

export class MongoStore implements Store {
  readonly kind = 'mongodb'
  readonly connection: MongoConnection

  constructor(options: MongoOptions) {
    this.connection = new MongoConnection(options)
  }

  get #rooms(): Collection<RoomDoc> {
    return this.connection.rooms
  }

  get #entries(): Collection<EntryDoc> {
    return this.connection.entries
  }

  append(id: string, drafts: Draft[]): Promise<Appended[] | undefined> {
    return known(async () => {
      const results = new Map<Draft, Appended>()
      let waiting = drafts
      // A place can be lost to a reader that closed it; the draft then takes a new one. Five times in a row is a fault.
      for (let round = 0; waiting.length > 0 && round < 5; round++) {
        const first = await this.#reserve(id, waiting.length)
        if (first === undefined) return undefined
        waiting = await this.#insert(id, first, waiting, results)
      }
      if (waiting.length > 0) throw new StoreUnavailable('no free place in the log')
      return drafts.map(draft => results.get(draft)!)
    })
  }

  /** The first of `count` places, taken in one atomic step. */
  async #reserve(id: string, count: number): Promise<number | undefined> {
    const now = Date.now()
    const room = await this.#rooms.findOneAndUpdate(
      { _id: { $eq: id } },
      { $inc: { seq: count }, $set: { usedAt: new Date(now), ...roomExpiry(id, now) } },
      { returnDocument: 'after', projection: { seq: 1 } },
    )
    return room === null ? undefined : room.seq - count + 1
  }

  /** Inserts the drafts from place `first` on. Returns those that lost their place. */
  async #insert(id: string, first: number, drafts: Draft[], results: Map<Draft, Appended>): Promise<Draft[]> {
    const docs = drafts.map((draft, at) => toDoc(id, first + at, draft))
    const refused = await this.#insertMissing(docs)
    const again: Draft[] = []
    for (const [at, draft] of drafts.entries()) {
      if (!refused.has(at)) results.set(draft, { entry: toEntry(draft, first + at), duplicate: false })
    }
    for (const at of refused) {
      const draft = drafts[at]!
      const stored = await this.#find(id, draft.from, draft.clientMsgId)
      if (stored === undefined) again.push(draft)
      else {
        results.set(draft, { entry: stored, duplicate: true })
        await this.#insertMissing([toVoid(id, first + at)])
      }
    }
    return again
  }

  /** Inserts what no unique index forbids; the answer has the positions of the others. */
  async #insertMissing(docs: EntryDoc[]): Promise<Set<number>> {
    try {
      await this.#entries.insertMany(docs, { ordered: false })
      return new Set()
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError)) throw error
      const failures = [error.writeErrors].flat()
      if (failures.length === 0 || failures.some(failure => failure.code !== duplicateKey)) throw error
      return new Set(failures.map(failure => failure.index))
    }
  }

  async #find(id: string, from: string, clientMsgId: string): Promise<Message | Change | undefined> {
    const mine = { senderId: { $eq: from }, clientMsgId: { $eq: clientMsgId } }
    const doc = await this.#entries.findOne({ roomId: { $eq: id }, ...mine })
    return doc === null ? undefined : (await this.#range(id, [doc], 0, false)).entries[0]
  }

  stored(id: string, from: string, clientMsgId: string): Promise<Message | Change | undefined> {
    return known(() => this.#find(id, from, clientMsgId))
  }

  after(id: string, after: number, limit: number): Promise<Range> {
    return known(async () => {
      const read = (last: number) =>
        this.#page({ roomId: { $eq: id }, seq: { $gt: after, $lte: last } }, 1, limit + 1)
      const { docs, cut } = await this.#dense(id, read, () => after)
      return this.#range(id, docs.slice(0, limit), after, cut || docs.length > limit)
    })
  }

  before(id: string, before: number, limit: number): Promise<Range> {
    return known(async () => {
      const read = (last: number) =>
        this.#page({ roomId: { $eq: id }, seq: { $lt: before, $lte: last } }, -1, limit + 1)
      // With the beginning of the log on the page its first places have to be there as well.
      const { docs, cut } = await this.#dense(id, read, found => (found.length > limit ? undefined : 0))
      return this.#range(id, docs.slice(-limit), 0, cut || docs.length > limit)
    })
  }

  async #page(filter: Filter<EntryDoc>, direction: 1 | -1, limit: number): Promise<EntryDoc[]> {
    const docs = await this.#entries.find(filter).sort({ seq: direction }).limit(limit).toArray()
    return direction === 1 ? docs : docs.reverse()
  }

  /**
   * Reads until no place is open below the last one that was there at first: it waits for slow writers, then it closes
   * what is left. What came meanwhile is left for the next time, since its writers had no time yet. `from`: the place
   * after which all have to be there, undefined for the first document. `cut`: not all could be closed.
   */
  async #dense(
    id: string,
    read: (last: number) => Promise<EntryDoc[]>,
    from: (docs: EntryDoc[]) => number | undefined,
  ): Promise<{ docs: EntryDoc[]; cut: boolean }> {
    let docs = await read(Number.MAX_SAFE_INTEGER)
    const last = docs.at(-1)?.seq ?? 0
    const open = () => openPlaces(docs, from(docs))
    if (open().length > 0) {
      await sleep(graceMs)
      docs = await read(last)
    }
    for (let round = 0; open().length > 0 && round < 3; round++) {
      await this.#insertMissing(open().map(seq => toVoid(id, seq)))
      docs = await read(last)
    }
    const [first] = open()
    return first === undefined
      ? { docs, cut: false }
      : { docs: docs.filter(({ seq }) => seq < first), cut: true }
  }

  /** Changes are answered with the state that their message has now: an older text must not come back by a replay. */
  async #range(id: string, docs: EntryDoc[], after: number, more: boolean): Promise<Range> {
    const changed = docs.flatMap(doc => (doc.of === undefined ? [] : [doc.of]))
    const targets = new Map<number, EntryDoc>()
    if (changed.length > 0) {
      for await (const doc of this.#entries.find({ roomId: { $eq: id }, seq: { $in: changed } })) {
        targets.set(doc.seq, doc)
      }
    }
    const entries = docs.filter(doc => !doc.void).map(doc => fromDoc(doc, targets))
    return { entries, through: docs.at(-1)?.seq ?? after, more }
  }

  rewrite(id: string, seq: number, from: string, text: string | null): Promise<boolean> {
    const change = text === null ? { text: '', deleted: true } : { text, edited: true }
    return known(async () => {
      const mine = { roomId: { $eq: id }, seq: { $eq: seq }, senderId: { $eq: from }, of: { $exists: false } }
      const done = await this.#entries.updateOne({ ...mine, deleted: { $ne: true } }, { $set: change })
      if (done.matchedCount > 0 || text !== null) return done.matchedCount > 0
      // A delete that is repeated because its answer was lost has already happened.
      return (await this.#entries.countDocuments({ ...mine, deleted: true }, { limit: 1 })) > 0
    })
  }

  room(id: string): Promise<Room | undefined> {
    return known(async () => {
      const doc = await this.#rooms.findOne({ _id: { $eq: id } })
      return doc === null ? undefined : toRoom(doc)
    })
  }

  createRoom(room: Room): Promise<boolean> {
    const now = Date.now()
    return known(async () => {
      try {
        const { id, title, private: hidden, head } = room
        await this.#rooms.insertOne({
          _id: id,
          title,
          private: hidden,
          seq: head,
          usedAt: new Date(now),
          ...roomExpiry(id, now),
        })
        return true
      } catch (error) {
        if (error instanceof MongoServerError && error.code === duplicateKey) return false
        throw error
      }
    })
  }

  publicRooms(limit: number): Promise<Room[]> {
    return known(async () => {
      const docs = await this.#rooms.find({ private: false }).sort({ usedAt: -1 }).limit(limit).toArray()
      return docs.map(toRoom)
    })
  }

  heads(rooms: string[]): Promise<Map<string, number>> {
    return known(async () => {
      const docs = await this.#rooms.find({ _id: { $in: rooms } }, { projection: { seq: 1 } }).toArray()
      return new Map(docs.map(doc => [doc._id, doc.seq]))
    })
  }

  /** Rejects until the indexes are there: without them nothing is unique. */
  ping(): Promise<void> {
    return known(() => this.connection.ping())
  }

  close(): Promise<void> {
    return this.connection.close()
  }
}
