import type { Socket } from 'node:net'
import { answerBytes } from './bson/codec.ts'
import { answer, errorAnswer } from './commands/dispatch.ts'
import type { Shared } from './commands/request.ts'
import { MongoError } from './mongo-error.ts'
import { type Frame, FrameReader, ProtocolError } from './wire/frames.ts'
import { messageBytes, opCodes, readMessage, readQuery, replyBytes } from './wire/messages.ts'

/** The commands that an OP_QUERY may still carry: the first words of a driver. */
const queryCommands = new Set(['hello', 'isMaster', 'ismaster'])

/** Serves one connection: answers come in the order of the commands. A peer that breaks the protocol is cut off. */
export function serve(socket: Socket, shared: Shared, connectionId: number): void {
  const reader = new FrameReader()
  let lastRequestId = 0
  const nextId = () => {
    lastRequestId = (lastRequestId + 1) | 0
    return lastRequestId
  }

  const handleMessage = (frame: Frame) => {
    let bytes: Uint8Array
    try {
      const { body, unanswered } = readMessage(frame)
      bytes = answer(body, shared, connectionId)
      if (unanswered) return
    } catch (cause) {
      if (!(cause instanceof MongoError)) throw cause
      bytes = answerBytes(errorAnswer(cause))
    }
    send(messageBytes(bytes, nextId(), frame.requestId))
  }

  const handleQuery = (frame: Frame) => {
    const body = readQuery(frame)
    const name = Object.keys(body)[0] ?? ''
    const refused = new MongoError(
      352,
      `Unsupported OP_QUERY command: ${name}. The client driver may require an upgrade. For more details see https://dochub.mongodb.org/core/legacy-opcode-removal`,
    )
    const bytes = queryCommands.has(name)
      ? answer(body, shared, connectionId)
      : answerBytes(errorAnswer(refused))
    send(replyBytes(bytes, nextId(), frame.requestId))
  }

  const handle = (frame: Frame) => {
    if (frame.opCode === opCodes.msg) handleMessage(frame)
    else if (frame.opCode === opCodes.query) handleQuery(frame)
    else throw new ProtocolError(`an operation ${frame.opCode}`)
  }

  // A peer that does not read its answers gets no more of them, and is not read from either.
  let full = false
  const waiting: Iterator<Frame>[] = []
  const send = (bytes: Buffer) => {
    full = !socket.write(bytes)
  }

  const work = () => {
    try {
      while (!full && !socket.destroyed && waiting[0] !== undefined) {
        const next = waiting[0].next()
        if (next.done === true) waiting.shift()
        else handle(next.value)
      }
    } catch {
      // Nothing that follows can be understood; other connections go on.
      socket.destroy()
    }
    if (full) socket.pause()
    else socket.resume()
  }

  socket.setNoDelay(true)
  socket.on('drain', () => {
    full = false
    work()
  })
  socket.on('data', (chunk: Buffer) => {
    waiting.push(reader.push(chunk))
    work()
  })
  socket.on('error', () => socket.destroy())
}
