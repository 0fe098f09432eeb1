import type { Command } from '../command.ts'
import { CommandError, errors } from '../command-error.ts'
import { formatDouble, toFloat, toInteger } from '../numbers.ts'
import { array, bulk, double, integer, nullBulk, type Reply } from '../reply.ts'
import type { Session } from '../session.ts'
import { addScores, parseZadd } from '../zadd.ts'

/** Members with scores: last-seen times, leader boards, sliding windows. */
export const sortedSetCommands: readonly Command[] = [
  {
    name: 'zadd',
    arity: -4,
    run: ({ keyspace, resp }, [, key, ...words]) => {
      const { options, pairs } = parseZadd(words)
      const existing = keyspace.find('zset', key)
      if (existing === undefined && options.xx) return options.increment ? nullBulk(resp) : integer(0)
      const { added, changed, score } = addScores(keyspace.findOrCreate('zset', key), options, pairs)
      if (added + changed > 0) keyspace.changed(key)
      if (options.increment) return score === undefined ? nullBulk(resp) : double(formatDouble(score), resp)
      return integer(options.countChanged ? added + changed : added)
    },
  },
  {
    name: 'zincrby',
    arity: 4,
    run: ({ keyspace, resp }, [, key, by, member]) => {
      const amount = toFloat(by)
      const options = { nx: false, xx: false, gt: false, lt: false, countChanged: false, increment: true }
      const { score = 0 } = addScores(keyspace.findOrCreate('zset', key), options, [[member, amount]])
      keyspace.changed(key)
      return double(formatDouble(score), resp)
    },
  },
  {
    name: 'zrem',
    arity: -3,
    run: ({ keyspace }, [, key, ...members]) => {
      const zset = keyspace.find('zset', key)
      const gone = members.filter(member => zset?.delete(member)).length
      if (gone > 0) keyspace.changed(key)
      return integer(gone)
    },
  },
  { name: 'zcard', arity: 2, run: ({ keyspace }, [, key]) => integer(keyspace.find('zset', key)?.size ?? 0) },
  {
    name: 'zscore',
    arity: 3,
    run: (session, [, key, member]) => showScore(session, session.keyspace.find('zset', key)?.score(member)),
  },
  {
    name: 'zmscore',
    arity: -3,
    run: (session, [, key, ...members]) => {
      const zset = session.keyspace.find('zset', key)
      return array(members.map(member => showScore(session, zset?.score(member))))
    },
  },
  ranking('zrank', rank => rank),
  ranking('zrevrank', (rank, size) => size - 1 - rank),
  popping('zpopmin', false),
  popping('zpopmax', true),
]

function showScore({ resp }: Session, score: number | undefined): Reply {
  return score === undefined ? nullBulk(resp) : double(formatDouble(score), resp)
}

function ranking(name: string, show: (rank: number, size: number) => number): Command {
  return {
    name,
    arity: 3,
    run: ({ keyspace, resp }, [, key, member]) => {
      const zset = keyspace.find('zset', key)
      const rank = zset?.rank(member)
      return zset === undefined || rank === undefined ? nullBulk(resp) : integer(show(rank, zset.size))
    },
  }
}

/** Without a count the pair is flat; with one RESP3 gets a pair each. */
function popping(name: string, highest: boolean): Command {
  return {
    name,
    arity: -2,
    run: ({ keyspace, resp }, [, key, ...options]) => {
      if (options.length > 1) throw new CommandError(errors.syntax)
      const count = options[0] === undefined ? undefined : toInteger(options[0], errors.outOfRange)
      if (count !== undefined && count < 0) throw new CommandError(errors.outOfRange)
      const zset = keyspace.find('zset', key)
      const entries = zset?.entries ?? []
      const taken = highest
        ? entries.slice(-(count ?? 1) || entries.length).reverse()
        : entries.slice(0, count ?? 1)
      for (const { member } of taken) zset?.delete(member)
      if (taken.length > 0) keyspace.changed(key)
      const pairs = taken.map(({ member, score }) => [bulk(member), double(formatDouble(score), resp)])
      return count !== undefined && resp === 3 ? array(pairs.map(array)) : array(pairs.flat())
    },
  }
}
