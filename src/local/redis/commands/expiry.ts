import type { Command } from '../command.ts'
import { CommandError } from '../command-error.ts'
import { absoluteTime, type Expiry } from '../expiry-time.ts'
import { bigInteger } from '../numbers.ts'
import { integer } from '../reply.ts'

/** Redis' answers to TTL for a key that is not there, and for one that never expires. */
const missing = -2
const never = -1

/** Times to live: setting them, asking for them, taking them away. */
export const expiryCommands: readonly Command[] = [
  setter('expire', 'EX'),
  setter('pexpire', 'PX'),
  setter('expireat', 'EXAT'),
  setter('pexpireat', 'PXAT'),
  getter('ttl', (at, now) => Math.floor((at - now + 500) / 1000)),
  getter('pttl', (at, now) => at - now),
  getter('expiretime', at => Math.floor((at + 500) / 1000)),
  getter('pexpiretime', at => at),
  {
    name: 'persist',
    arity: 2,
    run: ({ keyspace }, [, key]) => integer(keyspace.persist(key) ? 1 : 0),
  },
]

function getter(name: string, show: (at: number, now: number) => number): Command {
  return {
    name,
    arity: 2,
    run: ({ keyspace }, [, key]) => {
      if (!keyspace.has(key)) return integer(missing)
      const at = keyspace.expiresAt(key)
      return integer(at === undefined ? never : show(at, keyspace.now()))
    },
  }
}

function setter(name: string, unit: Expiry['unit']): Command {
  return {
    name,
    arity: -3,
    run: ({ keyspace }, [, key, amount, ...options]) => {
      const allows = parseConditions(options)
      const at = absoluteTime(bigInteger(amount), unit, keyspace.now(), name)
      if (!keyspace.has(key) || !allows(keyspace.expiresAt(key), at)) return integer(0)
      keyspace.expireAt(key, at)
      return integer(1)
    },
  }
}

/** `NX`, `XX`, `GT`, `LT`: given the old and the new time, whether to set it. No expiry counts as the latest. */
function parseConditions(words: readonly string[]): (old: number | undefined, at: number) => boolean {
  const given = new Set(words.map(word => word.toUpperCase()))
  for (const word of words) {
    if (!['NX', 'XX', 'GT', 'LT'].includes(word.toUpperCase())) {
      throw new CommandError(`ERR Unsupported option ${word}`)
    }
  }
  const [nx, xx, gt, lt] = ['NX', 'XX', 'GT', 'LT'].map(word => given.has(word))
  if (nx && (xx || gt || lt)) {
    throw new CommandError('ERR NX and XX, GT or LT options at the same time are not compatible')
  }
  if (gt && lt) throw new CommandError('ERR GT and LT options at the same time are not compatible')
  return (old, at) =>
    !(nx && old !== undefined) &&
    !(xx && old === undefined) &&
    !(gt && (old === undefined || at <= old)) &&
    !(lt && old !== undefined && at >= old)
}
