import type { Person } from '../shared/events.ts'
import { Crowd } from './crowd.ts'
import type { Clock } from './types.ts'

/** What replicas tell about who is where. `version` counts a replica's changes: a listener that missed one asks. */
export type PresenceNews =
  | { kind: 'change'; from: string; version: number; room: string; id: string; name: string | null }
  | { kind: 'beat'; from: string; version: number }
  | { kind: 'ask'; from: string; of: string }
  | {
      kind: 'all'
      from: string
      version: number
      rooms: [room: string, people: [id: string, name: string][]][]
    }
  | { kind: 'bye'; from: string }

interface Here {
  name: string
  connections: number
}

interface Peer {
  version: number
  seenAt: number
  rooms: Map<string, Map<string, string>>
}

export interface PresenceOptions {
  /** Differs for each process, also of the same name: a restarted replica is another one. */
  id: string
  clock: Clock
  send: (news: PresenceNews) => void
  changed: (room: string) => void
}

export const beatMs = 3_000
/** A replica that was silent for three beats is gone, and its people with it. */
const silentMs = 3 * beatMs + 500
/** All of a replica is asked for, and told, at most once in this long: everybody hears the answer. */
export const askMs = 1_000

/** Who is in which room, here and on all other replicas. Nothing of it is stored: a dead replica's part expires. */
export class Presence {
  readonly #here = new Map<string, Map<string, Here>>()
  readonly #peers = new Map<string, Peer>()
  readonly #options: PresenceOptions
  readonly #crowd = new Crowd()
  /** When a replica was last asked for all it knows, by anybody. */
  readonly #asked = new Map<string, number>()
  #toldAt = Number.NEGATIVE_INFINITY
  #left = false
  #version = 0

  constructor(options: PresenceOptions) {
    this.#options = options
  }

  enter(room: string, { id, name }: Person): void {
    const people = this.#here.get(room) ?? new Map<string, Here>()
    this.#here.set(room, people)
    const known = people.get(id)
    people.set(id, { name, connections: (known?.connections ?? 0) + 1 })
    if (known?.name !== name) this.#tell(room, id, known?.name, name)
  }

  exit(room: string, id: string): void {
    const people = this.#here.get(room)
    const known = people?.get(id)
    if (people === undefined || known === undefined) return
    known.connections--
    if (known.connections > 0) return
    people.delete(id)
    if (people.size === 0) this.#here.delete(room)
    this.#tell(room, id, known.name, undefined)
  }

  /** Up to `most` people, by name. */
  people(room: string, most: number): Person[] {
    return this.#crowd.people(room, most)
  }

  count(room: string): number {
    return this.#crowd.count(room)
  }

  /** Replicas heard from lately, this one not counted. */
  get peers(): number {
    return this.#peers.size
  }

  /** To be called every `beatMs`. */
  beat(): void {
    this.#send({ kind: 'beat', from: this.#options.id, version: this.#version })
    const oldest = this.#options.clock.now() - silentMs
    for (const [id, peer] of this.#peers) if (peer.seenAt < oldest) this.#forget(id)
    for (const [id, at] of this.#asked) if (!this.#justNow(at)) this.#asked.delete(id)
  }

  /** The last word: what follows it would make this replica known again to those who have just forgotten it. */
  bye(): void {
    this.#send({ kind: 'bye', from: this.#options.id })
    this.#left = true
  }

  hear(news: PresenceNews): void {
    const { id: self, clock } = this.#options
    if (news.from === self) return
    const peer = this.#peers.get(news.from)
    if (peer !== undefined) peer.seenAt = clock.now()
    if (news.kind === 'bye') this.#forget(news.from)
    else if (news.kind === 'all') this.#replace(news.from, news.version, news.rooms)
    else if (news.kind !== 'ask') this.#follow(peer, news)
    else if (news.of === self) this.#tellAll()
    else this.#asked.set(news.of, clock.now())
  }

  #send(news: PresenceNews): void {
    if (!this.#left) this.#options.send(news)
  }

  /** A clock that was set back must not make anybody wait for it. */
  #justNow(at = Number.NEGATIVE_INFINITY): boolean {
    return Math.abs(this.#options.clock.now() - at) < askMs
  }

  /** Only who heard every change so far can follow the next; who did not asks for all. */
  #follow(peer: Peer | undefined, news: PresenceNews & { kind: 'change' | 'beat' }): void {
    const next = news.kind === 'beat' ? news.version : news.version - 1
    if (peer !== undefined && peer.version === next) {
      if (news.kind === 'change') this.#apply(peer, news)
    } else if (!this.#justNow(this.#asked.get(news.from))) {
      this.#asked.set(news.from, this.#options.clock.now())
      this.#send({ kind: 'ask', from: this.#options.id, of: news.from })
    }
  }

  #tell(room: string, id: string, before: string | undefined, after: string | undefined): void {
    this.#version++
    this.#crowd.set(room, id, before, after)
    const { id: from, changed } = this.#options
    this.#send({ kind: 'change', from, version: this.#version, room, id, name: after ?? null })
    changed(room)
  }

  #tellAll(): void {
    if (this.#justNow(this.#toldAt)) return
    this.#toldAt = this.#options.clock.now()
    const rooms = [...this.#here].map(([room, people]): [string, [string, string][]] => [
      room,
      [...people].map(([id, { name }]) => [id, name]),
    ])
    this.#send({ kind: 'all', from: this.#options.id, version: this.#version, rooms })
  }

  #apply(peer: Peer, { version, room, id, name }: PresenceNews & { kind: 'change' }): void {
    peer.version = version
    const people = peer.rooms.get(room) ?? new Map<string, string>()
    this.#crowd.set(room, id, people.get(id), name ?? undefined)
    if (name === null) people.delete(id)
    else people.set(id, name)
    if (people.size === 0) peer.rooms.delete(room)
    else peer.rooms.set(room, people)
    this.#options.changed(room)
  }

  #replace(from: string, version: number, rooms: [string, [string, string][]][]): void {
    const before = this.#peers.get(from)?.rooms ?? new Map<string, Map<string, string>>()
    const now = new Map(rooms.map(([room, people]) => [room, new Map(people)]))
    this.#peers.set(from, { version, seenAt: this.#options.clock.now(), rooms: now })
    for (const room of new Set([...before.keys(), ...now.keys()])) {
      const [was, is] = [before.get(room), now.get(room)]
      // The new first, so that who stays keeps their place.
      for (const [id, name] of is ?? []) this.#crowd.set(room, id, was?.get(id), name)
      for (const [id, name] of was ?? []) if (!is?.has(id)) this.#crowd.set(room, id, name, undefined)
      this.#options.changed(room)
    }
  }

  #forget(id: string): void {
    const { rooms } = this.#peers.get(id) ?? { rooms: new Map<string, Map<string, string>>() }
    this.#peers.delete(id)
    for (const [room, people] of rooms) {
      for (const [person, name] of people) this.#crowd.set(room, person, name, undefined)
      this.#options.changed(room)
    }
  }
}
