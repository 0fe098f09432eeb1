import type { Socket } from 'node:net'
import { answer } from './dispatch.ts'
import type { Instance } from './instance.ts'
import type { Keyspace } from './keyspace.ts'
import { OutputLimit, type OutputLimits } from './output-limit.ts'
import type { Kind } from './pubsub.ts'
import { error, type Reply, type Resp } from './reply.ts'
import { ProtocolError, parserLimits, RequestParser } from './request-parser.ts'
import { isSubscriber, type Session, type Transaction } from './session.ts'

/** A client that does not read its replies gets no further commands run beyond this. Redis would go on. */
const unreadReplyBytes = 32 * 1024 * 1024

/** Redis' tcp-keepalive: a client that has vanished is found out. */
const keepAliveMs = 300_000

/** One client: its socket, the bytes in both directions, and its state. */
export class Connection implements Session {
  readonly id: number
  readonly address: string
  readonly connectedAt = Date.now()
  readonly instance: Instance
  readonly keyspace: Keyspace
  readonly subscriptions: Readonly<Record<Kind, Set<string>>> = {
    channel: new Set(),
    pattern: new Set(),
    shard: new Set(),
  }
  readonly watched = new Set<string>()
  resp: Resp = 2
  name = ''
  libraryName = ''
  libraryVersion = ''
  transaction: Transaction | undefined
  watchBroken = false
  executing = false
  readonly #socket: Socket
  readonly #parser = new RequestParser()
  readonly #limit: OutputLimit
  #unsent = ''
  #authenticated = false
  #blocked = false
  #closing = false

  constructor(socket: Socket, instance: Instance, limits: OutputLimits) {
    this.#socket = socket
    this.#limit = new OutputLimit(limits)
    this.id = ++instance.connectionsReceived
    this.address = `${socket.remoteAddress}:${socket.remotePort}`
    this.instance = instance
    this.keyspace = instance.keyspace
    this.authenticated = instance.password === undefined
    instance.sessions.set(this.id, this)
    socket.setNoDelay(true)
    socket.setKeepAlive(true, keepAliveMs)
    socket.on('data', chunk => this.#receive(chunk))
    socket.on('drain', () => {
      socket.resume()
      this.#work()
      instance.flush()
    })
    // A reset by the client; 'close' follows and cleans up.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#forget())
  }

  get authenticated(): boolean {
    return this.#authenticated
  }

  set authenticated(value: boolean) {
    this.#authenticated = value
    this.#parser.authenticated = value
  }

  send(reply: Reply): void {
    if (this.#socket.destroyed || reply === '') return
    if (this.#unsent === '') this.instance.willFlush(this)
    this.#unsent += reply
    if (this.tooSlow(Date.now())) this.destroy()
  }

  /** Whether this is a subscriber that lets too much pile up. `now`: milliseconds since 1970. */
  tooSlow(now: number): boolean {
    return isSubscriber(this) && this.#limit.exceeded(this.#unsentBytes(), now)
  }

  flush(): void {
    const bytes = this.#unsent
    this.#unsent = ''
    if (bytes !== '' && !this.#socket.destroyed) this.#socket.write(bytes, 'latin1')
    if (this.#closing) this.#socket.end()
  }

  closeAfterReplies(): void {
    this.#closing = true
    this.instance.willFlush(this)
  }

  destroy(): void {
    this.#closing = true
    this.#socket.destroy()
  }

  block(): void {
    this.#blocked = true
  }

  unblock(reply: Reply): void {
    this.#blocked = false
    this.send(reply)
    this.#work()
    this.instance.flush()
  }

  #receive(chunk: Buffer): void {
    if (this.#closing) return
    this.#parser.push(chunk)
    this.#work()
    // Commands behind a blocking one pile up; Redis has its client-query-buffer-limit for that.
    if (this.#blocked && this.#parser.waitingBytes > parserLimits.commandBytes) this.destroy()
    this.instance.flush()
  }

  #work(): void {
    try {
      while (!this.#closing && !this.#blocked && !this.#backedUp()) {
        const words = this.#parser.next()
        if (words === undefined) return
        this.send(answer(this, words))
        this.instance.readers.serve()
      }
    } catch (problem) {
      if (!(problem instanceof ProtocolError)) throw problem
      this.send(error(`ERR Protocol error: ${problem.message}`))
      this.closeAfterReplies()
    }
  }

  #backedUp(): boolean {
    if (this.#unsentBytes() <= unreadReplyBytes) return false
    this.flush()
    if (this.#socket.writableLength <= unreadReplyBytes) return false
    this.#socket.pause()
    return true
  }

  #unsentBytes(): number {
    return this.#unsent.length + this.#socket.writableLength
  }

  #forget(): void {
    const { sessions, pubsub, watches, readers } = this.instance
    sessions.delete(this.id)
    for (const kind of ['channel', 'pattern', 'shard'] as const) {
      for (const name of this.subscriptions[kind]) pubsub.remove(kind, name, this)
    }
    watches.clear(this)
    readers.remove(this)
  }
}
