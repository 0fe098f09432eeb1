import type { Command } from '../command.ts'
import { CommandError, errors } from '../command-error.ts'
import { addIntegers, bigInteger } from '../numbers.ts'
import { integer, type Reply } from '../reply.ts'
import type { Session } from '../session.ts'

/** Whole numbers in 64 bits, kept as text. */
export const counterCommands: readonly Command[] = [
  { name: 'incr', arity: 2, run: (session, [, key]) => add(session, key, 1n) },
  { name: 'decr', arity: 2, run: (session, [, key]) => add(session, key, -1n) },
  { name: 'incrby', arity: 3, run: (session, [, key, by]) => add(session, key, bigInteger(by)) },
  {
    name: 'decrby',
    arity: 3,
    run: (session, [, key, amount]) => {
      const by = bigInteger(amount)
      if (by === -(2n ** 63n)) throw new CommandError('ERR decrement would overflow')
      return add(session, key, -by)
    },
  },
]

function add({ keyspace }: Session, key: string, by: bigint): Reply {
  const sum = addIntegers(bigInteger(keyspace.find('string', key) ?? '0', errors.notInteger), by)
  keyspace.put('string', key, String(sum), true)
  return integer(sum)
}
