import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as ws from 'ws'
import {
  encodeFrame,
  type Frame,
  FrameError,
  FrameParser,
  opcodes,
  parseClose,
} from '../../../src/verify/frames.ts'

/** The inner parts of ws, which its types do not show. */
interface Ws {
  readonly Sender: { frame(payload: Buffer, options: object): readonly Buffer[] }
  readonly Receiver: new (
    options: object,
  ) => {
    on(event: 'message', hear: (data: Buffer) => void): void
    write(bytes: Buffer): void
  }
}

const { Receiver, Sender } = ws as unknown as Ws

/** A frame as servers send it: unmasked, possibly one of several fragments. */
function serverFrame(opcode: number, payload: Buffer, fin = true): Buffer {
  return Buffer.concat(Sender.frame(payload, { fin, opcode, mask: false, readOnly: true, rsv1: false }))
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [...new Set([0, ...at.map(place => place % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  )
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end))
}

function parse(pieces: readonly Buffer[], longest = 1 << 20): Frame[] {
  const parser = new FrameParser(longest)
  return pieces.flatMap(piece => parser.push(piece))
}

describe('frames from a server', () => {
  it('are read however the bytes are cut', () => {
    const message = fc.record({
      opcode: fc.constantFrom<number>(opcodes.text, opcodes.binary),
      parts: fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 }),
      ping: fc.option(fc.uint8Array({ maxLength: 125 }), { nil: undefined }),
    })
    const places = fc.array(fc.nat(), { maxLength: 20 })
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), places, (messages, at) => {
        const wire: Buffer[] = []
        const expected: Frame[] = []
        for (const { opcode, parts, ping } of messages) {
          parts.forEach((part, index) => {
            wire.push(
              serverFrame(
                index === 0 ? opcode : opcodes.continuation,
                Buffer.from(part),
                index === parts.length - 1,
              ),
            )
            // Control frames may come between fragments: RFC 6455 section 5.4.
            if (index === 0 && ping !== undefined) {
              wire.push(serverFrame(opcodes.ping, Buffer.from(ping)))
            }
          })
          const whole = { opcode, payload: Buffer.concat(parts.map(part => Buffer.from(part))) }
          const control = ping === undefined ? [] : [{ opcode: opcodes.ping, payload: Buffer.from(ping) }]
          expected.push(...(parts.length === 1 ? [whole, ...control] : [...control, whole]))
        }
        expect(parse(cut(Buffer.concat(wire), at))).toEqual(expected)
      }),
    )
  })

  it('may be as long as the limit and no longer', () => {
    expect(parse([serverFrame(opcodes.text, Buffer.alloc(70_000, 'x'))], 70_000)[0]?.payload).toHaveLength(
      70_000,
    )
    expect(() => parse([serverFrame(opcodes.text, Buffer.alloc(70_001))], 70_000)).toThrow(FrameError)
    const parts = [serverFrame(opcodes.text, Buffer.alloc(60), false), serverFrame(0, Buffer.alloc(60))]
    expect(() => parse(parts, 100)).toThrow(/more than 100 bytes/)
  })

  it('are refused by their head, before the payload comes', () => {
    expect(() => parse([Buffer.from([0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0])])).toThrow(/more than/)
  })

  it('never loop or crash on garbage', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), pieces => {
        try {
          parse(pieces.map(piece => Buffer.from(piece)))
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError)
        }
      }),
    )
  })
})

describe('frames to a server', () => {
  it('are read by ws, which insists on masks', async () => {
    for (const length of [0, 1, 125, 126, 65_535, 65_536]) {
      const payload = Buffer.alloc(length, 'ä')
      const receiver = new Receiver({ isServer: true })
      const message = new Promise<Buffer>(resolve => receiver.on('message', (data: Buffer) => resolve(data)))
      receiver.write(encodeFrame(opcodes.binary, payload, Buffer.from([1, 2, 3, 4])))
      expect(Buffer.compare(await message, payload)).toBe(0)
    }
  })
})

describe('a close frame', () => {
  it('has a code and a reason, or neither', () => {
    expect(parseClose(Buffer.from([3, 232, 111, 107]))).toEqual({ code: 1000, reason: 'ok' })
    expect(parseClose(Buffer.alloc(0))).toEqual({ code: 1005, reason: '' })
  })
})
