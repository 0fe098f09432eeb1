import type { Person } from '../shared/events.ts'
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

/** Who is in which room, here and on all other replicas. Nothing of it is stored: a dead replica's part expires. */
export class Presence {
  readonly #here = new Map<string, Map<string, Here>>()
  readonly #peers = new Map<string, Peer>()
  readonly #options: PresenceOptions
  #version = 0

  constructor(options: PresenceOptions) {
    this.#options = options
  }

  enter(room: string, { id, name }: Person): void {
    const people = this.#here.get(room) ?? new Map<string, Here>()
    this.#here.set(room, people)
    const known = people.get(id)
    people.set(id, { name, connections: (known?.connections ?? 0) + 1 })
    if (known?.name !== name) this.#tell(room, id, name)
  }

  exit(room: string, id: string): void {
    const people = this.#here.get(room)
    const known = people?.get(id)
    if (people === undefined || known === undefined) return
    known.connections--
    if (known.connections > 0) return
    people.delete(id)
    if (people.size === 0) this.#here.delete(room)
    this.#tell(room, id, null)
  }

  people(room: string): Person[] {
    const all = new Map<string, string>()
    for (const peer of this.#peers.values())
      for (const [id, name] of peer.rooms.get(room) ?? []) all.set(id, name)
    for (const [id, { name }] of this.#here.get(room) ?? []) all.set(id, name)
    return [...all].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name))
  }

  count(room: string): number {
    const here = this.#here.get(room)
    const others = [...this.#peers.values()].flatMap(peer => peer.rooms.get(room) ?? [])
    if (others.length === 0) return here?.size ?? 0
    return new Set([...(here?.keys() ?? []), ...others.flatMap(people => [...people.keys()])]).size
  }

  /** Replicas heard from lately, this one not counted. */
  get peers(): number {
    return this.#peers.size
  }

  /** To be called every `beatMs`. */
  beat(): void {
    this.#options.send({ kind: 'beat', from: this.#options.id, version: this.#version })
    const oldest = this.#options.clock.now() - silentMs
    for (const [id, peer] of this.#peers) if (peer.seenAt < oldest) this.#forget(id)
  }

  bye(): void {
    this.#options.send({ kind: 'bye', from: this.#options.id })
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
  }

  /** Only who heard every change so far can follow the next; who did not asks for all. */
  #follow(peer: Peer | undefined, news: PresenceNews & { kind: 'change' | 'beat' }): void {
    const next = news.kind === 'beat' ? news.version : news.version - 1
    if (peer === undefined || peer.version !== next) {
      this.#options.send({ kind: 'ask', from: this.#options.id, of: news.from })
    } else if (news.kind === 'change') this.#apply(peer, news)
  }

  #tell(room: string, id: string, name: string | null): void {
    this.#version++
    const { id: from, send, changed } = this.#options
    send({ kind: 'change', from, version: this.#version, room, id, name })
    changed(room)
  }

  #tellAll(): void {
    const rooms = [...this.#here].map(([room, people]): [string, [string, string][]] => [
      room,
      [...people].map(([id, { name }]) => [id, name]),
    ])
    this.#options.send({ kind: 'all', from: this.#options.id, version: this.#version, rooms })
  }

  #apply(peer: Peer, { version, room, id, name }: PresenceNews & { kind: 'change' }): void {
    peer.version = version
    const people = peer.rooms.get(room) ?? new Map<string, string>()
    if (name === null) people.delete(id)
    else people.set(id, name)
    if (people.size === 0) peer.rooms.delete(room)
    else peer.rooms.set(room, people)
    this.#options.changed(room)
  }

  #replace(from: string, version: number, rooms: [string, [string, string][]][]): void {
    const before = this.#peers.get(from)?.rooms.keys() ?? []
    const now = new Map(rooms.map(([room, people]) => [room, new Map(people)]))
    const touched = new Set([...before, ...now.keys()])
    this.#peers.set(from, { version, seenAt: this.#options.clock.now(), rooms: now })
    for (const room of touched) this.#options.changed(room)
  }

  #forget(id: string): void {
    const rooms = this.#peers.get(id)?.rooms.keys() ?? []
    this.#peers.delete(id)
    for (const room of rooms) this.#options.changed(room)
  }
}
