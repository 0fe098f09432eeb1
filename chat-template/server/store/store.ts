import type { Change, Message } from '../../shared/events.ts'

export interface Room {
  id: string
  title: string
  private: boolean
  /** Highest sequence number given out. Its entry may still be on the way. */
  head: number
}

/** The first room: it is always there, and always in the list. */
export const lobby: Readonly<Room> = { id: 'lobby', title: 'Lobby', private: false, head: 0 }

/** A message, or a change of the message `of`, before it has a place. */
export interface Draft {
  clientMsgId: string
  from: string
  name: string
  text: string | null
  at: number
  of?: number
}

export interface Appended {
  entry: Message | Change
  /** The sender had stored this clientMsgId before; `entry` is what was stored then. */
  duplicate: boolean
}

export interface Range {
  entries: (Message | Change)[]
  /** Highest place that is settled: every place up to here is in `entries` or will stay empty for ever. */
  through: number
  more: boolean
}

/** The store cannot be reached or did not answer in time: nothing is known about what was asked. */
export class StoreUnavailable extends Error {}

/**
 * Rooms and their logs. A log is dense: a place that its writer never filled is closed by the first reader that meets
 * it, so "nothing is missing up to `through`" is a fact and not a guess.
 * Every method rejects with StoreUnavailable when the answer is unknown; writes may be repeated then.
 */
export interface Store {
  readonly kind: 'mongodb' | 'memory'
  /** Stores the drafts in their order and gives each its place. Undefined: there is no such room. */
  append(room: string, drafts: Draft[]): Promise<Appended[] | undefined>
  /** What this sender has stored under this id, if anything. */
  stored(room: string, from: string, clientMsgId: string): Promise<Message | Change | undefined>
  /** Entries above `after`, lowest first. */
  after(room: string, after: number, limit: number): Promise<Range>
  /** The newest entries below `before`, lowest first. */
  before(room: string, before: number, limit: number): Promise<Range>
  /** Rewrites a message of this sender (null: deletes its text). False: it is not there, or somebody else's. */
  rewrite(room: string, seq: number, from: string, text: string | null): Promise<boolean>
  room(id: string): Promise<Room | undefined>
  /** False: there is one with this id already. */
  createRoom(room: Room): Promise<boolean>
  /** Public rooms, the most recently used first. */
  publicRooms(limit: number): Promise<Room[]>
  heads(rooms: string[]): Promise<Map<string, number>>
  ping(): Promise<void>
  close(): Promise<void>
}

/** What is said in a probe's room is gone after this long. */
export const probeLifeMs = 3_600_000

/** The entry that a draft becomes at place `seq`. */
export function toEntry(draft: Draft, seq: number): Message | Change {
  if (draft.of !== undefined) return { seq, of: draft.of, text: draft.text, at: draft.at }
  return {
    seq,
    clientMsgId: draft.clientMsgId,
    from: draft.from,
    name: draft.name,
    text: draft.text ?? '',
    at: draft.at,
  }
}
