import type { Socket } from 'socket.io-client'
import { Chat, type ChatOptions } from '../client/chat.ts'
import type { ClientEvents, Message, Reply, RequestName, ServerEvents } from '../shared/events.ts'
import { limits } from '../shared/limits.ts'
import { keeper } from './person.ts'

const replayed = 200
export const unavailable = { ok: false, error: 'unavailable', message: 'Not stored, try again' } as const

interface Asked {
  after?: number
  before: number
  text: string
  clientMsgId: string
}

/** One room and one connection, without a network: what the server says to a client, and when, is up to the test. */
export class FakeServer {
  readonly messages: Message[] = []
  /** What was asked, in order. */
  readonly asked: RequestName[] = []
  /** Answers instead of the room, unless it answers undefined. */
  instead: (event: RequestName, payload: Asked) => unknown = () => undefined
  readonly #listeners = new Map<string, (...args: unknown[]) => void>()

  say(text: string, from = 'grace', clientMsgId = `m${this.messages.length + 1}`): Message {
    const seq = this.messages.length + 1
    const message = { seq, clientMsgId, from, name: from, text, at: seq }
    this.messages.push(message)
    return message
  }

  fill(to: number): void {
    while (this.messages.length < to) this.say(`text ${this.messages.length + 1}`)
  }

  tell<E extends keyof ServerEvents>(event: E, ...args: Parameters<ServerEvents[E]>): void {
    this.#listeners.get(event)?.(...args)
  }

  connect(): void {
    this.#listeners.get('connect')?.()
    this.tell('hello', { id: 'ada', name: 'Ada', replica: 'one', healthy: true })
  }

  disconnect(): void {
    this.#listeners.get('disconnect')?.()
  }

  chat(options: Partial<ChatOptions> = {}): Chat {
    const emitWithAck = async (event: RequestName, payload: Asked) => {
      this.asked.push(event)
      return (await this.instead(event, payload)) ?? this.answer(event, payload)
    }
    const socket = {
      on: (event: string, listener: (...args: unknown[]) => void) => this.#listeners.set(event, listener),
      timeout: () => ({ emitWithAck }),
      volatile: { emit: () => undefined },
    }
    return new Chat({
      socket: socket as unknown as Socket<ServerEvents, ClientEvents>,
      keeper: keeper(),
      changed: () => undefined,
      ...options,
    })
  }

  /** What the room answers. */
  answer(event: RequestName, payload: Asked) {
    const head = this.messages.length
    if (event === 'history:before') return this.#before(payload.before)
    if (event === 'history:after') return this.#after(payload.after ?? 0)
    if (event === 'message:send') return this.#store(payload.clientMsgId, payload.text)
    const { after } = payload
    const room = { id: 'lobby', title: 'Lobby', private: false, people: 1, head }
    const fresh = after === undefined || head - after > 1_000
    const range = fresh ? this.#before(head + 1) : this.#after(after)
    return { ...range, room, people: [], fresh } satisfies Reply<'room:join'>
  }

  #before(before: number) {
    const entries = this.messages.slice(Math.max(0, before - 1 - limits.page), before - 1)
    return { ok: true, entries, through: before - 1, more: before - 1 > limits.page } as const
  }

  #after(after: number) {
    const entries = this.messages.slice(after, after + replayed)
    const more = this.messages.length > after + replayed
    return { ok: true, entries, through: after + entries.length, more } as const
  }

  #store(clientMsgId: string, text: string) {
    const known = this.messages.find(message => message.clientMsgId === clientMsgId)
    const { seq, at } = known ?? this.say(text, 'ada', clientMsgId)
    return { ok: true, seq, at, duplicate: known !== undefined } as const
  }
}
