import { CommandError, errors, wrongArity } from './command-error.ts'
import { toInteger } from './numbers.ts'
import type { Stream, StreamId } from './stream.ts'
import { checkNewId, parseId } from './stream-ids.ts'

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

const bothTrims = 'ERR syntax error, MAXLEN and MINID options at the same time are not compatible'

/** `[NOMKSTREAM] [MAXLEN|MINID [=|~] threshold [LIMIT n]] id field value ...` */
export function parseXadd(words: readonly string[]): Xadd {
  let create = true
  let trimming: Trimming | undefined
  let at = 0
  for (; at < words.length; at++) {
    const word = (words[at] ?? '').toUpperCase()
    if (word === 'NOMKSTREAM') create = false
    else if ((word === 'MAXLEN' || word === 'MINID') && at + 1 < words.length) {
      if (trimming !== undefined) throw new CommandError(bothTrims)
      const parsed = readTrim(words, at)
      trimming = parsed.trimming
      at = parsed.next - 1
    } else break
  }
  const id = words[at] ?? ''
  const fields = words.slice(at + 1)
  if (id !== '*') parseId(id.replace(/-\*$/, ''))
  if (fields.length === 0 || fields.length % 2 !== 0) throw new CommandError(wrongArity('xadd'))
  checkNewId(id)
  return { create, trimming, id, fields }
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

/** `COUNT n`, the last one counts, or nothing for all. */
export function parseCount(words: readonly string[]): number {
  let count = Infinity
  for (let at = 0; at < words.length; at += 2) {
    const given = words[at + 1]
    if (words[at]?.toUpperCase() !== 'COUNT' || given === undefined) throw new CommandError(errors.syntax)
    count = Math.max(0, toInteger(given))
  }
  return count
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
