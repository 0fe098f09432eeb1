import { CommandError } from './command-error.ts'
import { compareIds, firstId, largestPart, nextId, previousId, type StreamId } from './stream.ts'

const invalid = 'ERR Invalid stream ID specified as stream command argument'
/** Each part as C's strtoull reads it: blanks and a plus may come first. */
const idForm = /^\s*\+?(\d{1,20})(?:-\s*\+?(\d{1,20}))?$/

/** `ms-seq`, or `ms` with `missingSeq`. Throws Redis' error for anything else. */
export function parseId(text: string, missingSeq = 0n): StreamId {
  const [, ms, seq] = idForm.exec(text) ?? []
  if (ms === undefined) throw new CommandError(invalid)
  const id = { ms: BigInt(ms), seq: seq === undefined ? missingSeq : BigInt(seq) }
  if (id.ms > largestPart || id.seq > largestPart) throw new CommandError(invalid)
  return id
}

/** The start of XRANGE: `-`, an id, or `(id` for the one after it. */
export function rangeStart(text: string): StreamId {
  if (!text.startsWith('(')) return endPoint(text) ?? parseId(text)
  const next = nextId(parseId(text.slice(1)))
  if (next === undefined) throw new CommandError('ERR invalid start ID for the interval')
  return next
}

/** The end of XRANGE: `+`, an id, a time with all its sequence numbers, or `(id` for the one before it. */
export function rangeEnd(text: string): StreamId {
  if (!text.startsWith('(')) return endPoint(text) ?? parseId(text, largestPart)
  const previous = previousId(parseId(text.slice(1), largestPart))
  if (previous === undefined) throw new CommandError('ERR invalid end ID for the interval')
  return previous
}

function endPoint(text: string): StreamId | undefined {
  if (text === '-') return firstId
  return text === '+' ? { ms: largestPart, seq: largestPart } : undefined
}

/** XADD refuses 0-0 whatever the key holds. */
export function checkNewId(text: string): void {
  if (text === '*' || text.endsWith('-*') || compareIds(parseId(text), firstId) !== 0) return
  throw new CommandError('ERR The ID specified in XADD must be greater than 0-0')
}

/** The id for a new entry: `*`, `ms-*` or a given one. `last` is undefined for a new stream. Throws when it is not higher. */
export function newId(text: string, last: StreamId | undefined, now: number): StreamId {
  const before = last ?? firstId
  const automatic = text === '*' ? { ms: BigInt(now), seq: 0n } : partlyAutomatic(text, before)
  const id = automatic ?? parseId(text)
  if (text === '*' && compareIds(id, before) <= 0) return nextId(before) ?? tooSmall()
  return compareIds(id, before) > 0 ? id : tooSmall()
}

function partlyAutomatic(text: string, before: StreamId): StreamId | undefined {
  if (!text.endsWith('-*')) return undefined
  const { ms } = parseId(text.slice(0, -2))
  if (ms !== before.ms) return { ms, seq: 0n }
  return before.seq < largestPart ? { ms, seq: before.seq + 1n } : tooSmall()
}

function tooSmall(): never {
  throw new CommandError('ERR The ID specified in XADD is equal or smaller than the target stream top item')
}
