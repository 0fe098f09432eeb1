import { CommandError, errors } from './command-error.ts'
import { toInteger } from './numbers.ts'
import type { Stream, StreamId } from './stream.ts'
import { parseId } from './stream-ids.ts'

export interface Trimming {
  readonly maxLength: number | undefined
  readonly minId: StreamId | undefined
  /** Entries to drop at most. */
  readonly limit: number
}

export interface Xadd {
  readonly create: boolean
  readonly trimming: Trimming | undefined
  readonly id: string
  readonly fields: readonly string[]
}

/** `[NOMKSTREAM] [MAXLEN|MINID [=|~] threshold [LIMIT n]] id field value ...` */
export function parseXadd(words: readonly string[]): Xadd {
  let create = true
  let trimming: Trimming | undefined
  let at = 0
  for (; at < words.length; at++) {
    const word = (words[at] ?? '').toUpperCase()
    if (word === 'NOMKSTREAM') create = false
    else if (word === 'MAXLEN' || word === 'MINID') {
      const parsed = readTrim(words, at)
      trimming = parsed.trimming
      at = parsed.next - 1
    } else break
  }
  const id = words[at] ?? ''
  if (id !== '*') parseId(id.replace(/-\*$/, ''))
  return { create, trimming, id, fields: words.slice(at + 1) }
}

/** The options of XTRIM. */
export function parseTrim(words: readonly string[]): Trimming {
  const { trimming, next } = readTrim(words, 0)
  if (next !== words.length) throw new CommandError(errors.syntax)
  return trimming
}

/** Returns how many entries went. An approximate trim (`~`) is done exactly, which its contract allows. */
export function trim(stream: Stream, { maxLength, minId, limit }: Trimming): number {
  if (minId !== undefined) return stream.trimBefore(minId, limit)
  return stream.trimToLength(maxLength ?? 0, limit)
}

/** `COUNT n`, or nothing for all. */
export function parseCount(words: readonly string[]): number {
  if (words.length === 0) return Infinity
  if (words.length !== 2 || words[0]?.toUpperCase() !== 'COUNT') throw new CommandError(errors.syntax)
  return Math.max(0, toInteger(words[1] ?? ''))
}

function readTrim(words: readonly string[], start: number): { trimming: Trimming; next: number } {
  const kind = (words[start] ?? '').toUpperCase()
  if (kind !== 'MAXLEN' && kind !== 'MINID') throw new CommandError(errors.syntax)
  const sign = words[start + 1]
  const signed = sign === '=' || sign === '~'
  let next = start + (signed ? 2 : 1)
  const threshold = words[next++]
  if (threshold === undefined) throw new CommandError(errors.syntax)
  const maxLength = kind === 'MAXLEN' ? toInteger(threshold) : undefined
  if (maxLength !== undefined && maxLength < 0) {
    throw new CommandError('ERR The MAXLEN argument must be >= 0.')
  }
  const minId = kind === 'MINID' ? parseId(threshold) : undefined
  let limit = Infinity
  if (words[next]?.toUpperCase() === 'LIMIT' && words[next + 1] !== undefined) {
    if (sign !== '~') {
      throw new CommandError('ERR syntax error, LIMIT cannot be used without the special ~ option')
    }
    const given = toInteger(words[next + 1] ?? '')
    if (given < 0) throw new CommandError('ERR The LIMIT argument must be >= 0.')
    limit = given === 0 ? Infinity : given
    next += 2
  }
  return { trimming: { maxLength, minId, limit }, next }
}
