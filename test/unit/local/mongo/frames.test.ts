import { serialize } from 'bson'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RawDocument } from '../../../../src/local/mongo/bson/codec.ts'
import {
  type Frame,
  FrameReader,
  frameBytes,
  ProtocolError,
} from '../../../../src/local/mongo/wire/frames.ts'
import { opCodes, readMessage, readQuery } from '../../../../src/local/mongo/wire/messages.ts'

function frameOf(...body: Uint8Array[]): Frame {
  return { requestId: 1, responseTo: 0, opCode: opCodes.msg, body: Buffer.concat(body) }
}

const flags = (bits: number) => Buffer.of(bits & 255, (bits >> 8) & 255, (bits >> 16) & 255, bits >>> 24)

function sequence(name: string, ...documents: object[]): Buffer {
  const body = Buffer.concat([Buffer.from(`${name}\0`), ...documents.map(document => serialize(document))])
  const head = Buffer.alloc(5)
  head[0] = 1
  head.writeInt32LE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const command = (document: object) => Buffer.concat([Buffer.of(0), serialize(document)])

describe('a stream of messages', () => {
  it('reads the same however it is cut', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(bodies, fc.array(fc.nat(400)), (parts, cuts) => {
        const stream = Buffer.concat(parts.map((part, at) => frameBytes(2013, at, 0, [part])))
        const places = [...new Set([0, ...cuts.filter(cut => cut < stream.length), stream.length])].sort(
          (a, b) => a - b,
        )
        const reader = new FrameReader()
        const frames = places
          .slice(1)
          .flatMap((end, at) => [...reader.push(stream.subarray(places[at], end))])
        expect(frames.map(frame => [frame.requestId, frame.body.toString('hex')])).toEqual(
          parts.map((part, at) => [at, Buffer.from(part).toString('hex')]),
        )
      }),
    )
  })

  it.each([-1, 0, 15, 48_000_001, 2_147_483_647])('ends at a length of %i', length => {
    const bytes = Buffer.alloc(16)
    bytes.writeInt32LE(length)
    expect(() => [...new FrameReader().push(bytes)]).toThrow(ProtocolError)
  })

  it('gives what came before the damage', () => {
    const reader = new FrameReader()
    const frames = reader.push(Buffer.concat([frameBytes(2013, 5, 0, []), Buffer.alloc(16)]))
    expect(frames.next().value).toMatchObject({ requestId: 5 })
    expect(() => frames.next()).toThrow(ProtocolError)
  })
})

describe('an OP_MSG', () => {
  it('holds a command', () => {
    const { body, unanswered } = readMessage(frameOf(flags(0), command({ ping: 1, $db: 'admin' })))
    expect(body).toEqual({ ping: 1, $db: 'admin' })
    expect(unanswered).toBe(false)
  })

  it('holds documents beside the command, to insert as bytes', () => {
    const { body } = readMessage(
      frameOf(flags(0), command({ insert: 'a' }), sequence('documents', { _id: 1 }, { _id: 2 })),
    )
    expect(body.documents).toEqual(
      [{ _id: 1 }, { _id: 2 }].map(row => new RawDocument(Buffer.from(serialize(row)))),
    )
  })

  it('holds documents before the command too', () => {
    const { body } = readMessage(
      frameOf(flags(0), sequence('updates', { q: {}, u: {} }), command({ update: 'a' })),
    )
    expect(body).toEqual({ update: 'a', updates: [{ q: {}, u: {} }] })
  })

  it('may want no answer, and may end in a checksum', () => {
    const message = frameOf(flags(3), command({ ping: 1 }), Buffer.alloc(4, 9))
    expect(readMessage(message)).toEqual({ body: { ping: 1 }, unanswered: true })
  })

  it('is refused with a flag that must be known and is not', () => {
    expect(() => readMessage(frameOf(flags(4), command({ ping: 1 })))).toThrow(ProtocolError)
    expect(readMessage(frameOf(flags(1 << 16), command({ ping: 1 }))).body).toEqual({ ping: 1 })
  })

  it.each([
    ['nothing', []],
    ['no command', [sequence('documents', {})]],
    ['two commands', [command({ a: 1 }), command({ b: 1 })]],
    ['an unknown section', [Buffer.of(7)]],
    ['a document that says it is longer', [Buffer.of(0, 99, 0, 0, 0, 0)]],
    ['a section that says it is longer', [command({ a: 1 }), Buffer.of(1, 99, 0, 0, 0, 65, 0)]],
    ['a name without an end', [command({ a: 1 }), Buffer.of(1, 6, 0, 0, 0, 65, 65)]],
  ])('is refused with %s', (_, parts) => {
    expect(() => readMessage(frameOf(flags(0), ...parts))).toThrow(ProtocolError)
  })

  it('never does anything but read or refuse', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), bytes => {
        try {
          readMessage(frameOf(flags(0), bytes))
          readQuery(frameOf(bytes))
        } catch (cause) {
          expect(['ProtocolError', 'MongoError']).toContain((cause as Error).name)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('an OP_QUERY', () => {
  it('holds a command and its database', () => {
    const body = [flags(0), Buffer.from('admin.$cmd\0'), Buffer.alloc(8), serialize({ isMaster: 1 })]
    expect(readQuery(frameOf(...body))).toEqual({ isMaster: 1, $db: 'admin' })
  })
})
