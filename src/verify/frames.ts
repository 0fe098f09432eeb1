/** WebSocket framing: RFC 6455 section 5. */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** Close codes: RFC 6455 section 7.4.1. 1005 and 1006 never travel: no code given, no close frame at all. */
export const closeCodes = {
  normal: 1000,
  protocol: 1002,
  notUtf8: 1007,
  tooBig: 1009,
  none: 1005,
  lost: 1006,
} as const

export interface Frame {
  readonly opcode: number
  readonly payload: Buffer
}

/** The server broke the protocol; `closeCode` says how. */
export class FrameError extends Error {
  override readonly name = 'FrameError'
  readonly closeCode: number
  constructor(message: string, closeCode: number = closeCodes.protocol) {
    super(message)
    this.closeCode = closeCode
  }
}

/** One unfragmented frame as a client sends it: masked with the four bytes of `mask`. */
export function encodeFrame(opcode: number, payload: Buffer, mask: Buffer): Buffer {
  const { length } = payload
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const frame = Buffer.allocUnsafe(2 + extra + 4 + length)
  frame[0] = 0x80 | opcode
  frame[1] = 0x80 | (extra === 0 ? length : extra === 2 ? 126 : 127)
  if (extra === 2) frame.writeUInt16BE(length, 2)
  if (extra === 8) frame.writeBigUInt64BE(BigInt(length), 2)
  mask.copy(frame, 2 + extra, 0, 4)
  const start = 6 + extra
  for (let at = 0; at < length; at += 1) frame[start + at] = payload[at]! ^ mask[at & 3]!
  return frame
}

interface Head {
  readonly fin: boolean
  readonly opcode: number
  readonly start: number
  readonly length: number
}

/** Joins frames into messages as bytes come. Holds at most one message of `longest` bytes. */
export class FrameParser {
  #chunks: Buffer[] = []
  #buffered = 0
  #needed = 2
  #fragments: Buffer[] = []
  #fragmentsSize = 0
  #opcode: number | undefined
  readonly #longest: number

  constructor(longest: number) {
    this.#longest = longest
  }

  /** Whole messages and control frames. Throws `FrameError`. */
  push(bytes: Buffer): Frame[] {
    this.#chunks.push(bytes)
    this.#buffered += bytes.length
    const frames: Frame[] = []
    while (this.#buffered >= this.#needed) {
      const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)
      const head = readHead(all)
      const end = typeof head === 'number' ? head : head.start + head.length
      if (typeof head !== 'number') this.#check(head)
      if (typeof head === 'number' || all.length < end) {
        this.#chunks = [all]
        this.#needed = end
        continue
      }
      const whole = this.#join(head, all.subarray(head.start, end))
      if (whole !== undefined) frames.push(whole)
      this.#chunks = [all.subarray(end)]
      this.#buffered = all.length - end
      this.#needed = 2
    }
    return frames
  }

  #check(head: Head): void {
    const { opcode, fin, length } = head
    if (opcode >= opcodes.close) {
      if (opcode > opcodes.pong) throw new FrameError(`opcode ${opcode}`)
      if (!fin || length > 125) throw new FrameError('a control frame that is fragmented or too long')
      return
    }
    if (opcode > opcodes.binary) throw new FrameError(`opcode ${opcode}`)
    const goesOn = opcode === opcodes.continuation
    if (goesOn !== (this.#opcode !== undefined)) throw new FrameError('fragments out of order')
    if (this.#fragmentsSize + length > this.#longest) {
      throw new FrameError(`a message of more than ${this.#longest} bytes`, closeCodes.tooBig)
    }
  }

  #join(head: Head, payload: Buffer): Frame | undefined {
    if (head.opcode >= opcodes.close) return { opcode: head.opcode, payload }
    if (head.fin && this.#opcode === undefined) return { opcode: head.opcode, payload }
    this.#opcode ??= head.opcode
    this.#fragments.push(payload)
    this.#fragmentsSize += payload.length
    // Empty fragments cost memory too.
    if (this.#fragments.length > 10_000)
      throw new FrameError('a message in too many fragments', closeCodes.tooBig)
    if (!head.fin) return undefined
    const message = { opcode: this.#opcode, payload: Buffer.concat(this.#fragments) }
    this.#opcode = undefined
    this.#fragments = []
    this.#fragmentsSize = 0
    return message
  }
}

/** The head, or how many bytes are needed to read it. */
function readHead(bytes: Buffer): Head | number {
  const first = bytes[0]!
  const second = bytes[1]!
  if ((first & 0x70) !== 0) throw new FrameError('reserved bits without an extension')
  if ((second & 0x80) !== 0) throw new FrameError('a masked frame from the server')
  const short = second & 0x7f
  const start = short < 126 ? 2 : short === 126 ? 4 : 10
  if (bytes.length < start) return start
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  return { fin: (first & 0x80) !== 0, opcode: first & 0x0f, start, length }
}

/** Code and reason of a close frame's payload. */
export function parseClose(payload: Buffer): { code: number; reason: string } {
  if (payload.length < 2) return { code: closeCodes.none, reason: '' }
  return { code: payload.readUInt16BE(0), reason: payload.toString('utf8', 2) }
}
