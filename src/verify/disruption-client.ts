import { randomUUID } from 'node:crypto'
import type { FanOut } from '../config/config.ts'
import type { Context } from './context.ts'
import { connectSocket, emitWithAck, learnReplica } from './conversation.ts'
import { CookieJar } from './cookies.ts'
import { faultOf, ProbeError } from './fault.ts'
import type { Gap, SentMessage } from './ledger.ts'
import type { Fault } from './observations.ts'
import { fillIn, refusalIn } from './probe-fan-out.ts'
import { pause } from './run-sessions.ts'
import { Session } from './session.ts'
import { eventOf } from './socket-io.ts'

/** What all clients of one disruption write into. */
export interface Book {
  readonly room: string
  readonly messages: SentMessage[]
  readonly heard: Map<string, Map<number, number>>
  readonly doubled: string[]
  readonly replayed: Set<string>
  readonly gaps: Gap[]
}

/** Marks each message of ours, wherever the app puts its text. */
const marker = /rtdeploy-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const answerMs = 5_000
const longestLifeMs = 2 ** 31 - 1

/**
 * One client that behaves as the official one does: long polling, then a WebSocket; cookies kept; after a loss again and
 * again, with the official delays. https://socket.io/docs/v4/client-options/#reconnectiondelay
 */
export class DisruptionClient {
  readonly #context: Context
  readonly #fanOut: FanOut
  readonly #book: Book
  readonly #jar: CookieJar
  readonly #number: number
  #session: Session | undefined
  /** As long as it is away. */
  #gap: Gap | undefined
  #stopped = false

  constructor(context: Context, fanOut: FanOut, book: Book, number: number) {
    this.#context = context
    this.#fanOut = fanOut
    this.#book = book
    this.#number = number
    this.#jar = new CookieJar(context.target)
  }

  get isConnected(): boolean {
    return this.#session !== undefined
  }

  get replica(): string | undefined {
    return this.#session?.replica
  }

  /** Rejects with a `ProbeError` when it does not get through. */
  async connect(): Promise<void> {
    const session = new Session(this.#context, { purpose: 'disruption', jar: this.#jar })
    try {
      const open = await session.openPolling()
      if (open.upgrades.includes('websocket')) await session.upgrade()
      else session.listen()
      await connectSocket(session)
      this.#listen(session)
      await learnReplica(session, answerMs)
      await this.#join(session)
      if (session.fault !== undefined) throw new ProbeError(session.fault)
    } catch (error) {
      await session.close()
      throw error
    }
    session.onEnd = fault => void this.#lose(session, fault).catch(() => undefined)
    this.#session = session
    void this.#heartbeat(session)
  }

  /** A machine that lost its power says no good-bye: whose server is silent for too long is on its own. */
  async #heartbeat(session: Session): Promise<void> {
    const { pingInterval, pingTimeout } = session.open ?? { pingInterval: 25_000, pingTimeout: 20_000 }
    try {
      for (;;)
        await session.waitFor(
          engine => engine.type === 'ping' || undefined,
          'ping of the server',
          pingInterval + pingTimeout,
        )
    } catch (error) {
      if (error instanceof ProbeError)
        await Promise.allSettled([this.#lose(session, error.fault), session.close()])
    }
  }

  /** Sends one message and writes down whether it was acknowledged. */
  async say(): Promise<void> {
    const session = this.#session
    if (session === undefined) return
    const id = `rtdeploy-${randomUUID()}`
    const sentMs = this.#context.now()
    const args = await this.#emit(session, this.#fanOut.send, id).catch(calm)
    const acked = args !== undefined && refusalIn(args[0]) === undefined
    const message = { id, by: this.#number, sentMs }
    this.#book.messages.push(acked ? { ...message, ackedMs: this.#context.now() } : message)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#gap !== undefined) this.#book.gaps.push(this.#gap)
    this.#gap = undefined
    await this.#session?.close()
    this.#session = undefined
  }

  #listen(session: Session): void {
    const { heard, doubled } = this.#book
    const hear = session.waitFor(
      (engine, packet) => {
        if (packet === undefined || eventOf(packet)?.name !== this.#fanOut.receive) return undefined
        for (const [id] of engine.data.matchAll(marker)) {
          const by = heard.get(id) ?? new Map<number, number>()
          if (by.has(this.#number)) doubled.push(id)
          heard.set(id, by.set(this.#number, this.#context.now()))
        }
        return undefined
      },
      'the end',
      longestLifeMs,
    )
    hear.catch(calm)
  }

  /** What the app tells on joining, history for instance, counts as arrived. */
  async #join(session: Session): Promise<void> {
    if (this.#fanOut.join === undefined) return
    const args = await this.#emit(session, this.#fanOut.join, '')
    for (const [id] of JSON.stringify(args ?? []).matchAll(marker)) this.#book.replayed.add(id)
  }

  #emit(session: Session, event: readonly unknown[], text: string) {
    const filled = fillIn(event, { room: this.#book.room, text, id: randomUUID() })
    return emitWithAck(session, filled as readonly unknown[], answerMs)
  }

  async #lose(session: Session, fault: Fault): Promise<void> {
    if (this.#session !== session || this.#stopped) return
    this.#session = undefined
    const failed: Fault[] = []
    const from = session.replica === undefined ? {} : { from: session.replica }
    const gap: Gap = { client: this.#number, lostMs: this.#context.now(), fault, ...from, failed }
    this.#gap = gap
    const { signal } = this.#context
    for (let attempt = 0; !this.#stopped && !signal.aborted; attempt++) {
      await pause(Math.min(5_000, 1_000 * 2 ** attempt) * (0.5 + Math.random()), signal).catch(
        () => undefined,
      )
      if (this.#stopped || signal.aborted) return
      const problem = await this.connect().then(() => undefined, asFault)
      if (this.#stopped) return
      if (problem === undefined) {
        const to = this.replica === undefined ? {} : { to: this.replica }
        this.#book.gaps.push({ ...gap, ...to, backMs: this.#context.now() })
        if (this.#gap === gap) this.#gap = undefined
        return
      }
      failed.push(problem)
    }
  }
}

/** What a broken connection rejects with is in the ledger already. */
const calm = (error: unknown): undefined => {
  if (error instanceof ProbeError) return undefined
  throw error
}

const asFault = (error: unknown): Fault => faultOf(error)
