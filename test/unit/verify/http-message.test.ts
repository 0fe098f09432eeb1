import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatRequest } from '../../../src/verify/http-client.ts'
import { HttpParser, HttpSyntaxError } from '../../../src/verify/http-message.ts'

const limits = { head: 1_000, body: 1_000 }

function parse(text: string, pieceLength = text.length) {
  const parser = new HttpParser(limits)
  for (let at = 0; at < text.length; at += pieceLength) {
    const message = parser.push(Buffer.from(text.slice(at, at + pieceLength), 'latin1'))
    if (message !== undefined) return message
  }
  return parser.end()
}

describe('an HTTP answer', () => {
  const answers = [
    [
      'with a length',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      { status: 200, body: 'ok', keepAlive: true },
    ],
    [
      'in chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\n\r\n',
      { body: 'ok', keepAlive: true },
    ],
    ['until the end', 'HTTP/1.1 200 OK\r\n\r\nok', { body: 'ok', keepAlive: false }],
    ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n', { body: '', keepAlive: true }],
    [
      'after early hints',
      'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
      { status: 200 },
    ],
    [
      'that closes',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      { keepAlive: false },
    ],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', { keepAlive: false }],
    ['without a reason', 'HTTP/1.1 400\r\nContent-Length: 0\r\n\r\n', { status: 400 }],
  ] as const
  for (const [name, text, expected] of answers) {
    it(`${name} is read, byte by byte too`, () => {
      expect(parse(text)).toMatchObject(expected)
      expect(parse(text, 1)).toMatchObject(expected)
    })
  }

  it('keeps header lines of one name apart', () => {
    const message = parse(
      'HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nContent-Length: 0\r\n\r\n',
    )
    expect(message?.headers.get('set-cookie')).toEqual(['a=1', 'b=2'])
  })

  it('to an upgrade leaves the first frames for whoever comes next', () => {
    const message = parse('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x01x')
    expect(message?.status).toBe(101)
    expect(message?.rest).toEqual(Buffer.from([0x81, 1, 120]))
  })

  for (const [name, text] of [
    ['of another protocol', 'SSH-2.0-x\r\n\r\n'],
    ['of HTTP/2', 'HTTP/2 200\r\n\r\n'],
    ['without a status', 'HTTP/1.1 OK\r\n\r\n'],
    ['with a header that has no name', 'HTTP/1.1 200 OK\r\n: x\r\n\r\n'],
    ['with a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['that is too long', 'HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n'],
    ['with a chunk that is too long', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n'],
    ['with a chunk that has no size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['with a head that is too long', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(1_000)}\r\n\r\n`],
    ['with a head that never ends', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(1_000)}`],
    ['until the end that is too long', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(1_001)}`],
  ] as const) {
    it(`${name} is refused`, () => {
      expect(() => parse(text)).toThrow(HttpSyntaxError)
      expect(() => parse(text, 7)).toThrow(HttpSyntaxError)
    })
  }

  it('never crashes us otherwise', () => {
    const start = fc.constantFrom(
      '',
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    )
    fc.assert(
      fc.property(
        start,
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 1, max: 9 }),
        (head, rest, piece) => {
          try {
            parse(head + rest, piece)
          } catch (error) {
            expect(error).toBeInstanceOf(HttpSyntaxError)
          }
        },
      ),
    )
  })
})

describe('an HTTP request', () => {
  it('says how many bytes its body has', () => {
    const text = formatRequest({ method: 'POST', path: '/x', headerLines: 'host: a\r\n', body: '4ü' })
    expect(text).toBe(
      'POST /x HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain;charset=UTF-8\r\ncontent-length: 3\r\n\r\n4ü',
    )
  })
})
