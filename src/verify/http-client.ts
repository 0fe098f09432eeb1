import type { Dialer, Line } from './dial.ts'
import { ProbeError } from './fault.ts'
import { type HttpMessage, HttpParser, HttpSyntaxError } from './http-message.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Header lines, each ended by CRLF. */
  readonly headerLines: string
  readonly body?: string
  readonly timeoutMs: number
  /** What a timeout was waiting for. */
  readonly waitingFor: string
}

/** What a session tells the pool about connections: which it used, and it is told which comes next. */
export interface ConnectionLog {
  readonly used: ReadonlySet<number>
  onConnection(connection: number): void
}

const idleLimit = 64
/**
 * A balancer below HTTP picks a replica per connection. With this many independent connections in the pool, the chance
 * that three replicas at random all turn out to be the same one is 3^-23.
 */
const freshConnections = 24

/**
 * HTTP/1.1 over pooled connections. A request never rides on a connection that its session used before, so a balancer
 * that keeps a connection on one replica cannot look like one that keeps a session there.
 */
export class HttpClient {
  readonly #dialer: Dialer
  readonly #idle: Line[] = []
  #made = 0

  constructor(dialer: Dialer) {
    this.#dialer = dialer
  }

  /** Rejects with a `ProbeError`, or with the reason of the interrupt. */
  async request(request: HttpRequest, log: ConnectionLog): Promise<HttpMessage> {
    const reused = this.#take(log.used)
    if (reused !== undefined) {
      log.onConnection(reused.id)
      try {
        return await this.#exchange(reused, request)
      } catch (error) {
        // A server may end an idle connection just as we use it; browsers try again, on a new one (RFC 9112 9.3.1).
        if (!(error instanceof ProbeError && error.fault.kind === 'closed')) throw error
      }
    }
    this.#made += 1
    const line = await this.#dialer.open()
    log.onConnection(line.id)
    return this.#exchange(line, request)
  }

  #take(used: ReadonlySet<number>): Line | undefined {
    if (this.#made < freshConnections) return undefined
    const free = this.#idle.filter(line => !used.has(line.id) && !line.socket.destroyed)
    const line = free[Math.floor(Math.random() * free.length)]
    if (line !== undefined) this.#idle.splice(this.#idle.indexOf(line), 1)
    return line
  }

  async #exchange(line: Line, request: HttpRequest): Promise<HttpMessage> {
    const message = await exchange(line, request)
    if (message.keepAlive && message.rest.length === 0 && this.#idle.length < idleLimit) this.#idle.push(line)
    else line.socket.destroy()
    return message
  }
}

/** The bytes of a request. */
export function formatRequest(
  request: Pick<HttpRequest, 'method' | 'path' | 'headerLines' | 'body'>,
): string {
  const body = request.body ?? ''
  const length =
    request.method === 'POST'
      ? `content-type: text/plain;charset=UTF-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`
      : ''
  return `${request.method} ${request.path} HTTP/1.1\r\n${request.headerLines}${length}\r\n${body}`
}

/** Sends one request on a connection and reads one answer; destroys the connection when that fails. */
export function exchange(line: Line, request: HttpRequest): Promise<HttpMessage> {
  const { socket } = line
  const parser = new HttpParser()
  return new Promise((resolve, reject) => {
    let received = false
    const settle = (): void => {
      clearTimeout(timer)
      socket.off('data', onData)
      socket.off('close', onClose)
      socket.off('error', onError)
    }
    const fail = (error: ProbeError): void => {
      settle()
      socket.destroy()
      reject(error)
    }
    const finish = (message: HttpMessage): void => {
      settle()
      resolve(message)
    }
    const onData = (bytes: Buffer): void => {
      received = true
      try {
        const message = parser.push(bytes)
        if (message !== undefined) finish(message)
      } catch (error) {
        if (!(error instanceof HttpSyntaxError)) throw error
        fail(new ProbeError({ kind: 'protocol', message: error.message }))
      }
    }
    const onClose = (): void => {
      const message = parser.end()
      if (message !== undefined) {
        finish(message)
        return
      }
      const when = received ? 'closed in the middle of an answer' : 'closed without an answer'
      fail(new ProbeError({ kind: received ? 'protocol' : 'closed', message: when }))
    }
    const onError = (error: NodeJS.ErrnoException): void =>
      fail(
        new ProbeError({
          kind: 'closed',
          message: `closed without an answer (${error.code ?? error.message})`,
        }),
      )
    const timer = setTimeout(
      () =>
        fail(new ProbeError({ kind: 'timeout', afterMs: request.timeoutMs, waitingFor: request.waitingFor })),
      request.timeoutMs,
    )
    socket.on('data', onData)
    socket.once('close', onClose)
    socket.once('error', onError)
    if (socket.destroyed) onClose()
    else socket.write(formatRequest(request))
  })
}
