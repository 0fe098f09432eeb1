import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BadAnswer, createAnswerReader } from '../../../../src/local/front-door/answer-reader.ts'

interface Read {
  status: number
  message: string
  headers: readonly string[]
  keepAlive: boolean
  body: string
  ended: boolean
  rest: string
}

/** Reads these pieces one after the other; `close` when the replica closes behind them. */
function read(
  pieces: readonly Buffer[],
  { method = 'GET', close = false } = {},
): Read & { closedWell?: boolean } {
  const got = {
    status: 0,
    message: '',
    headers: [] as readonly string[],
    keepAlive: false,
    body: '',
    ended: false,
    rest: '',
  }
  const reader = createAnswerReader(method, {
    head({ status, message, headers, keepAlive }) {
      Object.assign(got, { status, message, headers, keepAlive })
    },
    body(chunk) {
      if (chunk.length === 0) throw new Error('an empty piece')
      got.body += chunk.toString('latin1')
    },
    end() {
      if (got.ended) throw new Error('ended twice')
      got.ended = true
    },
    upgrade({ status }, rest) {
      got.status = status
      got.rest = rest.toString('latin1')
    },
  })
  for (const piece of pieces) reader.feed(piece)
  const closedWell = close ? reader.close() : undefined
  return { ...got, ...(closedWell !== undefined && { closedWell }) }
}
const one = (text: string, options = {}) => read([Buffer.from(text, 'latin1')], options)

/** Cuts text at these places, in any order and number. */
const cut = (text: string, places: readonly number[]): Buffer[] => {
  const sorted = [0, ...places.map(place => place % (text.length + 1)), text.length].sort((a, b) => a - b)
  return sorted.slice(1).map((end, index) => Buffer.from(text.slice(sorted[index], end), 'latin1'))
}
const places = fc.array(fc.nat(), { maxLength: 12 })
const latin1 = fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes).toString('latin1'))

describe('reading an answer', () => {
  it('gives status, message and headers as they came', () => {
    const got = one(
      'HTTP/1.1 200 All Right\r\nX-One:  a b \r\nset-cookie: c=d\r\nSet-Cookie: e=f\r\nContent-Length: 2\r\n\r\nok',
    )
    expect(got).toMatchObject({ status: 200, message: 'All Right', body: 'ok', ended: true, keepAlive: true })
    expect(got.headers).toEqual([
      'X-One',
      'a b',
      'set-cookie',
      'c=d',
      'Set-Cookie',
      'e=f',
      'Content-Length',
      '2',
    ])
    expect(one('HTTP/1.1 204\r\n\r\n')).toMatchObject({ status: 204, message: '', headers: [], ended: true })
  })

  it('gives the same for a body with a length, however the bytes are cut', () => {
    fc.assert(
      fc.property(latin1, places, (body, at) => {
        const text = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`
        expect(read(cut(text, at))).toMatchObject({ status: 200, body, ended: true })
      }),
    )
  })

  it('gives the same for chunks with extensions and trailers, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(latin1), places, (chunks, at) => {
        const full = chunks.filter(chunk => chunk !== '')
        const coded = full
          .map(chunk => `${chunk.length.toString(16).toUpperCase()} ;x=y\r\n${chunk}\r\n`)
          .join('')
        const text = `HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n${coded}0\r\nX-Sum: 1\r\n\r\n`
        expect(read(cut(text, at))).toMatchObject({ body: full.join(''), ended: true })
      }),
    )
  })

  it('gives all until the close when nothing says how long the body is, and never keeps that connection', () => {
    fc.assert(
      fc.property(latin1, places, (body, at) => {
        const got = read(cut(`HTTP/1.1 200 OK\r\n\r\n${body}`, at), { close: true })
        expect(got).toMatchObject({ body, ended: true, closedWell: true, keepAlive: false })
      }),
    )
  })

  it('takes no body for HEAD, 204 and 304, whatever the headers promise', () => {
    const promise = 'Content-Length: 10\r\n\r\n'
    expect(one(`HTTP/1.1 200 OK\r\n${promise}`, { method: 'HEAD' })).toMatchObject({ body: '', ended: true })
    expect(one(`HTTP/1.1 304 Not Modified\r\n${promise}`)).toMatchObject({ body: '', ended: true })
    expect(one('HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n')).toMatchObject({
      ended: true,
    })
  })

  it('passes over interim answers', () => {
    const got = one(
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n',
    )
    expect(got).toMatchObject({ status: 201, ended: true, headers: ['Content-Length', '0'] })
  })

  it('hands over after a 101, with the bytes behind it', () => {
    fc.assert(
      fc.property(places, at => {
        const pieces = cut('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n', at)
        const full = pieces.filter(piece => piece.length > 0)
        full.push(Buffer.concat([full.pop() ?? Buffer.alloc(0), Buffer.from('frames')]))
        expect(read(full)).toMatchObject({ status: 101, rest: 'frames', ended: false })
      }),
    )
  })

  it('tells from Connection and version whether the connection can go on', () => {
    const zero = 'Content-Length: 0\r\n\r\n'
    expect(one(`HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n${zero}`).keepAlive).toBe(true)
    expect(one(`HTTP/1.1 200 OK\r\nconnection: x\r\nConnection: Close\r\n${zero}`).keepAlive).toBe(false)
    expect(one(`HTTP/1.0 200 OK\r\n${zero}`).keepAlive).toBe(false)
  })

  it('knows an answer that was broken off', () => {
    for (const text of ['', 'HTTP/1.1 2', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab']) {
      expect(one(text, { close: true }).closedWell, text).toBe(false)
    }
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n'
    expect(one(chunked, { close: true }).closedWell).toBe(false)
    expect(one(`${chunked}0\r\n\r\n`, { close: true }).closedWell).toBe(true)
  })
})

describe('refusing what is no answer', () => {
  const ok = 'HTTP/1.1 200 OK\r\n'
  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a header without a colon', `${ok}nonsense\r\n\r\n`],
    ['a header without a name', `${ok}: x\r\n\r\n`],
    ['a space in a name', `${ok}X Y: z\r\n\r\n`],
    ['a folded header', `${ok}X: y\r\n z: w\r\n\r\n`],
    ['a lone line feed', `${ok}X: y\nSet-Cookie: evil=1\r\n\r\n`],
    ['a lone carriage return', `${ok}X: y\rSet-Cookie: evil=1\r\n\r\n`],
    ['a NUL', `${ok}X: y\0\r\n\r\n`],
    ['a length and chunks', `${ok}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ['two lengths', `${ok}Content-Length: 3\r\nContent-Length: 4\r\n\r\n`],
    ['a length that is none', `${ok}Content-Length: +3\r\n\r\n`],
    ['a length beyond all bounds', `${ok}Content-Length: 99999999999999999999\r\n\r\n`],
    ['a coding that nobody asked for', `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n`],
    ['chunks said twice', `${ok}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ['a chunk size that is none', `${ok}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`],
    ['a chunk longer than its size', `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n`],
    ['bytes after the answer', `${ok}Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK`],
    ['an endless head', `${ok}${'X-Long: y\r\n'.repeat(20_000)}`],
    ['an endless line of a chunk size', `${ok}Transfer-Encoding: chunked\r\n\r\n${'0'.repeat(20_000)}`],
  ])('such as %s', (_what, text) => {
    expect(() => one(text)).toThrow(BadAnswer)
  })

  it('holds the same when the bytes come one by one', () => {
    const text = `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n`
    expect(() =>
      read(
        cut(
          text,
          Array.from({ length: text.length }, (_, at) => at),
        ),
      ),
    ).toThrow(BadAnswer)
  })

  it('throws nothing but BadAnswer, whatever comes', () => {
    const line = fc.constantFrom(
      ok,
      'Content-Length: 3\r\n',
      'Transfer-Encoding: chunked\r\n',
      '\r\n',
      'X: y\r\n',
      '3\r\nabc\r\n',
      '0\r\n',
      'abc',
    )
    const text = fc.oneof(
      latin1,
      fc.array(line).map(lines => ok + lines.join('')),
    )
    fc.assert(
      fc.property(text, places, (bytes, at) => {
        try {
          read(cut(bytes, at), { close: true })
        } catch (error) {
          expect(error).toBeInstanceOf(BadAnswer)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
