/** Header names in lower case; several lines of one name stay apart. */
export type HeaderLines = ReadonlyMap<string, readonly string[]>

export interface HttpMessage {
  readonly status: number
  readonly headers: HeaderLines
  readonly body: string
  /** The connection may carry another request. */
  readonly keepAlive: boolean
  /** Bytes after the message: the first WebSocket frames of a 101. */
  readonly rest: Buffer
}

/** Bytes. Node's own limit for a head is 16 KiB. */
export interface MessageLimits {
  readonly head: number
  readonly body: number
}

export const defaultLimits: MessageLimits = { head: 64 * 1024, body: 4 * 1024 * 1024 }

/** What came is not HTTP/1.1, or more of it than anyone may send. */
export class HttpSyntaxError extends Error {
  override readonly name = 'HttpSyntaxError'
}

type Framing =
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' }

interface Head {
  readonly status: number
  readonly headers: HeaderLines
  readonly version: string
  readonly framing: Framing
}

const statusLine = /^HTTP\/(1\.[01]) (\d{3})(?: [^\r\n]*)?$/

function parseHead(text: string): Head {
  const [first = '', ...lines] = text.split('\r\n')
  const match = statusLine.exec(first)
  if (match === null) throw new HttpSyntaxError('not an HTTP answer')
  const headers = new Map<string, string[]>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1) throw new HttpSyntaxError('a header line without a name')
    const name = line.slice(0, colon).trim().toLowerCase()
    const values = headers.get(name)
    if (values === undefined) headers.set(name, [line.slice(colon + 1).trim()])
    else values.push(line.slice(colon + 1).trim())
  }
  const status = Number(match[2])
  return { status, headers, version: match[1] ?? '', framing: framingOf(status, headers) }
}

/** RFC 9112 section 6.3. */
function framingOf(status: number, headers: HeaderLines): Framing {
  if (status < 200 || status === 204 || status === 304) return { kind: 'length', length: 0 }
  if (headers.get('transfer-encoding')?.at(-1)?.toLowerCase().endsWith('chunked')) return { kind: 'chunked' }
  const length = headers.get('content-length')?.[0]
  if (length === undefined) return { kind: 'until-close' }
  if (!/^\d{1,15}$/.test(length)) throw new HttpSyntaxError('a content-length that is no number')
  return { kind: 'length', length: Number(length) }
}

/** One answer, read as its bytes come. A parser serves one message. */
export class HttpParser {
  #buffered: Buffer = Buffer.alloc(0)
  #head: Head | undefined
  readonly #parts: Buffer[] = []
  #size = 0
  readonly #limits: MessageLimits

  constructor(limits: MessageLimits = defaultLimits) {
    this.#limits = limits
  }

  /** The message once it is whole. Throws `HttpSyntaxError`. */
  push(bytes: Buffer): HttpMessage | undefined {
    this.#buffered = this.#buffered.length === 0 ? bytes : Buffer.concat([this.#buffered, bytes])
    while (this.#head === undefined) {
      const end = this.#buffered.indexOf('\r\n\r\n')
      if ((end < 0 ? this.#buffered.length : end) > this.#limits.head)
        throw new HttpSyntaxError('a head without end')
      if (end < 0) {
        if (!couldBeHttp(this.#buffered)) throw new HttpSyntaxError('not an HTTP answer')
        return undefined
      }
      const head = parseHead(this.#buffered.toString('latin1', 0, end))
      this.#buffered = this.#buffered.subarray(end + 4)
      // 100 Continue and 103 Early Hints come before the answer.
      if (head.status === 101 || head.status >= 200) this.#head = head
    }
    return this.#readBody(this.#head)
  }

  /** The connection ended: the message, when its body was to last until then. */
  end(): HttpMessage | undefined {
    return this.#head?.framing.kind === 'until-close' ? this.#finish(this.#head, false) : undefined
  }

  #readBody(head: Head): HttpMessage | undefined {
    if (head.framing.kind === 'chunked') return this.#readChunks() ? this.#finish(head, true) : undefined
    if (head.framing.kind === 'until-close') {
      this.#take(this.#buffered.length)
      return undefined
    }
    if (head.framing.length > this.#limits.body) throw new HttpSyntaxError('a body that is too long')
    this.#take(Math.min(this.#buffered.length, head.framing.length - this.#size))
    return this.#size === head.framing.length ? this.#finish(head, true) : undefined
  }

  #take(length: number): void {
    if (length === 0) return
    this.#size += length
    if (this.#size > this.#limits.body) throw new HttpSyntaxError('a body that is too long')
    this.#parts.push(this.#buffered.subarray(0, length))
    this.#buffered = this.#buffered.subarray(length)
  }

  /** True after the last chunk. Only whole chunks are taken, so `#buffered` never holds more than one. */
  #readChunks(): boolean {
    for (;;) {
      const end = this.#buffered.indexOf('\r\n')
      if (end > 1024 || (end < 0 && this.#buffered.length > 1024))
        throw new HttpSyntaxError('a chunk without size')
      if (end < 0) return false
      const size = /^[\da-f]{1,8}/i.exec(this.#buffered.toString('latin1', 0, end))?.[0]
      if (size === undefined) throw new HttpSyntaxError('a chunk without size')
      const length = Number.parseInt(size, 16)
      if (this.#size + length > this.#limits.body) throw new HttpSyntaxError('a body that is too long')
      if (this.#buffered.length < end + 4 + length) return false
      this.#buffered = this.#buffered.subarray(end + 2)
      this.#take(length)
      this.#buffered = this.#buffered.subarray(2)
      if (length === 0) return true
    }
  }

  #finish(head: Head, delimited: boolean): HttpMessage {
    const connection = head.headers.get('connection')?.join(',').toLowerCase() ?? ''
    return {
      status: head.status,
      headers: head.headers,
      body: Buffer.concat(this.#parts).toString('utf8'),
      keepAlive: delimited && head.version === '1.1' && !connection.includes('close'),
      rest: this.#buffered,
    }
  }
}

function couldBeHttp(bytes: Buffer): boolean {
  const start = 'HTTP/1.'
  return start.startsWith(bytes.toString('latin1', 0, Math.min(bytes.length, start.length)))
}
