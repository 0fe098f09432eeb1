import { CommandError, errors } from './command-error.ts'
import { toInteger } from './numbers.ts'

export type Order = 'position' | 'score' | 'name'

export interface RangeQuery {
  readonly by: Order
  readonly reverse: boolean
  readonly start: string
  readonly stop: string
  readonly offset: number
  /** Below zero: all. */
  readonly count: number
  readonly withScores: boolean
}

/**
 * The options of ZRANGE and of the older commands with one order each, which `fixed` gives. Only `zrange` itself takes
 * BYSCORE, BYLEX and REV. Throws Redis' errors.
 */
export function parseRange(
  command: string,
  fixed: { readonly by: Order; readonly reverse: boolean },
  start: string,
  stop: string,
  words: readonly string[],
): RangeQuery {
  let { by, reverse } = fixed
  let withScores = false
  let limit: readonly [offset: number, count: number] | undefined
  for (let at = 0; at < words.length; at++) {
    const word = (words[at] ?? '').toUpperCase()
    const [offset, count] = words.slice(at + 1, at + 3)
    if (word === 'WITHSCORES') withScores = true
    else if (word === 'LIMIT' && offset !== undefined && count !== undefined) {
      limit = [toInteger(offset), toInteger(count)]
      at += 2
    } else if (command === 'zrange' && word === 'REV' && !reverse) reverse = true
    else if (command === 'zrange' && word === 'BYSCORE' && by === 'position') by = 'score'
    else if (command === 'zrange' && word === 'BYLEX' && by === 'position') by = 'name'
    else throw new CommandError(errors.syntax)
  }
  if (limit !== undefined && by === 'position') {
    throw new CommandError(
      'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX',
    )
  }
  if (withScores && by === 'name') {
    throw new CommandError('ERR syntax error, WITHSCORES not supported in combination with BYLEX')
  }
  const [offset, count] = limit ?? [0, -1]
  return { by, reverse, start, stop, offset, count, withScores }
}
