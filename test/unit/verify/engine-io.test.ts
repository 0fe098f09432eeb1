import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodePacket,
  decodePayload,
  type EnginePacket,
  type EngineType,
  encodePacket,
  encodePayload,
  isEngineIo3,
  parseOpen,
  parseRefusal,
} from '../../../src/verify/engine-io.ts'

const types: EngineType[] = ['open', 'close', 'ping', 'pong', 'message', 'upgrade', 'noop']
const text = fc.string().filter(value => !value.includes('\x1e'))
const packet = fc.oneof(
  fc.record({ type: fc.constantFrom(...types), data: text }),
  fc.record({ type: fc.constant('binary' as const), data: fc.base64String() }),
)

describe('Engine.IO packets', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(packet, value => {
        expect(decodePacket(encodePacket(value))).toEqual(value)
      }),
    )
  })

  it('come back as they went in a payload', () => {
    const payload = fc.array(packet, { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(payload, value => {
        expect(decodePayload(encodePayload(value))).toEqual(value)
      }),
    )
  })

  it('never throw for foreign text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), value => {
        decodePayload(value)
        parseOpen(value)
        parseRefusal(value)
        return true
      }),
    )
  })

  for (const [text, expected] of [
    ['4hello', { type: 'message', data: 'hello' }],
    ['2', { type: 'ping', data: '' }],
    ['3probe', { type: 'pong', data: 'probe' }],
    ['bAQID', { type: 'binary', data: 'AQID' }],
    ['', undefined],
    ['7', undefined],
    ['x', undefined],
    ['<html>', undefined],
  ] as const satisfies readonly (readonly [string, EnginePacket | undefined])[]) {
    it(`reads ${JSON.stringify(text)}`, () => expect(decodePacket(text)).toEqual(expected))
  }
})

describe('what a server says of itself', () => {
  it('is read from an open packet', () => {
    const open =
      '{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}'
    expect(parseOpen(open)).toEqual({
      sid: 'lv_VI97HAXpY6yYWAAAC',
      upgrades: ['websocket'],
      pingInterval: 25_000,
      pingTimeout: 20_000,
      maxPayload: 1_000_000,
    })
  })

  for (const bad of [
    '',
    'null',
    '[]',
    '{}',
    '{"sid":1,"pingInterval":1,"pingTimeout":1}',
    '{"sid":"a\\r\\nb","pingInterval":1,"pingTimeout":1}',
    '{"sid":"a","pingInterval":"1","pingTimeout":1}',
  ]) {
    it(`is not read from ${bad}`, () => expect(parseOpen(bad)).toBeUndefined())
  }

  it('is no sid that could break a request line', () => {
    expect(parseOpen('{"sid":"a b","pingInterval":1,"pingTimeout":1}')).toBeUndefined()
  })

  for (const [body, code] of [
    ['{"code":1,"message":"Session ID unknown"}', 1],
    ['Session ID unknown', 1],
    ['Transport unknown', 0],
    ['Bad request', 3],
    ['{"code":5,"message":"Unsupported protocol version"}', 5],
    ['{"code":"1","message":"x"}', undefined],
    ['Not Found', undefined],
    ['', undefined],
  ] as const) {
    it(`is a refusal: ${body}`, () => expect(parseRefusal(body)?.code).toBe(code))
  }

  it('is the older protocol when packets carry their length', () => {
    expect(isEngineIo3('96:0{"sid":"x"}2:40')).toBe(true)
    expect(isEngineIo3('0{"sid":"x"}')).toBe(false)
  })
})
