import type { Command } from '../command.ts'
import { CommandError, errors } from '../command-error.ts'
import { bulkOrNull, integer, ok, simple } from '../reply.ts'
import type { Session } from '../session.ts'

/** Keys as such, whatever they hold. */
export const keyCommands: readonly Command[] = [
  counted('del', ({ keyspace }, key) => keyspace.delete(key)),
  counted('unlink', ({ keyspace }, key) => keyspace.delete(key)),
  counted('exists', ({ keyspace }, key) => keyspace.has(key)),
  counted('touch', ({ keyspace }, key) => keyspace.has(key)),
  {
    name: 'type',
    arity: 2,
    run: ({ keyspace }, [, key]) => simple(keyspace.type(key) ?? 'none'),
  },
  {
    name: 'rename',
    arity: 3,
    run: ({ keyspace }, [, from, to]) => {
      if (!keyspace.has(from)) throw new CommandError(errors.noSuchKey)
      keyspace.rename(from, to)
      return ok
    },
  },
  {
    name: 'renamenx',
    arity: 3,
    run: ({ keyspace }, [, from, to]) => {
      if (!keyspace.has(from)) throw new CommandError(errors.noSuchKey)
      if (keyspace.has(to)) return integer(0)
      keyspace.rename(from, to)
      return integer(1)
    },
  },
  {
    name: 'randomkey',
    arity: 1,
    run: ({ keyspace, resp }) => {
      const keys = [...keyspace.keys()]
      return bulkOrNull(keys[Math.floor(Math.random() * keys.length)], resp)
    },
  },
]

/** A command on any number of keys that answers how many of them `applied`. */
function counted(name: string, applied: (session: Session, key: string) => boolean): Command {
  return {
    name,
    arity: -2,
    run: (session, [, ...keys]) => integer(keys.filter(key => applied(session, key)).length),
  }
}
