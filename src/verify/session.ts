import type { Context } from './context.ts'
import { CookieJar } from './cookies.ts'
import {
  decodePacket,
  decodePayload,
  type EnginePacket,
  encodePacket,
  encodePayload,
  type OpenPacket,
  parseOpen,
} from './engine-io.ts'
import { ProbeError } from './fault.ts'
import { replicaName } from './identity.ts'
import type { Fault, Purpose, SessionRecord } from './observations.ts'
import { type CookiePolicy, Requests } from './requests.ts'
import { decodeSocketPacket, encodeSocketPacket, eventOf, type SocketPacket } from './socket-io.ts'
import { type Match, Waiters } from './waiters.ts'
import type { WebSocketConnection } from './websocket.ts'

export interface SessionOptions {
  readonly purpose: Purpose
  /** Shared by the sessions of one browser; a jar of its own when absent. */
  readonly jar?: CookieJar
  /** Default `all`. */
  readonly cookies?: CookiePolicy
}

/** One Engine.IO session and the Socket.IO packets in it, over polling or a WebSocket. */
export class Session {
  readonly id: number
  readonly requests: Requests
  open: OpenPacket | undefined
  /** What ended it, if anything did. */
  fault: Fault | undefined
  /** Called once when it ends by itself. */
  onEnd: (fault: Fault) => void = () => undefined
  readonly context: Context
  readonly #options: SessionOptions
  readonly #waiters = new Waiters()
  #websocket: WebSocketConnection | undefined
  #named: string | undefined
  #ackId = 0
  #closed = false
  #endMs: number | undefined

  constructor(context: Context, options: SessionOptions) {
    this.context = context
    this.#options = options
    this.id = context.sessions.length + 1
    this.requests = new Requests(
      context,
      options.jar ?? new CookieJar(context.target),
      options.cookies ?? 'all',
    )
    context.sessions.push(this)
  }

  /** The replica that issued it, once known. */
  get replica(): string | undefined {
    return this.requests.issuedBy ?? this.#named
  }

  get isWebSocket(): boolean {
    return this.#websocket !== undefined
  }

  nextAckId(): number {
    this.#ackId += 1
    return this.#ackId
  }

  nameReplica(value: unknown): void {
    this.#named ??= replicaName(value)
  }

  /** Handshake by polling. Like every method here that sends, it rejects with a `ProbeError`. */
  async openPolling(): Promise<OpenPacket> {
    this.#receivePayload(await this.requests.http({ kind: 'handshake', method: 'GET' }))
    return this.#opened()
  }

  /** Handshake by WebSocket alone. */
  async openWebSocket(): Promise<OpenPacket> {
    this.#websocket = await this.#dial('websocket')
    if (this.open === undefined) await this.waitFor(() => this.open, 'Engine.IO handshake')
    return this.#opened()
  }

  /** Moves a polling session to a WebSocket on a new TCP connection, with the probe that the official client sends. */
  async upgrade(): Promise<void> {
    const websocket = await this.#dial('upgrade')
    const probed = this.waitFor(
      engine => (engine.type === 'pong' && engine.data === 'probe') || undefined,
      'answer to the upgrade probe',
    )
    websocket.send('2probe')
    await probed
    websocket.send(encodePacket({ type: 'upgrade', data: '' }))
    this.#websocket = websocket
  }

  /** One long poll. */
  async poll(timeoutMs = this.context.options.timeoutMs): Promise<void> {
    this.#receivePayload(await this.requests.http({ kind: 'poll', method: 'GET', timeoutMs }))
  }

  /** Polls until the session ends, as the official client does. */
  listen(): void {
    const patience = (this.open?.pingInterval ?? 25_000) + this.context.options.timeoutMs
    const next = (): void => {
      if (this.#closed || this.fault !== undefined) return
      this.poll(patience).then(next, (error: unknown) => this.#fail(error))
    }
    next()
  }

  async send(packet: EnginePacket): Promise<void> {
    if (this.fault !== undefined) throw new ProbeError(this.fault)
    if (this.#websocket !== undefined) return this.#websocket.send(encodePacket(packet))
    await this.requests.http({ kind: 'post', method: 'POST', body: encodePayload([packet]) })
  }

  sendSocket(packet: SocketPacket): Promise<void> {
    return this.send({ type: 'message', data: encodeSocketPacket(packet) })
  }

  waitFor<T>(match: Match<T>, waitingFor: string, timeoutMs = this.context.options.timeoutMs): Promise<T> {
    if (this.fault !== undefined) return Promise.reject(new ProbeError(this.fault))
    return this.#waiters.wait(match, waitingFor, timeoutMs)
  }

  /** Says good-bye, so that the server need not wait for its ping timeout. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#endMs ??= this.context.now()
    // Whoever still waits would keep the process alive until it times out.
    this.#waiters.fail(new ProbeError({ kind: 'closed', message: 'the session is over' }))
    if (this.#websocket !== undefined) return this.#websocket.end()
    if (this.open === undefined || (this.fault !== undefined && this.fault.kind !== 'answer')) return
    await this.requests.farewell(encodePacket({ type: 'close', data: '' }))
  }

  toRecord(): SessionRecord {
    const { purpose, cookies } = this.#options
    const sid = this.open?.sid
    return {
      id: this.id,
      purpose,
      ...(typeof cookies === 'object' ? { cookie: cookies.only } : {}),
      ...(sid === undefined ? {} : { sid }),
      ...(this.replica === undefined ? {} : { replica: this.replica }),
      requests: this.requests.records,
      ...(this.#endMs === undefined ? {} : { endMs: this.#endMs }),
      ...(this.fault === undefined ? {} : { fault: this.fault }),
    }
  }

  async #dial(kind: 'websocket' | 'upgrade'): Promise<WebSocketConnection> {
    return await this.requests.websocket(kind, {
      onText: text => this.#receive(decodePacket(text)),
      onClose: fault => this.#fail(new ProbeError(fault)),
    })
  }

  #opened(): OpenPacket {
    if (this.open !== undefined) return this.open
    throw new ProbeError({ kind: 'protocol', message: 'the first packet is not an Engine.IO handshake' })
  }

  #receivePayload(body: string): void {
    const packets = decodePayload(body)
    if (packets === undefined)
      throw new ProbeError({ kind: 'protocol', message: 'the answer is not Engine.IO 4' })
    for (const packet of packets) this.#receive(packet)
  }

  #receive(packet: EnginePacket | undefined): void {
    if (packet === undefined || this.#closed) return
    if (packet.type === 'open') {
      this.open ??= parseOpen(packet.data)
      this.requests.sid ??= this.open?.sid
    }
    if (packet.type === 'ping') {
      this.send({ type: 'pong', data: packet.data }).catch((error: unknown) => this.#fail(error))
    }
    if (packet.type === 'close') {
      this.#fail(new ProbeError({ kind: 'closed', message: 'closed by the server' }))
    }
    const socket = packet.type === 'message' ? decodeSocketPacket(packet.data) : undefined
    if (socket !== undefined) this.#look(socket)
    this.#waiters.offer(packet, socket)
  }

  /** Names and farewells come unasked. */
  #look(packet: SocketPacket): void {
    if (packet.namespace !== this.context.target.namespace) return
    const { identity } = this.context
    const event = identity.kind === 'event' ? eventOf(packet) : undefined
    if (identity.kind === 'event' && event?.name === identity.name) this.nameReplica(event.args[0])
    if (packet.type === 'disconnect') {
      this.#fail(new ProbeError({ kind: 'closed', message: 'the server sent DISCONNECT' }))
    }
  }

  #fail(error: unknown): void {
    if (this.#closed || this.fault !== undefined) return
    if (error instanceof ProbeError) {
      this.fault = error.fault
      this.#endMs = this.context.now()
      this.onEnd(error.fault)
    }
    this.#waiters.fail(error)
  }
}
