import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Hop, requestHeaders, responseHeaders } from '../../../../src/local/front-door/headers.ts'

const hop: Hop = {
  client: '203.0.113.7',
  balancer: '127.0.0.1',
  host: '127.0.0.1:3000',
  connection: 'keep-alive',
  framing: undefined,
  method: 'GET',
  webSocket: false,
}
const pairs = (flat: readonly string[]) =>
  flat.flatMap((name, index) => (index % 2 ? [] : [[name.toLowerCase(), flat[index + 1]]]))
const values = (flat: readonly string[], name: string) =>
  pairs(flat)
    .filter(pair => pair[0] === name)
    .map(pair => pair[1])

describe('headers towards the replica', () => {
  it('keep order, case and repetition of everything that is not of the connection', () => {
    const name = fc.stringMatching(/^X-[A-Za-z]{1,10}$/).filter(text => !/^x-forwarded/i.test(text))
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string())), list => {
        const raw = ['Host', 'a.example', ...list.flat()]
        expect(requestHeaders(raw, hop).slice(0, raw.length)).toEqual(raw)
      }),
    )
  })

  it('join what X-Forwarded-For already says, in order, and replace X-Forwarded-Proto', () => {
    const raw = ['X-Forwarded-For', '1.1.1.1', 'x-forwarded-for', '2.2.2.2', 'X-Forwarded-Proto', 'https']
    const out = requestHeaders(raw, hop)
    expect(values(out, 'x-forwarded-for')).toEqual(['1.1.1.1,2.2.2.2,203.0.113.7,127.0.0.1'])
    expect(values(out, 'x-forwarded-proto')).toEqual(['http'])
  })

  it('name a host for a client of HTTP/1.0 that names none', () => {
    expect(values(requestHeaders([], hop), 'host')).toEqual(['127.0.0.1:3000'])
  })

  it('lose what Connection marks, but never what the replica relies on', () => {
    const raw = [
      'Host',
      'a',
      'Cookie',
      'c=d',
      'X-Mine',
      '1',
      'Connection',
      'x-mine, host, Cookie, X-Forwarded-For',
    ]
    const out = requestHeaders(raw, { ...hop, connection: 'x-mine, host, Cookie, X-Forwarded-For' })
    expect(values(out, 'x-mine')).toEqual([])
    expect(values(out, 'host')).toEqual(['a'])
    expect(values(out, 'cookie')).toEqual(['c=d'])
    expect(values(out, 'x-forwarded-for')).toEqual(['203.0.113.7,127.0.0.1'])
  })

  it('delimit a body in one way only', () => {
    const both = ['Content-Length', '5', 'Transfer-Encoding', 'chunked']
    const chunked = requestHeaders(both, { ...hop, method: 'POST', framing: 'chunked' })
    expect(values(chunked, 'content-length')).toEqual([])
    expect(values(chunked, 'transfer-encoding')).toEqual(['chunked'])
    const empty = requestHeaders([], { ...hop, method: 'POST' })
    expect(values(empty, 'content-length')).toEqual(['0'])
    expect(
      values(requestHeaders(['Content-Length', '0'], { ...hop, method: 'POST' }), 'content-length'),
    ).toEqual(['0'])
  })

  it('ask for the upgrade of a WebSocket and of nothing else', () => {
    const raw = ['Connection', 'keep-alive, Upgrade', 'Upgrade', 'h2c', 'Sec-WebSocket-Key', 'k']
    expect(values(requestHeaders(raw, hop), 'upgrade')).toEqual([])
    const out = requestHeaders(raw, { ...hop, webSocket: true })
    expect(values(out, 'upgrade')).toEqual(['websocket'])
    expect(values(out, 'connection')).toEqual(['Upgrade'])
    expect(values(out, 'sec-websocket-key')).toEqual(['k'])
  })
})

describe('headers towards the client', () => {
  it('keep each Set-Cookie of the replica and add ours last', () => {
    const raw = [
      'Set-Cookie',
      'a=1',
      'Set-Cookie',
      'b=2',
      'Transfer-Encoding',
      'chunked',
      'Keep-Alive',
      'timeout=5',
    ]
    const out = responseHeaders(raw, { connection: undefined, setCookie: 'GCLB=x', webSocket: false })
    expect(values(out, 'set-cookie')).toEqual(['a=1', 'b=2', 'GCLB=x'])
    expect(values(out, 'via')).toEqual(['1.1 google'])
    expect(values(out, 'transfer-encoding')).toEqual([])
    expect(values(out, 'keep-alive')).toEqual([])
  })

  it('keep Upgrade and Connection on a 101 only', () => {
    const raw = ['Connection', 'Upgrade', 'Upgrade', 'websocket']
    expect(values(responseHeaders(raw, { webSocket: true }), 'upgrade')).toEqual(['websocket'])
    expect(values(responseHeaders(raw, { webSocket: false }), 'upgrade')).toEqual([])
  })
})
