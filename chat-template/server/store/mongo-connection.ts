import {
  type Collection,
  type Db,
  MongoClient,
  MongoError,
  MongoInvalidArgumentError,
  MongoServerError,
} from 'mongodb'
import type { EntryDoc, RoomDoc } from './mongo-documents.ts'
import { StoreUnavailable } from './store.ts'

export interface MongoOptions {
  url: string
  database: string
  /** The longest that any one operation may take, milliseconds. */
  timeoutMs?: number
}

/** The two collections, however often their server has to be found again. */
export class MongoConnection {
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

  get rooms(): Collection<RoomDoc> {
    return this.#rooms
  }

  get entries(): Collection<EntryDoc> {
    return this.#entries
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

  /** Rejects until the indexes are there: without them nothing is unique. */
  async ping(): Promise<void> {
    if (!this.#prepared) throw new StoreUnavailable('the indexes are not made yet')
    await this.#client.db('admin').command({ ping: 1 })
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

/**
 * Every failure of the driver and of the network means the same to the app: nothing is known, ask again later. What else is
 * thrown is a mistake in the code, which asking again does not mend: it stays what it is.
 */
export async function known<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isOutside(error)) throw error
    throw new StoreUnavailable('MongoDB did not answer', { cause: error })
  }
}

function isOutside(error: unknown): boolean {
  if (error instanceof MongoError) return !(error instanceof MongoInvalidArgumentError)
  return error instanceof Error && 'syscall' in error
}
