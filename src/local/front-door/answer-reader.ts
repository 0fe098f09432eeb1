/** Status line and headers of an answer. */
export interface AnswerHead {
  readonly status: number
  readonly message: string
  /** Names and values in turns, as they came. */
  readonly headers: readonly string[]
  /** Value of the `Connection` header, in lower case. */
  readonly connection: string | undefined
  /** Whether the connection may carry another request after this one. */
  readonly keepAlive: boolean
}

export interface AnswerSink {
  head(head: AnswerHead): void
  /** Never empty. */
  body(chunk: Buffer): void
  /** The answer is complete. Anything after it is an error. */
  end(): void
  /** A 101, with the bytes that came after it. */
  upgrade(head: AnswerHead, rest: Buffer): void
}

export interface AnswerReader {
  /** Takes bytes as they come, in any pieces. Throws a BadAnswer. */
  feed(chunk: Buffer): void
  /** The replica has closed its side. False when the answer was not complete. */
  close(): boolean
}

/** A replica does not speak HTTP/1.1 as RFC 9112 has it. */
export class BadAnswer extends Error {
  override readonly name = 'BadAnswer'
}

type State = 'head' | 'length' | 'size' | 'chunk' | 'chunk-end' | 'trailers' | 'until-close' | 'done'

/** Most bytes that the head of an answer may have; Google's limit is about 128 KB. */
const headBytes = 128 * 1024
const lineBytes = 16 * 1024
const none: Buffer = Buffer.alloc(0)

/**
 * Reads one HTTP/1.1 answer. node:http's own client does the same and much more, for about twice the processor time
 * per request; test/bench/front-door.ts shows it.
 */
export function createAnswerReader(method: string, sink: AnswerSink): AnswerReader {
  let state: State = 'head'
  let held: Buffer = none
  let left = 0

  const begin = (head: AnswerHead): void => {
    const framing = bodyOf(head, method)
    sink.head(framing === 'until-close' ? { ...head, keepAlive: false } : head)
    if (framing === 'chunked') state = 'size'
    else if (framing === 'until-close') state = 'until-close'
    else if (framing > 0) {
      state = 'length'
      left = framing
    } else finish()
  }

  const finish = (): void => {
    state = 'done'
    sink.end()
  }

  /** Bytes up to and with the mark, or undefined while they have not all come. */
  const until = (chunk: Buffer, mark: string, most: number): { text: string; rest: Buffer } | undefined => {
    const all = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    const at = all.indexOf(mark)
    if (at > most || (at < 0 && all.length >= most + mark.length))
      throw new BadAnswer(`more than ${most} bytes in a head or a line`)
    held = at < 0 ? all : none
    if (at < 0) return undefined
    return { text: all.toString('latin1', 0, at), rest: all.subarray(at + mark.length) }
  }

  /** One step; the bytes that are left for the next. */
  const step = (chunk: Buffer): Buffer => {
    switch (state) {
      case 'head': {
        const found = until(chunk, '\r\n\r\n', headBytes)
        if (found === undefined) return none
        const head = parseHead(found.text)
        if (head.status === 101) {
          state = 'done'
          sink.upgrade(head, found.rest)
          return none
        }
        if (head.status >= 200) begin(head)
        return found.rest
      }
      case 'length':
      case 'chunk': {
        const piece = chunk.length > left ? chunk.subarray(0, left) : chunk
        left -= piece.length
        sink.body(piece)
        if (left === 0 && state === 'length') finish()
        else if (left === 0) state = 'chunk-end'
        return chunk.subarray(piece.length)
      }
      case 'chunk-end': {
        const found = until(chunk, '\r\n', 0)
        if (found === undefined) return none
        state = 'size'
        return found.rest
      }
      case 'size': {
        const found = until(chunk, '\r\n', lineBytes)
        if (found === undefined) return none
        left = chunkSize(found.text)
        state = left === 0 ? 'trailers' : 'chunk'
        return found.rest
      }
      case 'trailers': {
        const found = until(chunk, '\r\n', lineBytes)
        if (found?.text === '') finish()
        return found?.rest ?? none
      }
      case 'until-close':
        sink.body(chunk)
        return none
      case 'done':
        throw new BadAnswer('bytes after the answer')
    }
  }

  return {
    feed(chunk) {
      let rest = chunk
      while (rest.length > 0) rest = step(rest)
    },
    close() {
      if (state === 'until-close') finish()
      return state === 'done'
    },
  }
}

// Control characters other than a tab, and line ends that are not the two bytes.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|[^\r]\n/
const token = /^[!#$%&'*+.^`|~\w-]+$/

function parseHead(text: string): AnswerHead {
  const lineEnd = text.indexOf('\r\n')
  const line = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: (.*))?$/.exec(lineEnd < 0 ? text : text.slice(0, lineEnd))
  if (line === null || forbidden.test(text)) throw new BadAnswer('not an HTTP/1.1 answer')
  const headers: string[] = []
  let connection: string | undefined
  for (let start = lineEnd < 0 ? text.length : lineEnd + 2; start < text.length; ) {
    const next = text.indexOf('\r\n', start)
    const end = next < 0 ? text.length : next
    const colon = text.indexOf(':', start)
    const name = text.slice(start, colon)
    if (colon < 0 || colon > end || !token.test(name)) throw new BadAnswer('a header line without a name')
    const value = text.slice(colon + 1, end).trim()
    headers.push(name, value)
    if (name.length === 10 && name.toLowerCase() === 'connection') {
      connection = connection === undefined ? value.toLowerCase() : `${connection},${value.toLowerCase()}`
    }
    start = end + 2
  }
  const keepAlive = line[1] === '1' && !(connection?.includes('close') ?? false)
  return { status: Number(line[2]), message: line[3] ?? '', headers, connection, keepAlive }
}

/** How long the body is (RFC 9112 6.3). Two answers to that question are an attack or a bug. */
function bodyOf({ status, headers }: AnswerHead, method: string): number | 'chunked' | 'until-close' {
  let length: string | undefined
  let coding: string | undefined
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? ''
    const value = headers[index + 1] ?? ''
    if (name.length === 14 && name.toLowerCase() === 'content-length') {
      if (!/^\d{1,15}$/.test(value) || (length ?? value) !== value)
        throw new BadAnswer('an unclear Content-Length')
      length = value
    } else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') {
      coding = coding === undefined ? value.toLowerCase() : `${coding}, ${value.toLowerCase()}`
    }
  }
  if (coding !== undefined && (length !== undefined || coding !== 'chunked')) {
    throw new BadAnswer('an unclear Transfer-Encoding')
  }
  if (method === 'HEAD' || status === 204 || status === 304) return 0
  if (coding !== undefined) return 'chunked'
  return length === undefined ? 'until-close' : Number(length)
}

function chunkSize(line: string): number {
  const hex = /^([\da-f]{1,12})[ \t]*(?:;.*)?$/i.exec(line)?.[1]
  if (hex === undefined) throw new BadAnswer('a chunk without a size')
  return Number.parseInt(hex, 16)
}
