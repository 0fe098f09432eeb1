import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Document, deserialize, serialize } from 'bson'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EmbeddedMongo, startEmbeddedMongo } from '../../../../src/local/mongo/server.ts'
import { FrameReader, frameBytes } from '../../../../src/local/mongo/wire/frames.ts'

let server: EmbeddedMongo

beforeAll(async () => {
  server = await startEmbeddedMongo({ port: 0 })
})

afterAll(() => server.close())

async function open(): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

const message = (id: number, command: Document, flags = 0) =>
  frameBytes(2013, id, 0, [Buffer.of(flags, 0, 0, 0, 0), serialize({ ...command, $db: 'wire' })])

const query = (id: number, command: Document) =>
  frameBytes(2004, id, 0, [Buffer.alloc(4), Buffer.from('admin.$cmd\0'), Buffer.alloc(8), serialize(command)])

interface Answer {
  readonly to: number
  readonly opCode: number
  readonly document: Document
}

/** The answers that a socket gives, as many as asked for. */
async function answers(socket: Socket, count: number): Promise<Answer[]> {
  const reader = new FrameReader()
  const found: Answer[] = []
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    for (const frame of reader.push(chunk)) {
      const body = frame.body.subarray(frame.opCode === 1 ? 20 : 5)
      found.push({ to: frame.responseTo, opCode: frame.opCode, document: deserialize(body) })
    }
    if (found.length >= count) return found
  }
  return found
}

/** Resolves when the server has ended the connection. */
async function ended(socket: Socket): Promise<void> {
  socket.resume()
  if (!socket.closed) await once(socket, 'close')
}

describe('a connection', () => {
  it('answers the first hello of an old kind with a reply of the old kind', async () => {
    const socket = await open()
    socket.write(query(7, { isMaster: 1, helloOk: true }))
    const [answer] = await answers(socket, 1)
    expect(answer).toMatchObject({ opCode: 1, to: 7, document: { ismaster: true, helloOk: true, ok: 1 } })
    expect(answer?.document.topologyVersion).toBeUndefined()
    socket.write(query(8, { find: 'a' }))
    expect((await answers(socket, 1))[0]?.document).toMatchObject({ ok: 0, code: 352 })
    socket.destroy()
  })

  it('answers many commands that come at once, in their order', async () => {
    const socket = await open()
    const commands = Array.from({ length: 200 }, (_, n) =>
      message(n, n % 2 === 0 ? { insert: 'rows', documents: [{ n }] } : { count: 'rows' }),
    )
    socket.write(Buffer.concat(commands))
    const found = await answers(socket, 200)
    expect(found.map(({ to }) => to)).toEqual(commands.map((_, n) => n))
    expect(found.filter((_, n) => n % 2 === 1).map(({ document }) => document.n)).toEqual(
      Array.from({ length: 100 }, (_, n) => n + 1),
    )
    socket.destroy()
  })

  it('gives no answer to a command that wants none', async () => {
    const socket = await open()
    socket.write(message(1, { insert: 'quiet', documents: [{ a: 1 }] }, 2))
    socket.write(message(2, { count: 'quiet' }))
    const found = await answers(socket, 1)
    expect(found.map(({ to, document }) => [to, document.n])).toEqual([[2, 1]])
    socket.destroy()
  })

  it('answers bytes that are no document with an error, and goes on', async () => {
    const socket = await open()
    const broken = Buffer.from(serialize({ ping: 1, text: 'abc' }))
    broken.fill(0xff, 12, 20)
    socket.write(Buffer.concat([frameBytes(2013, 1, 0, [Buffer.alloc(5), broken]), message(2, { ping: 1 })]))
    const found = await answers(socket, 2)
    expect(found.map(({ document }) => [document.ok, document.code])).toEqual([
      [0, 22],
      [1, undefined],
    ])
    socket.destroy()
  })

  it('is ended by whatever breaks the protocol, while others go on', async () => {
    const healthy = await open()
    const garbage = fc.oneof(
      fc.uint8Array({ minLength: 16, maxLength: 200 }),
      fc
        .tuple(
          fc.integer({ min: 16, max: 60 }),
          fc.integer(),
          fc.uint8Array({ minLength: 60, maxLength: 60 }),
        )
        .map(([length, opCode, body]) => {
          const bytes = frameBytes(opCode, 1, 0, [body])
          bytes.writeInt32LE(length)
          return bytes
        }),
    )
    await fc.assert(
      fc.asyncProperty(garbage, async bytes => {
        const socket = await open()
        socket.end(bytes)
        await ended(socket)
        healthy.write(message(1, { ping: 1 }))
        expect((await answers(healthy, 1))[0]?.document).toEqual({ ok: 1 })
      }),
      { numRuns: 60 },
    )
    healthy.destroy()
  })

  it('is ended by an operation that is long gone from the protocol', async () => {
    const socket = await open()
    socket.write(frameBytes(2002, 1, 0, [Buffer.alloc(40)]))
    await ended(socket)
  })

  it('waits for a peer that does not read its answers', async () => {
    const writer = await open()
    const text = 'x'.repeat(1_000_000)
    writer.write(message(1, { insert: 'large', documents: [{ text }] }))
    await answers(writer, 1)
    const slow = await open()
    slow.pause()
    const finds = Array.from({ length: 60 }, (_, n) => message(n, { find: 'large' }))
    slow.write(Buffer.concat(finds))
    writer.write(message(2, { ping: 1 }))
    expect((await answers(writer, 1))[0]?.document).toEqual({ ok: 1 })
    expect(await answers(slow, 60)).toHaveLength(60)
    slow.destroy()
    writer.destroy()
  })
})
