import type { Command } from '../command.ts'
import { CommandError, errors } from '../command-error.ts'
import { toInteger } from '../numbers.ts'
import { array, bulkOrNull, bulks, integer, set } from '../reply.ts'
import type { Session } from '../session.ts'

type Combine = (first: ReadonlySet<string>, others: readonly ReadonlySet<string>[]) => Iterable<string>

/** Members without order under one key: who is in a room. */
export const setCommands: readonly Command[] = [
  {
    name: 'sadd',
    arity: -3,
    run: ({ keyspace }, [, key, ...members]) => {
      const found = keyspace.findOrCreate('set', key)
      const before = found.size
      for (const member of members) found.add(member)
      if (found.size > before) keyspace.changed(key)
      return integer(found.size - before)
    },
  },
  {
    name: 'srem',
    arity: -3,
    run: ({ keyspace }, [, key, ...members]) => {
      const found = keyspace.find('set', key)
      const gone = members.filter(member => found?.delete(member)).length
      if (gone > 0) keyspace.changed(key)
      return integer(gone)
    },
  },
  {
    name: 'smembers',
    arity: 2,
    run: ({ keyspace, resp }, [, key]) => set(keyspace.find('set', key) ?? [], resp),
  },
  { name: 'scard', arity: 2, run: ({ keyspace }, [, key]) => integer(keyspace.find('set', key)?.size ?? 0) },
  {
    name: 'sismember',
    arity: 3,
    run: ({ keyspace }, [, key, member]) => integer(keyspace.find('set', key)?.has(member) === true ? 1 : 0),
  },
  {
    name: 'smismember',
    arity: -3,
    run: ({ keyspace }, [, key, ...members]) => {
      const found = keyspace.find('set', key)
      return array(members.map(member => integer(found?.has(member) === true ? 1 : 0)))
    },
  },
  {
    name: 'spop',
    arity: -2,
    run: (session, [, key, ...options]) => {
      const { keyspace, resp } = session
      if (options.length > 1) throw new CommandError(errors.syntax)
      const count = options[0] === undefined ? undefined : toInteger(options[0], errors.outOfRange)
      if (count !== undefined && count < 0) throw new CommandError(errors.outOfRange)
      const found = keyspace.find('set', key)
      const gone = sample([...(found ?? [])], count ?? 1)
      for (const member of gone) found?.delete(member)
      if (gone.length > 0) keyspace.changed(key)
      return count === undefined ? bulkOrNull(gone[0], resp) : set(gone, resp)
    },
  },
  {
    name: 'srandmember',
    arity: -2,
    run: ({ keyspace, resp }, [, key, ...options]) => {
      if (options.length > 1) throw new CommandError(errors.syntax)
      const count = options[0] === undefined ? undefined : toInteger(options[0])
      const members = [...(keyspace.find('set', key) ?? [])]
      if (count === undefined) return bulkOrNull(sample(members, 1)[0], resp)
      if (count >= 0) return bulks(sample(members, count))
      const repeats = members.length === 0 ? 0 : -count
      return bulks(
        Array.from({ length: repeats }, () => members[Math.floor(Math.random() * members.length)]!),
      )
    },
  },
  combining('sunion', (first, others) => new Set([first, ...others].flatMap(one => [...one]))),
  combining('sinter', (first, others) => [...first].filter(one => others.every(other => other.has(one)))),
  combining('sdiff', (first, others) => [...first].filter(one => !others.some(other => other.has(one)))),
]

function combining(name: string, combine: Combine): Command {
  return {
    name,
    arity: -2,
    run: ({ keyspace, resp }: Session, [, ...keys]) => {
      const [first = new Set<string>(), ...others] = keys.map(
        key => keyspace.find('set', key) ?? new Set<string>(),
      )
      return set(combine(first, others), resp)
    },
  }
}

/** Up to `count` different items by chance; changes `items`. */
function sample(items: string[], count: number): string[] {
  const taken = Math.min(count, items.length)
  for (let at = 0; at < taken; at++) {
    const other = at + Math.floor(Math.random() * (items.length - at))
    const held = items[at]!
    items[at] = items[other]!
    items[other] = held
  }
  return items.slice(0, taken)
}
