import { answerBytes } from '../bson/codec.ts'
import { type Doc, isDocument, isNumeric } from '../bson/kinds.ts'
import { toNumber } from '../bson/numbers.ts'
import { codeName, MongoError } from '../mongo-error.ts'
import { aggregateCommands } from './aggregate.ts'
import { cursorCommands } from './cursors.ts'
import { databaseCommands } from './databases.ts'
import { findAndModifyCommands } from './find-and-modify.ts'
import { handshakeCommands } from './handshake.ts'
import { indexCommands } from './indexes.ts'
import { explain, readCommands } from './reads.ts'
import { type Command, Request, type Shared } from './request.ts'
import { writeCommands } from './writes.ts'

const commands: ReadonlyMap<string, Command> = new Map(
  Object.entries({
    ...handshakeCommands,
    ...databaseCommands,
    ...indexCommands,
    ...cursorCommands,
    ...readCommands,
    ...aggregateCommands,
    ...writeCommands,
    ...findAndModifyCommands,
  }),
)

/** Fields that every command takes. */
const commonFields = new Set([
  ...[
    '$db',
    'lsid',
    'txnNumber',
    'autocommit',
    'startTransaction',
    'stmtId',
    'stmtIds',
    'comment',
    'maxTimeMS',
  ],
  ...[
    'readConcern',
    'writeConcern',
    '$readPreference',
    '$clusterTime',
    '$audit',
    '$client',
    '$configServerState',
  ],
  ...['apiVersion', 'apiStrict', 'apiDeprecationErrors', 'readPreference', 'maxTimeMSOpOnly'],
])

function checkTransaction(body: Doc): void {
  if (body.txnNumber === undefined && body.startTransaction === undefined && body.autocommit === undefined)
    return
  throw new MongoError(20, 'Transaction numbers are only allowed on a replica set member or mongos')
}

function checkConcerns({ readConcern, writeConcern }: Doc): void {
  const level = isDocument(readConcern) ? readConcern.level : undefined
  if (level !== undefined && !['local', 'available', 'majority'].includes(String(level))) {
    if (level !== 'linearizable' && level !== 'snapshot') {
      throw new MongoError(
        9,
        `Enumeration value '${String(level)}' for field 'readConcern.level' is not a valid value.`,
      )
    }
    throw new MongoError(123, 'node needs to be a replica set member to use read concern')
  }
  const w = isDocument(writeConcern) ? writeConcern.w : undefined
  if (isNumeric(w) && toNumber(w) > 1)
    throw new MongoError(2, "cannot use 'w' > 1 when a host is not replicated")
  if (typeof w === 'string' && w !== 'majority') {
    throw new MongoError(
      2,
      `cannot use non-majority 'w' mode ${w} when a host is not a member of a replica set`,
    )
  }
}

function run(body: Doc, shared: Shared, connectionId: number): Doc {
  const name = Object.keys(body)[0] ?? ''
  const make = (inner: Doc) => new Request(Object.keys(inner)[0] ?? '', inner, shared, connectionId)
  const request = make(body)
  if (name === 'explain') return explain(request, make)
  const command = commands.get(name)
  checkTransaction(body)
  if (command === undefined) throw new MongoError(59, `no such command: '${name}'`)
  const unknown = Object.keys(body).find(
    (field, at) => at > 0 && !commonFields.has(field) && !command.fields.includes(field),
  )
  if (unknown !== undefined)
    throw new MongoError(40415, `BSON field '${name}.${unknown}' is an unknown field.`)
  checkConcerns(body)
  return command.run(request)
}

/** What an error answers. What is not MongoDB's own is a bug of ours, and says so. */
export function errorAnswer(cause: unknown): Doc {
  if (cause instanceof MongoError) {
    return { ok: 0, errmsg: cause.message, code: cause.code, codeName: codeName(cause.code), ...cause.extra }
  }
  const message = cause instanceof Error ? cause.message : String(cause)
  // Documents that nest too deep end in a full stack.
  if (cause instanceof RangeError) return { ok: 0, errmsg: message, code: 15, codeName: codeName(15) }
  return { ok: 0, errmsg: `rtdeploy's embedded MongoDB failed: ${message}`, code: 1, codeName: codeName(1) }
}

/** Runs a command. Never throws: an error is an answer. */
export function answer(body: Doc, shared: Shared, connectionId: number): Uint8Array {
  try {
    return answerBytes({ ...run(body, shared, connectionId), ok: 1 })
  } catch (cause) {
    return answerBytes(errorAnswer(cause))
  }
}
