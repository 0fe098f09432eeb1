import type { Change, Message } from '../../shared/events.ts'
import { probePrefix } from '../../shared/limits.ts'
import { type Draft, probeLifeMs, type Room } from './store.ts'

export interface RoomDoc {
  _id: string
  title: string
  private: boolean
  seq: number
  usedAt: Date
  expiresAt?: Date
}

/**
 * One document an entry. `of`: a change, which has no text of its own: what its message says is in that one place, and
 * gone from there it is gone. `void`: a place that its writer left empty.
 */
export interface EntryDoc {
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

/** The rooms of probes go by themselves, a while after what was last said there. Pure. */
export function roomExpiry(id: string, now: number): Pick<RoomDoc, 'expiresAt'> {
  return id.startsWith(probePrefix) ? { expiresAt: new Date(now + probeLifeMs * 2) } : {}
}

/**
 * Writers take 200 places at a time at most: so many in a row were never theirs. They were in use and have been removed,
 * by their age or by somebody who looks after the database.
 */
const mostInARow = 1_000

/** Places without a document between `after` (or the first document) and the last document; 1,000 at most. */
export function openPlaces(docs: EntryDoc[], after?: number): number[] {
  const open: number[] = []
  let next = after === undefined ? docs[0]?.seq : after + 1
  for (const { seq } of docs) {
    const from = next ?? seq
    if (seq - from <= mostInARow)
      for (let place = from; place < seq && open.length < mostInARow; place++) open.push(place)
    next = seq + 1
  }
  return open
}

export function toDoc(roomId: string, seq: number, draft: Draft): EntryDoc {
  const { from, clientMsgId, name, text, at, of } = draft
  const doc: EntryDoc = {
    roomId,
    seq,
    senderId: from,
    clientMsgId,
    name,
    text: of === undefined ? (text ?? '') : '',
    createdAt: new Date(at),
  }
  if (of !== undefined) doc.of = of
  if (roomId.startsWith(probePrefix)) doc.expiresAt = new Date(at + probeLifeMs)
  return doc
}

export function toVoid(roomId: string, seq: number): EntryDoc {
  const draft = { from: '', clientMsgId: `void-${seq}`, name: '', text: '', at: Date.now() }
  return { ...toDoc(roomId, seq, draft), void: true }
}

/** `targets`: the messages that changes are of, by their places. */
export function fromDoc(doc: EntryDoc, targets: Map<number, EntryDoc>): Message | Change {
  const at = doc.createdAt.getTime()
  if (doc.of !== undefined) {
    const state = targets.get(doc.of)
    return { seq: doc.seq, of: doc.of, text: state === undefined || state.deleted ? null : state.text, at }
  }
  const { seq, clientMsgId, senderId: from, name, text } = doc
  const message: Message = { seq, clientMsgId, from, name, text, at }
  if (doc.edited) message.edited = true
  if (doc.deleted) message.deleted = true
  return message
}

export function toRoom(doc: RoomDoc): Room {
  return { id: doc._id, title: doc.title, private: doc.private, head: doc.seq }
}
