import { Long } from 'bson'
import type { Doc } from '../bson/kinds.ts'
import { isNumeric } from '../bson/kinds.ts'
import { toNumber } from '../bson/numbers.ts'
import type { OpenOptions, Results } from '../cursors.ts'
import { MongoError } from '../mongo-error.ts'
import type { Command, Request } from './request.ts'

/** The first batch as find and its like answer it. */
export function cursorAnswer(
  request: Request,
  results: Results,
  options: { namespace: string; batchSize: number; single?: boolean },
): Doc {
  const open: OpenOptions = { single: false, ...options, session: request.session }
  const { id, documents } = request.shared.cursors.open(results, open)
  return { cursor: { firstBatch: documents, id, ns: options.namespace } }
}

function getMore(request: Request): Doc {
  const namespace = `${request.database}.${request.text('collection')}`
  const { cursors } = request.shared
  const { id, documents } = cursors.more(request.long('getMore'), namespace, request.amount('batchSize', 0))
  return { cursor: { nextBatch: documents, id, ns: namespace } }
}

function killCursors(request: Request): Doc {
  const namespace = `${request.database}.${request.text('killCursors')}`
  const ids = request.list('cursors').map(value => {
    if (value instanceof Long) return value
    if (isNumeric(value)) return Long.fromNumber(toNumber(value))
    throw new MongoError(14, "BSON field 'killCursors.cursors' must hold longs")
  })
  const killed = ids.filter(id => request.shared.cursors.kill(id, namespace))
  return {
    cursorsKilled: killed,
    cursorsNotFound: ids.filter(id => !killed.includes(id)),
    cursorsAlive: [],
    cursorsUnknown: [],
  }
}

export const cursorCommands: Readonly<Record<string, Command>> = {
  getMore: { fields: ['collection', 'batchSize', 'term', 'lastKnownCommittedOpTime'], run: getMore },
  killCursors: { fields: ['cursors'], run: killCursors },
}
