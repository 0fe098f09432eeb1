import type { Command } from '../command.ts'
import { CommandError, errors } from '../command-error.ts'
import { globMatcher } from '../glob.ts'
import type { Container, Values } from '../keyspace.ts'
import { formatDouble, toInteger } from '../numbers.ts'
import { array, bulk, bulks } from '../reply.ts'

/** Redis' default for COUNT. */
const keysPerPage = 10

interface ScanOptions {
  readonly matches: (name: string) => boolean
  readonly count: number
  readonly type: string | undefined
}

/** KEYS, and the commands that walk by a cursor. Walking inside one key always takes a single step. */
export const scanCommands: readonly Command[] = [
  {
    name: 'keys',
    arity: 2,
    run: ({ keyspace }, [, pattern]) => {
      const matches = nameMatcher(pattern)
      return bulks([...keyspace.keys()].filter(matches))
    },
  },
  {
    name: 'scan',
    arity: -2,
    run: ({ keyspace }, [, cursor, ...options]) => {
      const start = parseCursor(cursor)
      const { matches, count, type } = parseOptions(options, true)
      const page = keyspace.scan(start, count)
      const keys = page.keys.filter(
        key => matches(key) && (type === undefined || keyspace.type(key) === type),
      )
      return array([bulk(String(page.cursor)), bulks(keys)])
    },
  },
  within('hscan', 'hash', hash => [...hash]),
  within('sscan', 'set', members => Array.from(members, member => [member])),
  within('zscan', 'zset', zset => zset.entries.map(({ member, score }) => [member, formatDouble(score)])),
]

/** `items`: of each element what is shown, the name that MATCH looks at first. */
function within<T extends Container>(
  name: string,
  type: T,
  items: (value: Values[T]) => readonly (readonly string[])[],
): Command {
  return {
    name,
    arity: -3,
    run: ({ keyspace }, [, key, cursor, ...options]) => {
      parseCursor(cursor)
      const value = keyspace.find(type, key)
      if (value === undefined) return array([bulk('0'), bulks([])])
      const { matches } = parseOptions(options, false)
      const shown = items(value).filter(([element = '']) => matches(element))
      return array([bulk('0'), bulks(shown.flat())])
    },
  }
}

/** Here, unlike in channels, `*` matches the empty name too. */
function nameMatcher(pattern: string): (name: string) => boolean {
  return pattern === '*' ? () => true : globMatcher(pattern)
}

/** C's strtoul reads nothing as 0 and a negative number as a huge one, past every key. */
function parseCursor(text: string): number {
  if (!/^[+-]?\d{0,20}$/.test(text)) throw new CommandError('ERR invalid cursor')
  const cursor = Number(text)
  return cursor < 0 ? Infinity : cursor
}

function parseOptions(words: readonly string[], ofKeys: boolean): ScanOptions {
  let matches: ScanOptions['matches'] = () => true
  let count = keysPerPage
  let type: string | undefined
  for (let at = 0; at < words.length; at += 2) {
    const word = (words[at] ?? '').toUpperCase()
    const value = words[at + 1]
    if (value === undefined) throw new CommandError(errors.syntax)
    if (word === 'MATCH') matches = nameMatcher(value)
    else if (word === 'COUNT') {
      count = toInteger(value)
      if (count < 1) throw new CommandError(errors.syntax)
    } else if (word === 'TYPE' && ofKeys) type = value.toLowerCase()
    else throw new CommandError(errors.syntax)
  }
  return { matches, count, type }
}
