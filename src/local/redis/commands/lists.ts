import type { Command } from '../command.ts'
import { CommandError, errors, wrongArity } from '../command-error.ts'
import { toInteger } from '../numbers.ts'
import { clampRange } from '../ranges.ts'
import { bulk, bulkOrNull, bulks, integer, nullArray, nullBulk, ok } from '../reply.ts'

/** Lists without blocking: queues and the last messages of a room. */
export const listCommands: readonly Command[] = [
  pushing('lpush', true, false),
  pushing('rpush', false, false),
  pushing('lpushx', true, true),
  pushing('rpushx', false, true),
  popping('lpop', (list, count) => list.splice(0, count)),
  popping('rpop', (list, count) => list.splice(Math.max(0, list.length - count)).reverse()),
  {
    name: 'llen',
    arity: 2,
    run: ({ keyspace }, [, key]) => integer(keyspace.find('list', key)?.length ?? 0),
  },
  {
    name: 'lrange',
    arity: 4,
    run: ({ keyspace }, [, key, start, stop]) => {
      const wanted = [toInteger(start), toInteger(stop)] as const
      const list = keyspace.find('list', key) ?? []
      const [from, end] = clampRange(wanted[0], wanted[1], list.length)
      return bulks(list.slice(from, end))
    },
  },
  {
    name: 'ltrim',
    arity: 4,
    run: ({ keyspace }, [, key, start, stop]) => {
      const wanted = [toInteger(start), toInteger(stop)] as const
      const list = keyspace.find('list', key)
      if (list === undefined) return ok
      const [from, end] = clampRange(wanted[0], wanted[1], list.length)
      list.splice(end)
      list.splice(0, from)
      keyspace.changed(key)
      return ok
    },
  },
  {
    name: 'lindex',
    arity: 3,
    run: ({ keyspace, resp }, [, key, index]) => {
      const list = keyspace.find('list', key)
      return list === undefined ? nullBulk(resp) : bulkOrNull(list.at(toInteger(index)), resp)
    },
  },
  {
    name: 'lset',
    arity: 4,
    run: ({ keyspace }, [, key, index, value]) => {
      const list = keyspace.find('list', key)
      if (list === undefined) throw new CommandError(errors.noSuchKey)
      const at = toInteger(index)
      const position = at < 0 ? list.length + at : at
      if (position < 0 || position >= list.length) throw new CommandError('ERR index out of range')
      list[position] = value
      keyspace.changed(key)
      return ok
    },
  },
  {
    name: 'lrem',
    arity: 4,
    run: ({ keyspace }, [, key, count, value]) => {
      const wanted = toInteger(count)
      const list = keyspace.find('list', key) ?? []
      const gone = removeEqual(list, value, wanted)
      if (gone > 0) keyspace.changed(key)
      return integer(gone)
    },
  },
]

function pushing(name: string, atHead: boolean, onlyExisting: boolean): Command {
  return {
    name,
    arity: -3,
    run: ({ keyspace }, [, key, ...items]) => {
      if (onlyExisting && keyspace.find('list', key) === undefined) return integer(0)
      const list = keyspace.findOrCreate('list', key)
      if (atHead) putInFront(list, items)
      else for (const item of items) list.push(item)
      keyspace.changed(key)
      return integer(list.length)
    },
  }
}

function popping(name: string, take: (list: string[], count: number) => string[]): Command {
  return {
    name,
    arity: -2,
    run: ({ keyspace, resp }, [, key, ...options]) => {
      if (options.length > 1) throw new CommandError(wrongArity(name))
      const count = options[0] === undefined ? undefined : toInteger(options[0], errors.outOfRange)
      if (count !== undefined && count < 0) throw new CommandError(errors.outOfRange)
      const list = keyspace.find('list', key)
      if (list === undefined) return count === undefined ? nullBulk(resp) : nullArray(resp)
      const taken = take(list, count ?? 1)
      if (taken.length > 0) keyspace.changed(key)
      return count === undefined ? bulk(taken[0] ?? '') : bulks(taken)
    },
  }
}

/** One after the other, so the last item ends up first. Many at once move the list only once. */
function putInFront(list: string[], items: readonly string[]): void {
  const [only, ...more] = items
  if (only !== undefined && more.length === 0) {
    list.unshift(only)
    return
  }
  const old = list.splice(0)
  for (const item of items.toReversed()) list.push(item)
  for (const item of old) list.push(item)
}

/** `wanted` > 0 counts from the head, < 0 from the tail, 0 takes all. Returns how many went. */
function removeEqual(list: string[], value: string, wanted: number): number {
  const limit = wanted === 0 ? list.length : Math.abs(wanted)
  const positions = [...list.keys()].filter(at => list[at] === value)
  const gone = new Set(wanted < 0 ? positions.slice(-limit) : positions.slice(0, limit))
  const kept = list.filter((_, at) => !gone.has(at))
  list.length = 0
  for (const item of kept) list.push(item)
  return gone.size
}
