import { createHash } from 'node:crypto'
import type { Command } from '../command.ts'
import { CommandError } from '../command-error.ts'
import { expiryTime } from '../expiry-time.ts'
import { addIntegers, bigInteger, readBigInteger } from '../numbers.ts'
import { array, integer, type Reply } from '../reply.ts'
import type { Session } from '../session.ts'

type Script = (session: Session, keys: readonly string[], args: readonly string[]) => Reply

/**
 * There is no Lua here. Scripts that widely used libraries send are known by the SHA-1 of their text, with runs of
 * blanks as one, and are done by hand.
 */
const knownScripts: Readonly<Record<string, Script>> = {
  // rate-limiter-flexible 11.4, lib/RateLimiterRedis.js, incrTtlLuaScript
  d969a54896cb2b1e39d23c22291d4928ab0a6b79: takePoints,
}

const refusal =
  "ERR rtdeploy's embedded Redis runs no Lua; put redis-server on PATH or set REDIS_URL to use this script"

export const scriptCommands: readonly Command[] = [
  {
    name: 'eval',
    arity: -3,
    run: (session, [, text, keyCount, ...words]) => {
      const count = readBigInteger(keyCount)
      if (count === undefined) throw new CommandError('ERR value is not an integer or out of range')
      if (count > words.length) {
        throw new CommandError("ERR Number of keys can't be greater than number of args")
      }
      if (count < 0n) throw new CommandError("ERR Number of keys can't be negative")
      const digest = createHash('sha1').update(text.replace(/\s+/g, ' ').trim(), 'latin1').digest('hex')
      const script = knownScripts[digest]
      if (script === undefined) throw new CommandError(refusal)
      return script(session, words.slice(0, Number(count)), words.slice(Number(count)))
    },
  },
  {
    name: 'evalsha',
    arity: -3,
    // Libraries then send the text with EVAL.
    run: () => {
      throw new CommandError('NOSCRIPT No matching script. Please use EVAL.')
    },
  },
]

/** Adds points to a counter that lives for some seconds from its first point; answers the sum and what is left of its time. */
function takePoints({ keyspace }: Session, [key = '']: readonly string[], args: readonly string[]): Reply {
  const [points = '', seconds = ''] = args
  const lifetime = expiryTime({ unit: 'EX', amount: seconds }, keyspace.now(), 'set')
  const sum = addIntegers(bigInteger(keyspace.find('string', key) ?? '0'), bigInteger(points))
  const expiresAt = keyspace.expiresAt(key) ?? lifetime
  keyspace.put('string', key, String(sum))
  keyspace.expireAt(key, expiresAt)
  return array([integer(sum), integer(expiresAt - keyspace.now())])
}
