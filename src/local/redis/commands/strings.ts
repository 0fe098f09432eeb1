import type { Command } from '../command.ts'
import { CommandError, errors, wrongArity } from '../command-error.ts'
import { expiryTime } from '../expiry-time.ts'
import { array, bulk, bulkOrNull, error, integer, nullBulk, ok } from '../reply.ts'
import { parserLimits } from '../request-parser.ts'
import { parseGetEx, parseSet } from '../set-options.ts'

/** GET, SET and their relatives on plain values. */
export const stringCommands: readonly Command[] = [
  {
    name: 'get',
    arity: 2,
    run: ({ keyspace, resp }, [, key]) => bulkOrNull(keyspace.find('string', key), resp),
  },
  {
    name: 'set',
    arity: -3,
    run: ({ keyspace, resp }, [, key, value, ...options]) => {
      const { condition, get, keepExpiry, expiry } = parseSet(options)
      const expiresAt = expiry && expiryTime(expiry, keyspace.now(), 'set')
      const old = get ? keyspace.find('string', key) : undefined
      const writes = condition === undefined || keyspace.has(key) === (condition === 'xx')
      if (writes) {
        keyspace.put('string', key, value, keepExpiry)
        if (expiresAt !== undefined) keyspace.expireAt(key, expiresAt)
      }
      if (get) return bulkOrNull(old, resp)
      return writes ? ok : nullBulk(resp)
    },
  },
  {
    name: 'setnx',
    arity: 3,
    run: ({ keyspace }, [, key, value]) => {
      if (keyspace.has(key)) return integer(0)
      keyspace.put('string', key, value)
      return integer(1)
    },
  },
  timed('setex', 'EX'),
  timed('psetex', 'PX'),
  {
    name: 'getset',
    arity: 3,
    run: ({ keyspace, resp }, [, key, value]) => {
      const old = keyspace.find('string', key)
      keyspace.put('string', key, value)
      return bulkOrNull(old, resp)
    },
  },
  {
    name: 'getdel',
    arity: 2,
    run: ({ keyspace, resp }, [, key]) => {
      const old = keyspace.find('string', key)
      keyspace.delete(key)
      return bulkOrNull(old, resp)
    },
  },
  {
    name: 'getex',
    arity: -2,
    run: ({ keyspace, resp }, [, key, ...options]) => {
      const { expiry, persist } = parseGetEx(options)
      const value = keyspace.find('string', key)
      if (value === undefined) return nullBulk(resp)
      if (persist) keyspace.persist(key)
      if (expiry !== undefined) keyspace.expireAt(key, expiryTime(expiry, keyspace.now(), 'getex'))
      return bulk(value)
    },
  },
  {
    name: 'mget',
    arity: -2,
    run: ({ keyspace, resp }, [, ...keys]) =>
      array(
        keys.map(key => {
          const isString = keyspace.type(key) === 'string'
          return bulkOrNull(isString ? keyspace.find('string', key) : undefined, resp)
        }),
      ),
  },
  {
    name: 'mset',
    arity: -3,
    run: ({ keyspace }, [, ...words]) => {
      for (const [key, value] of pairs('mset', words)) keyspace.put('string', key, value)
      return ok
    },
  },
  {
    name: 'msetnx',
    arity: -3,
    run: ({ keyspace }, [, ...words]) => {
      const all = pairs('msetnx', words)
      if (all.some(([key]) => keyspace.has(key))) return integer(0)
      for (const [key, value] of all) keyspace.put('string', key, value)
      return integer(1)
    },
  },
  {
    name: 'append',
    arity: 3,
    run: ({ keyspace }, [, key, more]) => {
      const value = (keyspace.find('string', key) ?? '') + more
      if (value.length > parserLimits.bulkBytes) {
        return error('ERR string exceeds maximum allowed size (proto-max-bulk-len)')
      }
      keyspace.put('string', key, value, true)
      return integer(value.length)
    },
  },
  {
    name: 'strlen',
    arity: 2,
    run: ({ keyspace }, [, key]) => integer(keyspace.find('string', key)?.length ?? 0),
  },
]

function timed(name: 'setex' | 'psetex', unit: 'EX' | 'PX'): Command {
  return {
    name,
    arity: 4,
    run: ({ keyspace }, [, key, amount, value]) => {
      const expiresAt = expiryTime({ unit, amount }, keyspace.now(), name)
      keyspace.put('string', key, value)
      keyspace.expireAt(key, expiresAt)
      return ok
    },
  }
}

function pairs(command: string, words: readonly string[]): [string, string][] {
  if (words.length % 2 !== 0) throw new CommandError(wrongArity(command))
  const found: [string, string][] = []
  for (let at = 0; at < words.length; at += 2) found.push([words[at]!, words[at + 1]!])
  if (found.length === 0) throw new CommandError(errors.syntax)
  return found
}
