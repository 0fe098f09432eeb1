import { parseDocument, RawDocument } from '../bson/codec.ts'
import { type Doc, setField } from '../bson/kinds.ts'
import { type Frame, frameBytes, ProtocolError } from './frames.ts'

/** https://www.mongodb.com/docs/v7.0/reference/mongodb-wire-protocol/#opcodes */
export const opCodes = { reply: 1, query: 2004, msg: 2013 } as const

/** https://github.com/mongodb/specifications/blob/master/source/message/OP_MSG.md#flagbits */
const flags = { checksumPresent: 1, moreToCome: 2, requiredMask: 0xffff } as const

/** A command as it came in. */
export interface Incoming {
  /** Documents to insert stay bytes, in `documents`. */
  readonly body: Doc
  /** The sender waits for no answer. */
  readonly unanswered: boolean
}

const fieldOfDocuments = 'documents'

/** Length of the document at a place, checked against what is there. */
function documentEnd(bytes: Buffer, at: number, end: number): number {
  const length = at + 4 <= end ? bytes.readInt32LE(at) : -1
  if (length < 5 || at + length > end) throw new ProtocolError('a document longer than its message')
  return at + length
}

function cstringEnd(bytes: Buffer, at: number, end: number): number {
  const zero = bytes.indexOf(0, at)
  if (zero === -1 || zero >= end) throw new ProtocolError('a text without an end')
  return zero
}

/** A section of kind 1: documents that belong into a field of the command. */
function readSequence(
  bytes: Buffer,
  at: number,
  end: number,
): { name: string; documents: Buffer[]; next: number } {
  const size = at + 4 <= end ? bytes.readInt32LE(at) : -1
  const next = at + size
  if (size < 5 || next > end) throw new ProtocolError('a section longer than its message')
  const nameEnd = cstringEnd(bytes, at + 4, next)
  const documents: Buffer[] = []
  for (let position = nameEnd + 1; position < next; ) {
    const after = documentEnd(bytes, position, next)
    documents.push(bytes.subarray(position, after))
    position = after
  }
  return { name: bytes.toString('utf8', at + 4, nameEnd), documents, next }
}

/** Bytes of the documents to insert, wrapped; the other fields parsed. */
function parseBody(bytes: Buffer): Doc {
  const body = parseDocument(bytes, fieldOfDocuments)
  const raw = body[fieldOfDocuments]
  if (Array.isArray(raw)) {
    body[fieldOfDocuments] = raw.map(item => (item instanceof Uint8Array ? new RawDocument(item) : item))
  }
  return body
}

/** Throws ProtocolError for what is no OP_MSG, InvalidBSON for what is no document. */
export function readMessage({ body: bytes }: Frame): Incoming {
  if (bytes.length < 5) throw new ProtocolError('a message without a body')
  const bits = bytes.readUInt32LE(0)
  if ((bits & flags.requiredMask & ~(flags.checksumPresent | flags.moreToCome)) !== 0) {
    throw new ProtocolError('a flag that this server does not know')
  }
  const end = bytes.length - ((bits & flags.checksumPresent) === 0 ? 0 : 4)
  let body: Buffer | undefined
  const sequences: { name: string; documents: Buffer[] }[] = []
  for (let at = 4; at < end; ) {
    const kind = bytes[at]!
    if (kind === 0 && body === undefined) {
      const after = documentEnd(bytes, at + 1, end)
      body = bytes.subarray(at + 1, after)
      at = after
    } else if (kind === 1) {
      const sequence = readSequence(bytes, at + 1, end)
      sequences.push(sequence)
      at = sequence.next
    } else {
      throw new ProtocolError('a section of an unknown kind')
    }
  }
  if (body === undefined) throw new ProtocolError('a message without a command')
  const command = parseBody(body)
  for (const { name, documents } of sequences) {
    const parsed = documents.map(item =>
      name === fieldOfDocuments ? new RawDocument(item) : parseDocument(item),
    )
    setField(command, name, parsed)
  }
  return { body: command, unanswered: (bits & flags.moreToCome) !== 0 }
}

/** The command of an OP_QUERY, with the database that it names. Throws ProtocolError for what is none. */
export function readQuery({ body: bytes }: Frame): Doc {
  if (bytes.length < 4 + 1 + 8 + 5) throw new ProtocolError('a query without a body')
  const nameEnd = cstringEnd(bytes, 4, bytes.length)
  const at = nameEnd + 1 + 8
  const end = documentEnd(bytes, at, bytes.length)
  const [database] = bytes.toString('utf8', 4, nameEnd).split('.')
  return { ...parseBody(bytes.subarray(at, end)), $db: database }
}

export function messageBytes(answer: Uint8Array, requestId: number, responseTo: number): Buffer {
  return frameBytes(opCodes.msg, requestId, responseTo, [Buffer.alloc(5), answer])
}

/** An OP_REPLY with one document. */
export function replyBytes(answer: Uint8Array, requestId: number, responseTo: number): Buffer {
  const head = Buffer.alloc(20)
  head.writeInt32LE(8, 0)
  head.writeInt32LE(1, 16)
  return frameBytes(opCodes.reply, requestId, responseTo, [head, answer])
}
