import type { Command } from '../command.ts'
import { array, bulk, bulks, integer, nullArray, nullBulk, type Reply } from '../reply.ts'
import type { Session } from '../session.ts'
import { formatId, type StreamEntry } from '../stream.ts'
import { newId, parseId, rangeEnd, rangeStart } from '../stream-ids.ts'
import { parseCount, parseTrim, parseXadd, trim } from '../stream-options.ts'

/** Append-only logs without consumer groups: what the Socket.IO adapter for streams needs, and a little around it. */
export const streamCommands: readonly Command[] = [
  {
    name: 'xadd',
    arity: -5,
    run: ({ keyspace, resp }, [, key, ...words]) => {
      const { create, trimming, id, fields } = parseXadd(words)
      const existing = keyspace.find('stream', key)
      if (existing === undefined && !create) return nullBulk(resp)
      const next = newId(id, existing?.last, keyspace.now())
      const stream = existing ?? keyspace.findOrCreate('stream', key)
      stream.append(next, fields)
      if (trimming !== undefined) trim(stream, trimming)
      keyspace.changed(key)
      return bulk(formatId(next))
    },
  },
  {
    name: 'xlen',
    arity: 2,
    run: ({ keyspace }, [, key]) => integer(keyspace.find('stream', key)?.size ?? 0),
  },
  {
    name: 'xrange',
    arity: -4,
    run: (session, [, key, start, end, ...options]) => ranging(session, key, start, end, options, false),
  },
  {
    name: 'xrevrange',
    arity: -4,
    run: (session, [, key, end, start, ...options]) => ranging(session, key, start, end, options, true),
  },
  {
    name: 'xdel',
    arity: -3,
    run: ({ keyspace }, [, key, ...ids]) => {
      const stream = keyspace.find('stream', key)
      if (stream === undefined) return integer(0)
      const gone = ids.map(id => parseId(id)).filter(id => stream.delete(id)).length
      if (gone > 0) keyspace.changed(key)
      return integer(gone)
    },
  },
  {
    name: 'xtrim',
    arity: -4,
    run: ({ keyspace }, [, key, ...words]) => {
      const trimming = parseTrim(words)
      const stream = keyspace.find('stream', key)
      const gone = stream === undefined ? 0 : trim(stream, trimming)
      if (gone > 0) keyspace.changed(key)
      return integer(gone)
    },
  },
]

/** Entries as Redis shows them: the id and a flat list of names and values. */
export function showEntries(entries: readonly StreamEntry[]): Reply {
  return array(entries.map(({ id, fields }) => array([bulk(formatId(id)), bulks(fields)])))
}

function ranging(
  { keyspace, resp }: Session,
  key: string,
  start: string,
  end: string,
  options: readonly string[],
  reverse: boolean,
): Reply {
  const from = rangeStart(start)
  const to = rangeEnd(end)
  const count = parseCount(options)
  const stream = keyspace.find('stream', key)
  if (stream === undefined) return array([])
  if (count === 0) return nullArray(resp)
  return showEntries(reverse ? stream.reverseRange(from, to, count) : stream.range(from, to, count))
}
