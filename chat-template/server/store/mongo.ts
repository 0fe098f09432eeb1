import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Collection,
  type Db,
  type Filter,
  MongoBulkWriteError,
  MongoClient,
  MongoServerError,
} from 'mongodb'
import type { Change, Message } from '../../shared/events.ts'
import { probePrefix } from '../../shared/limits.ts'
import {
  type Appended,
  type Draft,
  probeLifeMs,
  type Range,
  type Room,
  type Store,
  StoreUnavailable,
} from './store.ts'

interface RoomDoc {
  _id: string
  title: string
  private: boolean
  seq: number
  usedAt: Date
  expiresAt?: Date
}

/** One document an entry. `void`: a place that its writer left empty. */
interface EntryDoc {
  roomId: string
  seq: number
  senderId: string
  clientMsgId: string
  name: string
  text: string
  createdAt: Date
  of?: number
  edited?: boolean
  deleted?: boolean
  void?: boolean
  expiresAt?: Date
}

const duplicateKey = 11000
/** How long a reader gives the writer of an empty place before it closes the place for ever. */
const graceMs = 250

export interface MongoOptions {
  url: string
  database: string
  /** The longest that any one operation may take, milliseconds. */
  timeoutMs?: number
}

export class MongoStore implements Store {
  readonly kind = 'mongodb'
  readonly #options: MongoOptions
  #url: string
  #client!: MongoClient
  #rooms!: Collection<RoomDoc>
  #entries!: Collection<EntryDoc>
  #prepared = false
  #closed = false

  constructor(options: MongoOptions) {
    this.#options = options
    this.#url = options.url
    this.#open()
  }

  /** Starts over without the user and the password of the address. */
  async leaveOutLogin(): Promise<void> {
    this.#url = this.#url.replace(/^(mongodb(?:\+srv)?:\/\/)[^@/]*@/, '$1')
    await this.reopen()
  }

  /** Starts over. A client of the driver whose very first connection failed answers "Topology is closed" for ever. */
  async reopen(): Promise<void> {
    if (this.#closed) return
    const old = this.#client
    this.#open()
    await old.close()
  }

  #open(): void {
    const timeoutMs = this.#options.timeoutMs ?? 3_000
    // The driver's own defaults wait 30 s for a server, and for ever for a reply: a chat must say no sooner.
    this.#client = new MongoClient(this.#url, {
      serverSelectionTimeoutMS: timeoutMs,
      connectTimeoutMS: timeoutMs,
      socketTimeoutMS: timeoutMs,
      waitQueueTimeoutMS: 2_000,
      maxPoolSize: 20,
      w: 'majority',
      ignoreUndefined: true,
    })
    const db: Db = this.#client.db(this.#options.database)
    this.#rooms = db.collection('rooms')
    this.#entries = db.collection('messages')
  }

  /** Makes the indexes that the guarantees rest on. Rejects while the server cannot be reached; may be repeated. */
  async prepare(): Promise<void> {
    await this.#entries.createIndexes([
      { key: { roomId: 1, seq: 1 }, unique: true },
      { key: { roomId: 1, senderId: 1, clientMsgId: 1 }, unique: true },
      { key: { expiresAt: 1 }, expireAfterSeconds: 0 },
    ])
    await this.#rooms.createIndexes([
      { key: { private: 1, usedAt: -1 } },
      { key: { expiresAt: 1 }, expireAfterSeconds: 0 },
    ])
    this.#prepared = true
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
    const expiresAt = id.startsWith(probePrefix) ? { expiresAt: new Date(now + probeLifeMs * 2) } : {}
    const room = await this.#rooms.findOneAndUpdate(
      { _id: { $eq: id } },
      { $inc: { seq: count }, $set: { usedAt: new Date(now), ...expiresAt } },
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
      if (!refused.has(at)) results.set(draft, { entry: fromDoc(docs[at]!), duplicate: false })
    }
    for (const at of refused) {
      const draft = drafts[at]!
      const stored = await this.#entries.findOne({
        roomId: { $eq: id },
        senderId: { $eq: draft.from },
        clientMsgId: { $eq: draft.clientMsgId },
      })
      if (stored === null) again.push(draft)
      else {
        results.set(draft, { entry: fromDoc(stored), duplicate: true })
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

  after(id: string, after: number, limit: number): Promise<Range> {
    return known(async () => {
      const read = () => this.#page({ roomId: { $eq: id }, seq: { $gt: after } }, 1, limit + 1)
      const docs = await this.#dense(id, read, after)
      return this.#range(id, docs.slice(0, limit), after, docs.length > limit)
    })
  }

  before(id: string, before: number, limit: number): Promise<Range> {
    return known(async () => {
      const read = () => this.#page({ roomId: { $eq: id }, seq: { $lt: before } }, -1, limit + 1)
      const docs = await this.#dense(id, read)
      return this.#range(id, docs.slice(-limit), 0, docs.length > limit)
    })
  }

  async #page(filter: Filter<EntryDoc>, direction: 1 | -1, limit: number): Promise<EntryDoc[]> {
    const docs = await this.#entries.find(filter).sort({ seq: direction }).limit(limit).toArray()
    return direction === 1 ? docs : docs.reverse()
  }

  /** Reads until no place below the last one is open: first it waits for slow writers, then it closes what is left. */
  async #dense(id: string, read: () => Promise<EntryDoc[]>, after?: number): Promise<EntryDoc[]> {
    const holes = (docs: EntryDoc[]) => openPlaces(docs, after)
    let docs = await read()
    if (holes(docs).length > 0) {
      await sleep(graceMs)
      docs = await read()
    }
    for (let round = 0; holes(docs).length > 0 && round < 3; round++) {
      await this.#insertMissing(holes(docs).map(seq => toVoid(id, seq)))
      docs = await read()
    }
    return docs
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
    const expires = room.id.startsWith(probePrefix) ? { expiresAt: new Date(now + probeLifeMs * 2) } : {}
    return known(async () => {
      try {
        const { id, title, private: hidden, head } = room
        await this.#rooms.insertOne({
          _id: id,
          title,
          private: hidden,
          seq: head,
          usedAt: new Date(now),
          ...expires,
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
    return known(async () => {
      if (!this.#prepared) throw new StoreUnavailable('the indexes are not made yet')
      await this.#client.db('admin').command({ ping: 1 })
    })
  }

  close(): Promise<void> {
    this.#closed = true
    return this.#client.close()
  }
}

/** The server has no command to log in with (CommandNotFound); one that has users refuses with another code. */
export function knowsNoLogin(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 59 && error.message.includes('saslStart')
}

/** Places without a document between `after` (or the first document) and the last document. */
function openPlaces(docs: EntryDoc[], after?: number): number[] {
  const open: number[] = []
  let next = after === undefined ? docs[0]?.seq : after + 1
  for (const doc of docs) {
    for (; next !== undefined && next < doc.seq; next++) open.push(next)
    next = doc.seq + 1
  }
  return open
}

function toDoc(roomId: string, seq: number, draft: Draft): EntryDoc {
  const { from, clientMsgId, name, text, at, of } = draft
  const doc: EntryDoc = {
    roomId,
    seq,
    senderId: from,
    clientMsgId,
    name,
    text: text ?? '',
    createdAt: new Date(at),
  }
  if (of !== undefined) doc.of = of
  if (of !== undefined && text === null) doc.deleted = true
  if (roomId.startsWith(probePrefix)) doc.expiresAt = new Date(at + probeLifeMs)
  return doc
}

function toVoid(roomId: string, seq: number): EntryDoc {
  const draft = { from: '', clientMsgId: `void-${seq}`, name: '', text: '', at: Date.now() }
  return { ...toDoc(roomId, seq, draft), void: true }
}

function fromDoc(doc: EntryDoc, targets?: Map<number, EntryDoc>): Message | Change {
  const at = doc.createdAt.getTime()
  if (doc.of !== undefined) {
    const state = targets === undefined ? doc : targets.get(doc.of)
    return { seq: doc.seq, of: doc.of, text: state === undefined || state.deleted ? null : state.text, at }
  }
  const { seq, clientMsgId, senderId: from, name, text } = doc
  const message: Message = { seq, clientMsgId, from, name, text, at }
  if (doc.edited) message.edited = true
  if (doc.deleted) message.deleted = true
  return message
}

function toRoom(doc: RoomDoc): Room {
  return { id: doc._id, title: doc.title, private: doc.private, head: doc.seq }
}

/** Every failure of the driver means the same to the app: nothing is known, ask again later. */
async function known<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error
    throw new StoreUnavailable('MongoDB did not answer', { cause: error })
  }
}
