import type { Command } from '../command.ts'
import { CommandError } from '../command-error.ts'
import { runQueued } from '../dispatch.ts'
import { array, nullArray, ok } from '../reply.ts'
import type { Session } from '../session.ts'

/** MULTI and what belongs to it. Nothing runs between the commands of a transaction: there is one thread. */
export const transactionCommands: readonly Command[] = [
  {
    name: 'multi',
    arity: 1,
    flags: ['in-transaction'],
    run: session => {
      if (session.transaction !== undefined) throw new CommandError('ERR MULTI calls can not be nested')
      session.transaction = { queued: [], failed: false }
      return ok
    },
  },
  {
    name: 'exec',
    arity: 1,
    flags: ['in-transaction'],
    run: session => {
      const { transaction, watchBroken } = session
      if (transaction === undefined) throw new CommandError('ERR EXEC without MULTI')
      const broken = watchBroken || watchedHasExpired(session)
      endTransaction(session)
      if (transaction.failed) {
        throw new CommandError('EXECABORT Transaction discarded because of previous errors.')
      }
      if (broken) return nullArray(session.resp)
      session.executing = true
      try {
        return array(transaction.queued.map(words => runQueued(session, words)))
      } finally {
        session.executing = false
      }
    },
  },
  {
    name: 'discard',
    arity: 1,
    flags: ['in-transaction'],
    run: session => {
      if (session.transaction === undefined) throw new CommandError('ERR DISCARD without MULTI')
      endTransaction(session)
      return ok
    },
  },
  {
    name: 'watch',
    arity: -2,
    flags: ['in-transaction'],
    run: (session, [, ...keys]) => {
      if (session.transaction !== undefined) throw new CommandError('ERR WATCH inside MULTI is not allowed')
      for (const key of keys) {
        session.keyspace.has(key)
        session.instance.watches.add(key, session)
      }
      return ok
    },
  },
  {
    name: 'unwatch',
    arity: 1,
    run: session => {
      session.instance.watches.clear(session)
      return ok
    },
  },
]

/** Forgets the queued commands and the watched keys. */
export function endTransaction(session: Session): void {
  session.transaction = undefined
  session.instance.watches.clear(session)
}

/** Looking at a key drops it when its time is over, and that breaks the watch. */
function watchedHasExpired(session: Session): boolean {
  for (const key of session.watched) session.keyspace.has(key)
  return session.watchBroken
}
