import type { Socket } from 'socket.io-client'
import * as v from 'valibot'
import {
  type ClientEvents,
  type Failure,
  type Replies,
  type Reply,
  type RequestName,
  requests,
  type ServerEvents,
  type You,
} from '../shared/events.ts'
import { CatchingUp } from './catching-up.ts'
import { Older } from './older.ts'
import type { Keeper, Outbox, Outgoing } from './outbox.ts'
import type { RoomLog } from './room-log.ts'
import { newRoom, type RoomState } from './room-state.ts'
import { isPassing, retryMs, Sending } from './sending.ts'

export interface ChatOptions {
  socket: Socket<ServerEvents, ClientEvents>
  keeper: Keeper
  /** Called after anything has changed; `room` when only that room did. */
  changed: (room?: string) => void
  /** A message that was not here before has come in. */
  arrived?: (room: string, text: string, own: boolean) => void
  /** The server says that there is no such room. */
  missing?: (room: string) => void
}

/** An acknowledgement takes two writes, and the server gives each 3 s. */
const ackMs = 8_000

/** The chat without a page: what is known of each room, and what still has to be sent. Framework-free on purpose. */
export class Chat {
  readonly rooms = new Map<string, RoomState>()
  you: You | undefined
  online = false
  /** Since when there is no connection, milliseconds since 1970. */
  offlineSince: number | undefined = Date.now()
  replica: string | undefined
  healthy = true
  readonly #socket: ChatOptions['socket']
  readonly #options: ChatOptions
  readonly #sending: Sending
  readonly #catchingUp: CatchingUp
  readonly #older: Older

  constructor(options: ChatOptions) {
    this.#options = options
    this.#socket = options.socket
    const joined = (id: string) => this.online && this.rooms.get(id)?.state === 'joined'
    const ask: Chat['ask'] = (event, payload) => this.ask(event, payload)
    const ready = (room: RoomState) => joined(room.id) && this.rooms.get(room.id) === room
    this.#older = new Older({ ask, ready, changed: options.changed })
    this.#catchingUp = new CatchingUp({
      ask,
      ready,
      take: (room, entries) => this.#take(room, entries),
    })
    this.#sending = new Sending({
      keeper: options.keeper,
      changed: options.changed,
      ready: joined,
      ask,
      confirmed: (item, seq, at) => this.#confirm(item, seq, at),
    })
    this.#listen()
  }

  get outbox(): Outbox {
    return this.#sending.outbox
  }

  /** Asks the server; rejects when there is no answer in time. What it would refuse as invalid is refused here. */
  async ask<E extends RequestName>(event: E, payload: Parameters<ClientEvents[E]>[0]): Promise<Reply<E>> {
    // The map of events says which answer belongs to which question; that link is lost in the emitter's own types.
    const emitter = this.#socket.timeout(ackMs) as unknown as {
      emitWithAck(name: E, body: unknown): Promise<Reply<E>>
    }
    const { issues } = v.safeParse(requests[event], payload)
    if (issues !== undefined) return { ok: false, error: 'invalid', message: issues[0].message }
    return emitter.emitWithAck(event, payload)
  }

  /** Enters a room, or keeps it entered: it is joined again after every reconnect. */
  async join(id: string): Promise<void> {
    if (!this.rooms.has(id)) this.rooms.set(id, newRoom(id))
    if (this.online) await this.#join(this.rooms.get(id)!)
  }

  /** Returns how many messages were not sent; they wait there, should one come back. */
  leave(id: string): number {
    this.rooms.delete(id)
    const unsent = this.#sending.hold(id, 'You left the room')
    this.#options.changed()
    if (this.online) void this.ask('room:leave', { room: id }).catch(() => undefined)
    return unsent
  }

  send(room: string, text: string): void {
    this.#sending.put({ room, kind: 'send', text })
  }

  edit(room: string, seq: number, text: string): void {
    this.#sending.put({ room, kind: 'edit', text, seq })
  }

  remove(room: string, seq: number): void {
    this.#sending.put({ room, kind: 'delete', text: '', seq })
  }

  retry(id: string): void {
    this.#sending.retry(id)
  }

  discard(id: string): void {
    this.#sending.discard(id)
  }

  /** Loads the page before the oldest message; after a refusal not at once again. */
  async older(id: string): Promise<void> {
    const room = this.rooms.get(id)
    if (room !== undefined) await this.#older.load(room)
  }

  typing(room: string, on: boolean): void {
    if (this.online) this.#socket.volatile.emit('typing', { room, on })
  }

  #listen(): void {
    const socket = this.#socket
    const { changed } = this.#options
    socket.on('connect', () => {
      this.online = true
      this.offlineSince = undefined
      this.#older.reset()
      for (const room of this.rooms.values()) if (room.state !== 'missing') void this.#join(room)
      changed()
    })
    socket.on('disconnect', () => {
      this.online = false
      this.offlineSince ??= Date.now()
      for (const room of this.rooms.values()) if (room.state === 'joined') room.state = 'joining'
      changed()
    })
    socket.on('hostname', replica => {
      this.replica = replica
      changed()
    })
    socket.on('hello', you => {
      this.you = you
      this.healthy = you.healthy
      changed()
    })
    socket.on('health', ({ healthy }) => {
      this.healthy = healthy
      changed()
    })
    socket.on('message:new', ({ room: id, entries }) => {
      const room = this.rooms.get(id)
      if (room !== undefined) this.#take(room, entries)
    })
    socket.on('room:people', ({ room: id, count, people }) => {
      const room = this.rooms.get(id)
      if (room === undefined) return
      Object.assign(room, { count, people })
      changed(id)
    })
    socket.on('typing', ({ room: id, people }) => {
      const room = this.rooms.get(id)
      if (room === undefined) return
      room.typing = people.filter(person => person.id !== this.you?.id)
      changed(id)
    })
  }

  async #join(room: RoomState): Promise<void> {
    const after = room.log.settled
    try {
      const reply = await this.ask('room:join', { room: room.id, ...(after < 0 ? {} : { after }) })
      if (this.rooms.get(room.id) !== room) return
      if (!reply.ok) return this.#refused(room, reply)
      this.#enter(room, reply)
      // A newest page takes the place of all that was here, and of what came in while it was read.
      if (reply.fresh ? after >= 0 : reply.more) await this.#catchingUp.run(room)
      void this.#sending.work()
    } catch {
      // No answer: the connection is gone, and the next one joins again; or the server is slow, and may be asked again.
      if (this.online) this.#joinLater(room)
    }
  }

  #refused(room: RoomState, reply: Failure): void {
    // What cannot be the name of a room is the name of none.
    const missing = reply.error === 'not-found' || reply.error === 'invalid'
    if (isPassing(reply)) this.#joinLater(room)
    else room.state = missing ? 'missing' : 'refused'
    if (missing) this.#sending.hold(room.id, reply.message)
    if (missing) this.#options.missing?.(room.id)
    this.#options.changed()
  }

  #enter(room: RoomState, reply: Replies['room:join']): void {
    if (reply.fresh) {
      if (room.log.settled >= 0) room.log.reset()
      room.older = reply.more
    }
    Object.assign(room, {
      summary: reply.room,
      people: reply.people,
      count: reply.room.people,
      state: 'joined',
    })
    this.#take(room, reply.entries)
    room.log.settle(reply.through)
    this.#options.changed()
  }

  #take(room: RoomState, entries: Parameters<RoomLog['add']>[0]): void {
    const first = room.log.settled < 0
    for (const message of room.log.add(entries)) {
      const own = message.from === this.you?.id
      // Stored, though the answer may never have come: it must not be shown twice.
      if (own) this.outbox.remove(message.clientMsgId)
      if (!first) this.#options.arrived?.(room.id, `${message.name}: ${message.text}`, own)
    }
    this.#catchingUp.look(room)
    this.#options.changed(room.id)
  }

  /** The stored entry may come before or after its confirmation; until it does, this one stands for it. */
  #confirm(item: Outgoing, seq: number, at: number): void {
    const room = this.rooms.get(item.room)
    if (room === undefined || this.you === undefined) return
    const { id: from, name } = this.you
    if (item.kind !== 'send')
      room.log.add([{ seq, of: item.seq ?? 0, text: item.kind === 'edit' ? item.text : null, at }])
    // One that was stored long ago comes with its page: alone below the oldest it would stand for all between them.
    else if (seq >= room.log.oldest)
      room.log.add([{ seq, clientMsgId: item.id, from, name, text: item.text, at }])
  }

  /** In a moment, unless the room was left, or the connection is gone: the next one joins all rooms. */
  #joinLater(room: RoomState): void {
    setTimeout(() => {
      if (this.online && this.rooms.get(room.id) === room) void this.#join(room)
    }, retryMs)
  }
}
