import { randomBytes } from 'node:crypto'
import { Long } from 'bson'
import { maxDocumentBytes, RawDocument } from './bson/codec.ts'
import { MongoError } from './mongo-error.ts'

/** Documents in a first batch, and how long an unused cursor lives. https://www.mongodb.com/docs/v7.0/tutorial/iterate-a-cursor/ */
export const firstBatchSize = 101
const idleMs = 10 * 60 * 1000

/** Makes the bytes of the document at a place, when it is asked for. */
export interface Results {
  readonly length: number
  bytesAt(position: number): Uint8Array
}

interface Cursor {
  readonly namespace: string
  readonly results: Results
  readonly session: string | undefined
  position: number
  lastUsed: number
}

export interface Batch {
  readonly id: Long
  readonly documents: RawDocument[]
}

export interface OpenOptions {
  readonly namespace: string
  /** Documents of the first batch; 0 for none. */
  readonly batchSize: number
  /** Whatever is left after the first batch is dropped. */
  readonly single: boolean
  /** The session whose end also ends the cursor. */
  readonly session: string | undefined
}

/** Open cursors. Each holds the results as they were found: later writes do not show in it. */
export class Cursors {
  readonly #open = new Map<string, Cursor>()

  get size(): number {
    return this.#open.size
  }

  /** The first batch; the id is zero when that is all. */
  open(results: Results, options: OpenOptions): Batch {
    const cursor: Cursor = {
      namespace: options.namespace,
      results,
      session: options.session,
      position: 0,
      lastUsed: Date.now(),
    }
    const documents = nextBatch(cursor, options.batchSize)
    if (options.single || cursor.position === results.length) return { id: Long.ZERO, documents }
    const id = newId()
    this.#open.set(id.toString(), cursor)
    return { id, documents }
  }

  /** The next batch, of any size for 0. Throws CursorNotFound, and Unauthorized for another namespace's cursor. */
  more(id: Long, namespace: string, batchSize: number): Batch {
    const cursor = this.#open.get(id.toString())
    if (cursor === undefined) throw new MongoError(43, `cursor id ${id.toString()} not found`)
    if (cursor.namespace !== namespace) {
      throw new MongoError(
        13,
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      )
    }
    cursor.lastUsed = Date.now()
    const documents = nextBatch(cursor, batchSize === 0 ? Number.POSITIVE_INFINITY : batchSize)
    if (cursor.position < cursor.results.length) return { id, documents }
    this.#open.delete(id.toString())
    return { id: Long.ZERO, documents }
  }

  /** Whether there was such a cursor in the namespace. */
  kill(id: Long, namespace: string): boolean {
    return this.#open.get(id.toString())?.namespace === namespace && this.#open.delete(id.toString())
  }

  endSession(session: string): void {
    this.#deleteWhere(cursor => cursor.session === session)
  }

  /** Ends the cursors of a dropped collection. */
  drop(namespace: string): void {
    this.#deleteWhere(cursor => cursor.namespace === namespace)
  }

  /** Ends the cursors that nobody used for ten minutes. */
  sweep(now: number): void {
    this.#deleteWhere(cursor => now - cursor.lastUsed > idleMs)
  }

  #deleteWhere(test: (cursor: Cursor) => boolean): void {
    for (const [id, cursor] of this.#open) if (test(cursor)) this.#open.delete(id)
  }
}

function newId(): Long {
  const bytes = randomBytes(8)
  // Positive and never zero, which means no cursor.
  bytes[0] = bytes[0]! & 0x7f
  bytes[7] = bytes[7]! | 1
  return Long.fromBytesBE([...bytes])
}

/** As many as fit the batch and a document's size. */
function nextBatch(cursor: Cursor, most: number): RawDocument[] {
  const documents: RawDocument[] = []
  let size = 0
  while (documents.length < most && cursor.position < cursor.results.length) {
    const bytes = cursor.results.bytesAt(cursor.position)
    if (documents.length > 0 && size + bytes.length > maxDocumentBytes) break
    documents.push(new RawDocument(bytes))
    size += bytes.length
    cursor.position += 1
  }
  return documents
}
