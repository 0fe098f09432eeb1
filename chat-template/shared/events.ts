import * as v from 'valibot'
import { limits } from './limits.ts'

/** Control characters, and the marks that turn text around or hide it. A line break or tab is fine in a message. */
const hidden = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u
const hiddenInText = /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

const line = (most: number) =>
  v.pipe(
    v.string(),
    v.maxLength(most * 2),
    v.trim(),
    v.normalize('NFC'),
    v.minLength(1),
    v.maxLength(most),
    v.check(text => !hidden.test(text) && text.isWellFormed(), 'has characters that cannot be shown'),
  )

export const displayName = line(limits.name)
const title = line(limits.title)
export const roomId = v.pipe(
  v.string(),
  v.maxLength(80),
  v.regex(/^[\p{Ll}\p{Lo}\p{N}][\p{L}\p{N}_-]{0,63}$/u, 'is not the name of a room'),
)
const seq = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const clientMsgId = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/))
/** A message as it is stored: what cannot be shown is taken out. */
export const messageText = v.pipe(
  v.string(),
  v.maxLength(limits.text),
  v.transform(value => value.toWellFormed().replace(hiddenInText, '')),
  v.check(value => value.trim() !== '', 'is empty'),
)

/** What a page may ask the server: one schema per event, used by both sides. Unknown keys are dropped. */
export const requests = {
  'room:list': v.object({}),
  'room:create': v.object({ title, private: v.optional(v.boolean(), false) }),
  /** `after` is the highest sequence number that the client has without a gap: the answer goes on from there. */
  'room:join': v.object({ room: roomId, after: v.optional(seq) }),
  'room:leave': v.object({ room: roomId }),
  'message:send': v.object({ room: roomId, clientMsgId, text: messageText }),
  'message:edit': v.object({ room: roomId, clientMsgId, seq, text: messageText }),
  'message:delete': v.object({ room: roomId, clientMsgId, seq }),
  'history:before': v.object({ room: roomId, before: seq }),
  'history:after': v.object({ room: roomId, after: seq }),
  typing: v.object({ room: roomId, on: v.boolean() }),
  /** Answered at once: the client measures the round trip with it. */
  echo: v.object({}),
}

export type RequestName = keyof typeof requests
export type Payload<E extends RequestName> = v.InferOutput<(typeof requests)[E]>

/** A message in a room. `seq` orders it for everyone; `clientMsgId` was made by its sender, once. */
export interface Message {
  seq: number
  clientMsgId: string
  from: string
  name: string
  text: string
  /** Milliseconds since 1970, by the replica that stored it. */
  at: number
  edited?: true
  deleted?: true
}

/** A later change of message `of`: its new text, or null when it was deleted. It has a place in the same order. */
export interface Change {
  seq: number
  of: number
  text: string | null
  at: number
}

export type Entry = Message | Change

/**
 * A place that no message ever took, and none will: a retry found its message stored, or a writer died. It is told live,
 * so that a client sees no gap where there is nothing to ask for; in a `Page` it is left out.
 */
export interface Empty {
  seq: number
  void: true
}

export interface RoomSummary {
  id: string
  title: string
  private: boolean
  /** People in it, on all replicas. */
  people: number
  head: number
}

export interface Person {
  id: string
  name: string
}

/**
 * Entries in order. Nothing between the asked-for point and `through` is missing from `entries` but places that no
 * message ever took, so a client may move on to `through`. `more`: there is another page in that direction.
 */
export interface Page {
  entries: Entry[]
  through: number
  more: boolean
}

export interface Stored {
  seq: number
  at: number
  /** True when this clientMsgId was stored before: a retry. */
  duplicate: boolean
}

/** The Lobby and the public rooms that were used last. */
export interface Listed {
  rooms: RoomSummary[]
  /** There are others. */
  more: boolean
}

export interface Replies {
  'room:list': Listed
  'room:create': { room: RoomSummary }
  /** `fresh`: the page is the newest one and not a replay from `after`. */
  'room:join': Page & { room: RoomSummary; people: Person[]; fresh: boolean }
  'room:leave': object
  'message:send': Stored
  'message:edit': Stored
  'message:delete': Stored
  'history:before': Page
  'history:after': Page
  typing: object
  echo: object
}

export type Refused =
  | 'invalid'
  | 'unknown-event'
  | 'rate'
  | 'unavailable'
  | 'not-found'
  | 'not-member'
  | 'not-yours'
  | 'exists'
  | 'limit'
  | 'internal'

export interface Failure {
  ok: false
  error: Refused
  message: string
  retryAfterMs?: number
}

export type Reply<E extends RequestName> = ({ ok: true } & Replies[E]) | Failure

export interface You {
  id: string
  name: string
  replica: string
  /** False while Redis or MongoDB is away: what is sent may arrive late. */
  healthy: boolean
}

/** What the server tells a page without being asked. */
export interface ServerEvents {
  /** The replica's host name, once per connection. */
  hostname: (replica: string) => void
  hello: (you: You) => void
  'message:new': (batch: { room: string; entries: (Entry | Empty)[] }) => void
  'room:people': (now: { room: string; count: number; people: Person[] }) => void
  typing: (now: { room: string; people: Person[] }) => void
  health: (now: { healthy: boolean }) => void
}

export type ClientEvents = {
  [E in RequestName]: (payload: v.InferInput<(typeof requests)[E]>, reply?: (reply: Reply<E>) => void) => void
}

/** What may stand in the handshake: a guest without a cookie says a name, and a key if it wants to be known again. */
export const handshakeAuth = v.object({
  name: v.optional(displayName),
  key: v.optional(v.pipe(v.string(), v.regex(/^[\w-]{1,128}$/))),
})
