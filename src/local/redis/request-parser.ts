import { splitInline } from './inline.ts'
import { readBigInteger } from './numbers.ts'

/** The bytes are not RESP: the connection gets the message and is closed. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

export interface ParserLimits {
  /** Bytes of one argument. Redis: 512 MB. */
  readonly bulkBytes: number
  /** Arguments of one command. Redis: 2^31-1. */
  readonly args: number
  /** Bytes of one command. Redis: 1 GB, its client-query-buffer-limit. */
  readonly commandBytes: number
}

/** Smaller than Redis': a stand-in on a laptop should refuse what would take its memory. */
export const parserLimits: ParserLimits = {
  bulkBytes: 64 * 1024 * 1024,
  args: 1024 * 1024,
  commandBytes: 128 * 1024 * 1024,
}

/** Until a client has given the password (networking.c, processMultibulkBuffer). */
const unauthenticatedLimits = { args: 10, bulkBytes: 16_384 }

/** Redis' PROTO_INLINE_MAX_SIZE: also bounds the lines that announce counts and lengths. */
const lineBytes = 64 * 1024

const asterisk = 0x2a
const dollar = 0x24
const cr = 0x0d
const lf = 0x0a
const nothing = Buffer.alloc(0)

/** Cuts a stream of bytes into commands. Feed it with `push`, then take commands with `next` until there is none. */
export class RequestParser {
  /** While false, only commands small enough for AUTH and HELLO get through. */
  authenticated = true
  readonly #limits: ParserLimits
  #buffer: Buffer = nothing
  #at = 0
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #needed = 1
  #args: string[] = []
  #argsMissing = 0
  #argsBytes = 0
  #bulkLength = -1

  constructor(limits: ParserLimits = parserLimits) {
    this.#limits = limits
  }

  /** Bytes that were pushed and not yet looked at. */
  get waitingBytes(): number {
    return this.#waitingBytes
  }

  push(chunk: Buffer): void {
    this.#waiting.push(chunk)
    this.#waitingBytes += chunk.length
  }

  /** The next whole command as byte strings, never empty; undefined when more bytes are needed. Throws ProtocolError. */
  next(): string[] | undefined {
    this.#gather()
    for (;;) {
      if (this.#argsMissing === 0) {
        if (this.#at >= this.#buffer.length) return this.#waitFor(1)
        if (this.#buffer[this.#at] !== asterisk) {
          const words = this.#inline()
          if (words === undefined) return this.#waitFor(1)
          if (words.length > 0) return words
          continue
        }
        const count = this.#number('mbulk')
        if (count === undefined) return this.#waitFor(1)
        this.#begin(count)
        continue
      }
      if (!this.#argument()) return undefined
      if (this.#argsMissing === 0) return this.#args
    }
  }

  /** Joins what came in since, but only once it is enough: else a large argument would be copied for every chunk. */
  #gather(): void {
    if (this.#waitingBytes < this.#needed || this.#waitingBytes === 0) return
    const rest = this.#buffer.subarray(this.#at)
    const only = rest.length === 0 && this.#waiting.length === 1 ? this.#waiting[0] : undefined
    this.#buffer = only ?? Buffer.concat([rest, ...this.#waiting])
    this.#at = 0
    this.#waiting = []
    this.#waitingBytes = 0
    this.#needed = 1
  }

  #waitFor(bytes: number): undefined {
    this.#needed = bytes
    return undefined
  }

  #begin(count: bigint): void {
    if (count > BigInt(this.#limits.args)) throw new ProtocolError('invalid multibulk length')
    if (count > unauthenticatedLimits.args && !this.authenticated) {
      throw new ProtocolError('unauthenticated multibulk length')
    }
    this.#args = []
    this.#argsBytes = 0
    this.#argsMissing = count > 0n ? Number(count) : 0
  }

  /** Reads one argument of the current command; false when more bytes are needed. */
  #argument(): boolean {
    if (this.#bulkLength < 0) {
      const mark = this.#buffer[this.#at]
      if (mark !== undefined && mark !== dollar) {
        throw new ProtocolError(`expected '$', got '${String.fromCharCode(mark)}'`)
      }
      const length = this.#number('bulk')
      if (length === undefined) {
        this.#waitFor(1)
        return false
      }
      this.#bulkLength = this.#checkedLength(length)
    }
    const missing = this.#at + this.#bulkLength + 2 - this.#buffer.length
    if (missing > 0) {
      this.#waitFor(missing)
      return false
    }
    this.#args.push(this.#buffer.toString('latin1', this.#at, this.#at + this.#bulkLength))
    this.#at += this.#bulkLength + 2
    this.#bulkLength = -1
    this.#argsMissing--
    return true
  }

  #checkedLength(length: bigint): number {
    if (length < 0n || length > BigInt(this.#limits.bulkBytes)) throw new ProtocolError('invalid bulk length')
    if (length > unauthenticatedLimits.bulkBytes && !this.authenticated) {
      throw new ProtocolError('unauthenticated bulk length')
    }
    this.#argsBytes += Number(length)
    if (this.#argsBytes > this.#limits.commandBytes) throw new ProtocolError('too big command')
    return Number(length)
  }

  /** The number on a line like `*3` or `$5`; undefined when the line has no end yet. */
  #number(what: 'mbulk' | 'bulk'): bigint | undefined {
    const end = this.#buffer.indexOf(cr, this.#at)
    if (end === -1 || end + 1 >= this.#buffer.length) {
      if (this.#buffer.length - this.#at > lineBytes) throw new ProtocolError(`too big ${what} count string`)
      return undefined
    }
    const value = readBigInteger(this.#buffer.toString('latin1', this.#at + 1, Math.min(end, this.#at + 24)))
    this.#at = end + 2
    if (value === undefined)
      throw new ProtocolError(`invalid ${what === 'bulk' ? 'bulk' : 'multibulk'} length`)
    return value
  }

  /** The words of a line; none for an empty line; undefined when the line has no end yet. */
  #inline(): string[] | undefined {
    const end = this.#buffer.indexOf(lf, this.#at)
    if (end === -1) {
      if (this.#buffer.length - this.#at > lineBytes) throw new ProtocolError('too big inline request')
      return undefined
    }
    const stop = end > this.#at && this.#buffer[end - 1] === cr ? end - 1 : end
    const words = splitInline(this.#buffer.toString('latin1', this.#at, stop))
    this.#at = end + 1
    if (words === undefined) throw new ProtocolError('unbalanced quotes in request')
    return words
  }
}
