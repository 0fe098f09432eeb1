import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeSocketPacket,
  encodeSocketPacket,
  eventOf,
  type SocketPacket,
} from '../../../src/verify/socket-io.ts'

/** The official parser, as socket.io has it. */
interface Parser {
  readonly Decoder: new () => {
    on(event: 'decoded', hear: (packet: Parsed) => void): void
    add(text: string): void
  }
  readonly Encoder: new () => { encode(packet: Parsed): readonly unknown[] }
}

interface Parsed {
  readonly type: number
  readonly nsp: string
  readonly id?: number | undefined
  readonly data: unknown
}

const here = createRequire(import.meta.url)
const { Decoder, Encoder } = createRequire(here.resolve('socket.io'))('socket.io-parser') as Parser
/** PacketType.EVENT */
const eventType = 2

const namespace = fc.oneof(
  fc.constant('/'),
  fc.stringMatching(/^[\w-]{1,10}$/).map(name => `/${name}`),
)
const json = fc.jsonValue({ maxDepth: 3 })
const id = fc.option(fc.nat(), { nil: undefined })
const attachments = fc.constant(0)
const packet: fc.Arbitrary<SocketPacket> = fc
  .oneof(
    fc.record({
      type: fc.constant('event' as const),
      namespace,
      attachments,
      id,
      data: fc.tuple(fc.string(), json),
    }),
    fc.record({
      type: fc.constant('ack' as const),
      namespace,
      attachments,
      id: fc.nat(),
      data: fc.array(json),
    }),
    fc.record({
      type: fc.constant('connect' as const),
      namespace,
      attachments,
      data: fc.constantFrom({ a: 1 }, undefined),
    }),
    fc.record({
      type: fc.constant('binary-event' as const),
      namespace,
      attachments: fc.nat(9),
      data: fc.tuple(fc.string()),
    }),
    fc.record({ type: fc.constant('disconnect' as const), namespace, attachments }),
  )
  .map(value => JSON.parse(JSON.stringify(value)))

describe('Socket.IO packets', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(packet, value => {
        expect(decodeSocketPacket(encodeSocketPacket(value))).toEqual(value)
      }),
    )
  })

  it('never throw for foreign text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map(rest => `4${rest}`),
    )
    fc.assert(
      fc.property(text, value => {
        decodeSocketPacket(value)
        return true
      }),
    )
  })

  it('are read by the official parser', () => {
    const events = packet.filter(
      value => value.type === 'event' && !reserved.has(String((value.data as [string])[0])),
    )
    fc.assert(
      fc.property(events, value => {
        const decoder = new Decoder()
        let decoded: Parsed | undefined
        decoder.on('decoded', found => {
          decoded = found
        })
        decoder.add(encodeSocketPacket(value))
        expect(decoded).toMatchObject({ type: eventType, nsp: value.namespace })
        expect(decoded?.data).toEqual(value.data)
        expect(decoded?.id).toBe(value.id)
      }),
    )
  })

  it('are read from the official encoder', () => {
    const [text] = new Encoder().encode({
      type: eventType,
      nsp: '/chat',
      id: 7,
      data: ['a', { b: [1] }],
    })
    expect(decodeSocketPacket(String(text))).toEqual({
      type: 'event',
      namespace: '/chat',
      id: 7,
      attachments: 0,
      data: ['a', { b: [1] }],
    })
  })

  for (const [text, expected] of [
    ['0{"sid":"x"}', { type: 'connect', namespace: '/', attachments: 0, data: { sid: 'x' } }],
    ['44/admin,{"message":"Invalid namespace"}', undefined],
    [
      '4/admin,{"message":"no"}',
      { type: 'connect-error', namespace: '/admin', attachments: 0, data: { message: 'no' } },
    ],
    ['2["a",1]', { type: 'event', namespace: '/', attachments: 0, data: ['a', 1] }],
    [
      '51-["a",{"_placeholder":true,"num":0}]',
      { type: 'binary-event', namespace: '/', attachments: 1, data: ['a', { _placeholder: true, num: 0 }] },
    ],
    ['5["a"]', undefined],
    ['7', undefined],
    ['', undefined],
    ['2[', undefined],
  ] as const) {
    it(`reads ${JSON.stringify(text)}`, () => expect(decodeSocketPacket(text)).toEqual(expected))
  }

  it('are events only with a name', () => {
    const event = (data: unknown): SocketPacket => ({ type: 'event', namespace: '/', attachments: 0, data })
    expect(eventOf(event(['message', 1, 2]))).toEqual({ name: 'message', args: [1, 2] })
    expect(eventOf(event([1]))).toBeUndefined()
    expect(eventOf(event({}))).toBeUndefined()
    expect(eventOf({ type: 'ack', namespace: '/', attachments: 0, data: ['x'] })).toBeUndefined()
  })
})

const reserved = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
])
