import { firstPosition } from './binary-search.ts'
import { CommandError } from './command-error.ts'
import { readFloat } from './numbers.ts'
import type { Scored } from './sorted-set.ts'

/** Positions of a range in sorted entries: from the first inside to the first after. */
export type Bounds = (entries: readonly Scored[]) => [from: number, end: number]

/** `5`, `(5` for more than 5, `-inf`, `+inf`. Throws Redis' error for anything else. */
export function scoreBounds(min: string, max: string): Bounds {
  const low = scoreBound(min)
  const high = scoreBound(max)
  return entries => [
    firstPosition(entries, ({ score }) => (low.open ? score > low.score : score >= low.score)),
    firstPosition(entries, ({ score }) => (high.open ? score >= high.score : score > high.score)),
  ]
}

/** `[name`, `(name`, `-` and `+`; only for members of one score. Throws Redis' error for anything else. */
export function lexBounds(min: string, max: string): Bounds {
  for (const text of [min, max]) {
    if (text !== '-' && text !== '+' && !text.startsWith('[') && !text.startsWith('(')) {
      throw new CommandError('ERR min or max not valid string range item')
    }
  }
  return entries => [firstPosition(entries, isFrom(min)), firstPosition(entries, isAfter(max))]
}

function isFrom(min: string): (entry: Scored) => boolean {
  const name = min.slice(1)
  if (min === '-') return () => true
  if (min === '+') return () => false
  return min.startsWith('(') ? ({ member }) => member > name : ({ member }) => member >= name
}

function isAfter(max: string): (entry: Scored) => boolean {
  const name = max.slice(1)
  if (max === '-') return () => true
  if (max === '+') return () => false
  return max.startsWith('(') ? ({ member }) => member >= name : ({ member }) => member > name
}

function scoreBound(text: string): { readonly score: number; readonly open: boolean } {
  const open = text.startsWith('(')
  const digits = open ? text.slice(1) : text
  // strtod reads nothing as 0 (t_zset.c, zslParseRange).
  const score = digits === '' ? 0 : readFloat(digits)
  if (score === undefined) throw new CommandError('ERR min or max is not a float')
  return { score, open }
}
