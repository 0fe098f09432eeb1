import { printable } from '../errors.ts'
import type { Context } from './context.ts'
import type { CookieJar } from './cookies.ts'
import { parseRefusal } from './engine-io.ts'
import { ProbeError } from './fault.ts'
import type { HttpMessage } from './http-message.ts'
import { replicaName } from './identity.ts'
import type { Fault, RequestKind, RequestRecord } from './observations.ts'
import { openWebSocket, type WebSocketConnection, type WebSocketHandlers } from './websocket.ts'

/** Which cookies a session sends: a browser's, none, or a single one by name. */
export type CookiePolicy = 'all' | 'none' | { readonly only: string }

export interface HttpOptions {
  readonly kind: RequestKind
  readonly method: 'GET' | 'POST'
  readonly body?: string
  readonly timeoutMs?: number
}

/** The fault that an HTTP answer stands for. */
export function answerFault(message: Pick<HttpMessage, 'status' | 'body'>): Fault {
  const refusal = parseRefusal(message.body)
  const text = refusal?.message ?? wordsOf(message.body)
  const words = printable(text.slice(0, 2000)).replace(/\s+/g, ' ').trim()
  // Error pages begin with what is said already.
  const told = words.startsWith(`${message.status} `) ? words.slice(4) : words
  return {
    kind: 'answer',
    status: message.status,
    ...(refusal === undefined ? {} : { code: refusal.code }),
    message: told.length > longestWords ? `${told.slice(0, longestWords)}…` : told,
  }
}

/** Of an answer's body, for people. */
const longestWords = 120

/** A page's text without its head, where the same stands again; the title of a page that has nothing else. */
function wordsOf(body: string): string {
  const plain = (html: string) => html.replace(/<(style|script)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ')
  const page = body.slice(0, 20_000)
  const shown = plain(page.replace(/<(head|title)[\s>][\s\S]*?<\/\1>/gi, ' '))
  return shown.trim() === '' ? plain(page) : shown
}

/** The HTTP side of one session: cookies in and out, never twice the same connection, every request recorded. */
export class Requests {
  readonly records: RequestRecord[] = []
  readonly jar: CookieJar
  sid: string | undefined
  /** The replica that issued the session, as far as HTTP tells. */
  issuedBy: string | undefined
  /** The answer that opened the session. */
  opening: HttpMessage | undefined
  policy: CookiePolicy
  readonly #context: Context
  readonly #used = new Set<number>()

  constructor(context: Context, jar: CookieJar, policy: CookiePolicy) {
    this.#context = context
    this.jar = jar
    this.policy = policy
  }

  /** Body of the answer; anything but 200 rejects with a `ProbeError`. */
  async http(options: HttpOptions): Promise<string> {
    const timeoutMs = options.timeoutMs ?? this.#context.options.timeoutMs
    const message = await this.#record(options.kind, onConnection =>
      this.#context.http.request(
        {
          method: options.method,
          path: this.#path('polling'),
          headerLines: this.#headerLines(),
          ...(options.body === undefined ? {} : { body: options.body }),
          timeoutMs,
          waitingFor: `answer to the ${options.kind}`,
        },
        { used: this.#used, onConnection },
      ),
    )
    return message.body
  }

  /** Opens a WebSocket, always on a new TCP connection. */
  async websocket(kind: 'upgrade' | 'websocket', handlers: WebSocketHandlers): Promise<WebSocketConnection> {
    const { dialer, options } = this.#context
    let opened: WebSocketConnection | undefined
    await this.#record(kind, async onConnection => {
      const upgraded = await openWebSocket(
        dialer,
        { path: this.#path('websocket'), headerLines: this.#headerLines(), timeoutMs: options.timeoutMs },
        handlers,
        onConnection,
      )
      opened = upgraded.websocket
      return upgraded.message
    })
    if (opened === undefined) throw new Error('a 101 without a WebSocket')
    return opened
  }

  /** Ends the session with its cookies, whatever the experiment was about: only its own replica can end it. */
  async farewell(body: string): Promise<void> {
    this.policy = 'all'
    try {
      await this.http({ kind: 'post', method: 'POST', body })
    } catch (error) {
      if (!(error instanceof ProbeError)) throw error
    }
    this.records.splice(
      this.records.findLastIndex(record => record.kind === 'post'),
      1,
    )
  }

  async #record(
    kind: RequestKind,
    send: (onConnection: (connection: number) => void) => Promise<HttpMessage>,
  ): Promise<HttpMessage> {
    const atMs = this.#context.now()
    let connection = 0
    const opens = this.sid === undefined
    const add = (rest: Partial<RequestRecord>): void => {
      this.records.push({ kind, connection, atMs, tookMs: this.#context.now() - atMs, ...rest })
    }
    try {
      const message = await send(id => {
        connection = id
        this.#used.add(id)
      })
      if (this.policy !== 'none' || opens) this.jar.store(message.headers.get('set-cookie') ?? [], Date.now())
      const answeredBy = this.#answeredBy(message)
      const fault =
        message.status === (kind === 'post' || kind === 'poll' || kind === 'handshake' ? 200 : 101)
          ? undefined
          : answerFault(message)
      add({
        status: message.status,
        ...(answeredBy === undefined ? {} : { answeredBy }),
        ...(fault === undefined ? {} : { fault }),
      })
      if (fault !== undefined) throw new AnswerError(fault, message)
      if (opens) this.#learn(message, answeredBy)
      return message
    } catch (error) {
      if (error instanceof ProbeError && !(error instanceof AnswerError)) add({ fault: error.fault })
      throw error
    }
  }

  #learn(message: HttpMessage, answeredBy: string | undefined): void {
    const { identity } = this.#context
    this.opening = message
    this.issuedBy = identity.kind === 'cookie' ? replicaName(this.jar.value(identity.name)) : answeredBy
  }

  #answeredBy(message: HttpMessage): string | undefined {
    const { identity, answerHeader } = this.#context
    const header = identity.kind === 'header' ? identity.name : answerHeader
    return header === undefined ? undefined : replicaName(message.headers.get(header)?.[0])
  }

  #path(transport: 'polling' | 'websocket'): string {
    const sid = this.sid === undefined ? '' : `&sid=${encodeURIComponent(this.sid)}`
    return `${this.#context.target.socketPath}?EIO=4&transport=${transport}${sid}`
  }

  #headerLines(): string {
    const { headerLines, givenCookie } = this.#context.target
    const { policy, jar } = this
    const own = policy === 'none' ? undefined : jar.header(policy === 'all' ? undefined : policy.only)
    const cookie = [givenCookie, own].filter(part => part !== undefined).join('; ')
    return cookie === '' ? headerLines : `${headerLines}cookie: ${cookie}\r\n`
  }
}

/** An HTTP answer that is not the wanted one, with the answer itself for a closer look. */
export class AnswerError extends ProbeError {
  readonly answer: HttpMessage
  constructor(fault: Fault, answer: HttpMessage) {
    super(fault)
    this.answer = answer
  }
}
