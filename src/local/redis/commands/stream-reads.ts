import type { Command } from '../command.ts'
import { CommandError, errors } from '../command-error.ts'
import { toInteger } from '../numbers.ts'
import { array, bulk, map, nullArray, type Reply } from '../reply.ts'
import type { Session } from '../session.ts'
import { firstId, lastId, nextId, type StreamId } from '../stream.ts'
import { parseId } from '../stream-ids.ts'
import { showEntries } from './streams.ts'

interface ReadOptions {
  readonly count: number
  /** Milliseconds; 0 waits for ever, undefined does not wait. */
  readonly blockMs: number | undefined
  readonly streams: readonly string[]
}

/** Reading several streams from where the reader stopped, waiting for more if asked to. */
export const streamReadCommands: readonly Command[] = [
  {
    name: 'xread',
    arity: -4,
    run: (session, [, ...words]) => {
      const { count, blockMs, streams } = parseRead(words)
      const keys = streams.slice(0, streams.length / 2)
      const after = streams.slice(keys.length).map((id, at) => position(session, keys[at] ?? '', id))
      const attempt = (): Reply | undefined => read(session, keys, after, count)
      const found = attempt()
      if (found !== undefined) return found
      if (blockMs === undefined || session.executing) return nullArray(session.resp)
      session.instance.readers.wait(session, keys, blockMs, nullArray(session.resp), attempt)
      return ''
    },
  },
]

/** `$` means: what is last right now. */
function position({ keyspace }: Session, key: string, id: string): StreamId {
  const stream = keyspace.find('stream', key)
  return id === '$' ? (stream?.last ?? firstId) : parseId(id)
}

function read(
  { keyspace, resp }: Session,
  keys: readonly string[],
  after: readonly StreamId[],
  count: number,
): Reply | undefined {
  const found: [key: string, entries: Reply][] = []
  for (const [at, key] of keys.entries()) {
    const stream = keyspace.type(key) === 'stream' ? keyspace.find('stream', key) : undefined
    const from = nextId(after[at] ?? lastId)
    const entries = stream === undefined || from === undefined ? [] : stream.range(from, lastId, count)
    if (entries.length > 0) found.push([bulk(key), showEntries(entries)])
  }
  if (found.length === 0) return undefined
  return resp === 3 ? map(found.flat(), resp) : array(found.map(array))
}

function parseRead(words: readonly string[]): ReadOptions {
  let count = Infinity
  let blockMs: number | undefined
  for (let at = 0; at < words.length; at++) {
    const word = (words[at] ?? '').toUpperCase()
    const value = words[at + 1]
    if (word === 'STREAMS' && value !== undefined) {
      const streams = words.slice(at + 1)
      if (streams.length % 2 !== 0) {
        throw new CommandError(
          "ERR Unbalanced 'xread' list of streams: for each stream key an ID or '$' must be specified.",
        )
      }
      return { count, blockMs, streams }
    }
    if (value === undefined) throw new CommandError(errors.syntax)
    if (word === 'COUNT') {
      const given = toInteger(value)
      count = given > 0 ? given : Infinity
    } else if (word === 'BLOCK') {
      blockMs = toInteger(value, 'ERR timeout is not an integer or out of range')
      if (blockMs < 0) throw new CommandError('ERR timeout is negative')
    } else throw new CommandError(errors.syntax)
    at++
  }
  throw new CommandError(errors.syntax)
}
