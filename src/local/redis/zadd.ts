import { CommandError, errors } from './command-error.ts'
import { toFloat } from './numbers.ts'
import type { SortedSet } from './sorted-set.ts'

export interface ZaddOptions {
  /** Only new members, only existing ones, only higher scores, only lower scores. */
  readonly nx: boolean
  readonly xx: boolean
  readonly gt: boolean
  readonly lt: boolean
  readonly countChanged: boolean
  readonly increment: boolean
}

export interface Added {
  readonly added: number
  readonly changed: number
  /** Of the last pair; undefined when an option forbade it. */
  readonly score: number | undefined
}

type Pair = readonly [member: string, score: number]

/** Options, then scores and members by turns. Throws Redis' errors, in its order. */
export function parseZadd(words: readonly string[]): { options: ZaddOptions; pairs: readonly Pair[] } {
  const known = ['NX', 'XX', 'GT', 'LT', 'CH', 'INCR']
  let start = 0
  while (known.includes((words[start] ?? '').toUpperCase())) start++
  const given = new Set(words.slice(0, start).map(word => word.toUpperCase()))
  const [nx, xx, gt, lt, countChanged, increment] = known.map(word => given.has(word)) as [
    boolean,
    boolean,
    boolean,
    boolean,
    boolean,
    boolean,
  ]
  const rest = words.slice(start)
  if (rest.length % 2 !== 0 || rest.length === 0) throw new CommandError(errors.syntax)
  if (nx && xx) throw new CommandError('ERR XX and NX options at the same time are not compatible')
  if ((gt && nx) || (lt && nx) || (gt && lt)) {
    throw new CommandError('ERR GT, LT, and/or NX options at the same time are not compatible')
  }
  if (increment && rest.length > 2) {
    throw new CommandError('ERR INCR option supports a single increment-element pair')
  }
  const pairs: Pair[] = []
  for (let at = 0; at < rest.length; at += 2) pairs.push([rest[at + 1]!, toFloat(rest[at]!)])
  return { options: { nx, xx, gt, lt, countChanged, increment }, pairs }
}

export function addScores(zset: SortedSet, options: ZaddOptions, pairs: readonly Pair[]): Added {
  let added = 0
  let changed = 0
  let score: number | undefined
  for (const [member, given] of pairs) {
    const old = zset.score(member)
    const next = options.increment && old !== undefined ? old + given : given
    if (Number.isNaN(next)) throw new CommandError('ERR resulting score is not a number (NaN)')
    score = undefined
    if (old === undefined ? options.xx : options.nx) continue
    if (old !== undefined && ((options.gt && next <= old) || (options.lt && next >= old))) continue
    score = next
    if (old === undefined) added++
    else if (old !== next) changed++
    zset.put(member, next)
  }
  return { added, changed, score }
}
