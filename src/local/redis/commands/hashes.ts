import type { Command } from '../command.ts'
import { CommandError, wrongArity } from '../command-error.ts'
import { addIntegers, bigInteger } from '../numbers.ts'
import { array, bulk, bulkOrNull, bulks, integer, map, ok } from '../reply.ts'
import type { Session } from '../session.ts'

/** Fields and values under one key: presence, profiles, counters by name. */
export const hashCommands: readonly Command[] = [
  { name: 'hset', arity: -4, run: (session, [, key, ...words]) => integer(put(session, 'hset', key, words)) },
  {
    name: 'hmset',
    arity: -4,
    run: (session, [, key, ...words]) => {
      put(session, 'hmset', key, words)
      return ok
    },
  },
  {
    name: 'hsetnx',
    arity: 4,
    run: ({ keyspace }, [, key, field, value]) => {
      if (keyspace.find('hash', key)?.has(field) === true) return integer(0)
      keyspace.findOrCreate('hash', key).set(field, value)
      keyspace.changed(key)
      return integer(1)
    },
  },
  {
    name: 'hget',
    arity: 3,
    run: ({ keyspace, resp }, [, key, field]) => bulkOrNull(keyspace.find('hash', key)?.get(field), resp),
  },
  {
    name: 'hmget',
    arity: -3,
    run: ({ keyspace, resp }, [, key, ...fields]) => {
      const hash = keyspace.find('hash', key)
      return array(fields.map(field => bulkOrNull(hash?.get(field), resp)))
    },
  },
  {
    name: 'hgetall',
    arity: 2,
    run: ({ keyspace, resp }, [, key]) => {
      const hash = keyspace.find('hash', key) ?? new Map<string, string>()
      return map([...hash].flat().map(bulk), resp)
    },
  },
  {
    name: 'hdel',
    arity: -3,
    run: ({ keyspace }, [, key, ...fields]) => {
      const hash = keyspace.find('hash', key)
      const gone = fields.filter(field => hash?.delete(field)).length
      if (gone > 0) keyspace.changed(key)
      return integer(gone)
    },
  },
  {
    name: 'hincrby',
    arity: 4,
    run: ({ keyspace }, [, key, field, by]) => {
      const amount = bigInteger(by)
      const old = keyspace.find('hash', key)?.get(field) ?? '0'
      const sum = addIntegers(bigInteger(old, 'ERR hash value is not an integer'), amount)
      keyspace.findOrCreate('hash', key).set(field, String(sum))
      keyspace.changed(key)
      return integer(sum)
    },
  },
  { name: 'hlen', arity: 2, run: ({ keyspace }, [, key]) => integer(keyspace.find('hash', key)?.size ?? 0) },
  {
    name: 'hexists',
    arity: 3,
    run: ({ keyspace }, [, key, field]) => integer(keyspace.find('hash', key)?.has(field) === true ? 1 : 0),
  },
  {
    name: 'hkeys',
    arity: 2,
    run: ({ keyspace }, [, key]) => bulks(keyspace.find('hash', key)?.keys() ?? []),
  },
  {
    name: 'hvals',
    arity: 2,
    run: ({ keyspace }, [, key]) => bulks(keyspace.find('hash', key)?.values() ?? []),
  },
  {
    name: 'hstrlen',
    arity: 3,
    run: ({ keyspace }, [, key, field]) => integer(keyspace.find('hash', key)?.get(field)?.length ?? 0),
  },
]

/** Returns how many fields are new. */
function put({ keyspace }: Session, command: string, key: string, words: readonly string[]): number {
  if (words.length % 2 !== 0) throw new CommandError(wrongArity(command))
  const hash = keyspace.findOrCreate('hash', key)
  const before = hash.size
  for (let at = 0; at < words.length; at += 2) hash.set(words[at]!, words[at + 1]!)
  keyspace.changed(key)
  return hash.size - before
}
