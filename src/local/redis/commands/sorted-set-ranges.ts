import type { Command } from '../command.ts'
import { formatDouble, toInteger } from '../numbers.ts'
import { clampRange } from '../ranges.ts'
import { array, bulk, double, integer, type Reply } from '../reply.ts'
import type { Session } from '../session.ts'
import type { Scored } from '../sorted-set.ts'
import { type Bounds, lexBounds, scoreBounds } from '../zset-bounds.ts'
import { type Order, parseRange, type RangeQuery } from '../zset-range-options.ts'

/** Parts of a sorted set by position, by score and by name. */
export const sortedSetRangeCommands: readonly Command[] = [
  ranging('zrange', { by: 'position', reverse: false }),
  ranging('zrevrange', { by: 'position', reverse: true }),
  ranging('zrangebyscore', { by: 'score', reverse: false }),
  ranging('zrevrangebyscore', { by: 'score', reverse: true }),
  ranging('zrangebylex', { by: 'name', reverse: false }),
  ranging('zrevrangebylex', { by: 'name', reverse: true }),
  removing('zremrangebyrank', 'position'),
  removing('zremrangebyscore', 'score'),
  removing('zremrangebylex', 'name'),
  counting('zcount', 'score'),
  counting('zlexcount', 'name'),
]

function ranging(name: string, fixed: { readonly by: Order; readonly reverse: boolean }): Command {
  return {
    name,
    arity: -4,
    run: (session, [, key, start, stop, ...options]) => {
      const query = parseRange(name, fixed, start, stop, options)
      const found = select(session, key, query)
      return show(session, found, query.withScores)
    },
  }
}

function removing(name: string, by: Order): Command {
  return {
    name,
    arity: 4,
    run: ({ keyspace }, [, key, start, stop]) => {
      const bounds = positions(by, start, stop)
      const zset = keyspace.find('zset', key)
      if (zset === undefined) return integer(0)
      const gone = zset.deleteRange(...bounds(zset.entries))
      if (gone > 0) keyspace.changed(key)
      return integer(gone)
    },
  }
}

function counting(name: string, by: Order): Command {
  return {
    name,
    arity: 4,
    run: ({ keyspace }, [, key, start, stop]) => {
      const bounds = positions(by, start, stop)
      const [from, end] = bounds(keyspace.find('zset', key)?.entries ?? [])
      return integer(Math.max(0, end - from))
    },
  }
}

/** Reads the bounds first, so that a wrong one is an error whether or not the key is there. */
function positions(by: Order, start: string, stop: string): Bounds {
  if (by === 'score') return scoreBounds(start, stop)
  if (by === 'name') return lexBounds(start, stop)
  const wanted = [toInteger(start), toInteger(stop)] as const
  return entries => clampRange(wanted[0], wanted[1], entries.length)
}

function select({ keyspace }: Session, key: string, query: RangeQuery): readonly Scored[] {
  const { by, reverse, offset, count } = query
  const swapped = reverse && by !== 'position'
  const bounds = positions(by, swapped ? query.stop : query.start, swapped ? query.start : query.stop)
  const entries = keyspace.find('zset', key)?.entries ?? []
  if (by === 'position') {
    const [from, end] = bounds(entries)
    return reverse
      ? entries.slice(entries.length - end, entries.length - from).reverse()
      : entries.slice(from, end)
  }
  const [from, end] = bounds(entries)
  const found = from < end ? entries.slice(from, end) : []
  if (reverse) found.reverse()
  if (offset < 0) return []
  return count < 0 ? found.slice(offset) : found.slice(offset, offset + count)
}

function show({ resp }: Session, found: readonly Scored[], withScores: boolean): Reply {
  if (!withScores) return array(found.map(({ member }) => bulk(member)))
  const pairs = found.map(({ member, score }) => [bulk(member), double(formatDouble(score), resp)])
  return resp === 3 ? array(pairs.map(array)) : array(pairs.flat())
}
