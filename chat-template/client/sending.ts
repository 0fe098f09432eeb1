import * as v from 'valibot'
import {
  type ClientEvents,
  type Failure,
  messageText,
  type Reply,
  type RequestName,
} from '../shared/events.ts'
import { type Keeper, Outbox, type Outgoing } from './outbox.ts'

export interface SendingOptions {
  keeper: Keeper
  /** Whether the server can be asked for this room now. */
  ready: (room: string) => boolean
  /** Asks the server; rejects when there is no answer. */
  ask: <E extends RequestName>(event: E, payload: Parameters<ClientEvents[E]>[0]) => Promise<Reply<E>>
  confirmed: (item: Outgoing, seq: number, at: number) => void
  changed: (room?: string) => void
}

/** Until something that did not work is tried again, milliseconds. */
export const retryMs = 1_000
/** A message on which the server breaks so often in a row is at fault itself: the others go on without it. */
const mostBroken = 5

/** Brings what was written here to the server: in its order, again until it is answered, once. */
export class Sending {
  readonly outbox: Outbox
  readonly #options: SendingOptions
  #busy = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(options: SendingOptions) {
    this.#options = options
    this.outbox = new Outbox(options.keeper)
  }

  put(what: Pick<Outgoing, 'room' | 'kind' | 'text' | 'seq'>): void {
    // As the server will store it, so that what is shown now is what is shown later.
    const text = what.kind === 'delete' ? '' : v.safeParse(messageText, what.text).output
    if (typeof text !== 'string') return
    this.outbox.add({ ...what, text, id: newId(), at: Date.now(), state: 'queued' })
    this.#options.changed(what.room)
    void this.work()
  }

  retry(id: string): void {
    this.outbox.update(id, { state: 'queued', broke: 0 })
    void this.work()
  }

  discard(id: string): void {
    this.outbox.remove(id)
    this.#options.changed()
  }

  /**
   * Keeps what waits for this room from being sent until somebody there says so: nobody is to send what they cannot see.
   * Returns how many there are.
   */
  hold(room: string, note: string): number {
    const held = this.outbox.items.filter(item => item.room === room && item.state !== 'failed')
    for (const { id } of held) this.outbox.update(id, { state: 'failed', note })
    return held.length
  }

  /** Sends one after the other: the order of one person's messages is the order in which they wrote them. */
  async work(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    clearTimeout(this.#timer)
    const { ready, changed } = this.#options
    for (let item = this.outbox.next(ready); item !== undefined; item = this.outbox.next(ready)) {
      this.outbox.update(item.id, { state: 'sending' })
      changed(item.room)
      const waitMs = await this.#deliver(item)
      changed(item.room)
      if (waitMs === undefined) continue
      this.#timer = setTimeout(() => void this.work(), waitMs)
      break
    }
    this.#busy = false
  }

  /** How long to wait before it is tried again; undefined: it is done with, one way or the other. */
  async #deliver(item: Outgoing): Promise<number | undefined> {
    const reply = await this.#tell(item).catch(() => undefined)
    if (reply?.ok) {
      this.outbox.remove(item.id)
      this.#options.confirmed(item, reply.seq, reply.at)
      return undefined
    }
    // Held meanwhile.
    if (item.state === 'failed') return undefined
    if (reply === undefined) {
      this.outbox.update(item.id, { state: 'queued', note: 'No answer yet' })
      return retryMs
    }
    const broke = (item.broke ?? 0) + (reply.error === 'internal' ? 1 : 0)
    const passing = isPassing(reply) && broke < mostBroken
    const note = reply.error === 'invalid' ? 'It cannot be sent as it is' : reply.message
    this.outbox.update(item.id, { state: passing ? 'queued' : 'failed', note, broke })
    return passing ? Math.max(retryMs, reply.retryAfterMs ?? 0) : undefined
  }

  #tell({ kind, room, id, text, seq = 0 }: Outgoing): Promise<Reply<'message:send'>> {
    const { ask } = this.#options
    const base = { room, clientMsgId: id }
    if (kind === 'edit') return ask('message:edit', { ...base, seq, text })
    if (kind === 'delete') return ask('message:delete', { ...base, seq })
    return ask('message:send', { ...base, text })
  }
}

/** The server could not do it now, and may be asked the same again. */
export function isPassing({ error }: Failure): boolean {
  return error === 'unavailable' || error === 'rate' || error === 'internal'
}

/** Random, also on a page without https, where randomUUID is missing. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}
