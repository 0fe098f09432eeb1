/** https://www.mongodb.com/docs/v7.0/reference/mongodb-wire-protocol/#standard-message-header */
const headerBytes = 16

/** What hello advertises as maxMessageSizeBytes. */
export const maxMessageBytes = 48_000_000

/** One message, header and all. */
export interface Frame {
  readonly requestId: number
  /** Of an answer: the request that it answers. */
  readonly responseTo: number
  readonly opCode: number
  /** What follows the header. */
  readonly body: Buffer
}

/** The peer does not speak the protocol: nothing after this can be understood, so the connection must end. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

/** Cuts a stream of bytes into messages, wherever the chunks happen to end. */
export class FrameReader {
  #chunks: Buffer[] = []
  #length = 0

  #peek(bytes: number): Buffer {
    const first = this.#chunks[0]!
    if (first.length >= bytes) return first
    this.#chunks = [Buffer.concat(this.#chunks, this.#length)]
    return this.#chunks[0]!
  }

  /** The messages that are whole now. Throws ProtocolError for a length that no message can have. */
  *push(chunk: Buffer): Generator<Frame> {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    while (this.#length >= headerBytes) {
      const head = this.#peek(headerBytes)
      const length = head.readInt32LE(0)
      if (length < headerBytes || length > maxMessageBytes) {
        throw new ProtocolError(`a message of ${length} bytes`)
      }
      if (this.#length < length) return
      const whole = this.#take(length)
      yield {
        requestId: head.readInt32LE(4),
        responseTo: head.readInt32LE(8),
        opCode: head.readInt32LE(12),
        body: whole.subarray(headerBytes),
      }
    }
  }

  // Chunks are joined only when a message is whole, so that a large one is not copied again and again.
  #take(bytes: number): Buffer {
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#length)
    const rest = all.subarray(bytes)
    this.#chunks = rest.length === 0 ? [] : [rest]
    this.#length = rest.length
    return all.subarray(0, bytes)
  }
}

/** A message with its header. */
export function frameBytes(
  opCode: number,
  requestId: number,
  responseTo: number,
  parts: readonly Uint8Array[],
): Buffer {
  const length = headerBytes + parts.reduce((sum, part) => sum + part.length, 0)
  const head = Buffer.alloc(headerBytes)
  head.writeInt32LE(length, 0)
  head.writeInt32LE(requestId, 4)
  head.writeInt32LE(responseTo, 8)
  head.writeInt32LE(opCode, 12)
  return Buffer.concat([head, ...parts], length)
}
