import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { optional } from '../support/needs.ts'
import { aggregateCases } from './mongo-cases/aggregate.ts'
import type { Case } from './mongo-cases/case.ts'
import { chatCases } from './mongo-cases/chat.ts'
import { crudCases } from './mongo-cases/crud.ts'
import { cursorCases } from './mongo-cases/cursors.ts'
import { expressionCases } from './mongo-cases/expressions.ts'
import { indexCases } from './mongo-cases/indexes.ts'
import { protocolCases } from './mongo-cases/protocol.ts'
import { queryCases } from './mongo-cases/query.ts'
import { type Running, startEmbedded, startForeign, startWithinMs } from './mongo-cases/servers.ts'
import { shapeCases } from './mongo-cases/shape.ts'
import { stageCases } from './mongo-cases/stages.ts'
import { typeCases } from './mongo-cases/types.ts'
import { updateCases } from './mongo-cases/update.ts'
import { updateRuleCases } from './mongo-cases/update-rules.ts'

interface Target {
  readonly name: string
  /** Whether the deviations of the stand-in are to be expected. */
  readonly standIn: boolean
  readonly ttlWithinMs: number
  /** Undefined where the machine does not have it. */
  readonly start: (() => Promise<Running>) | undefined
}

const program = optional('mongo-server')
const given = process.env.RTDEPLOY_TEST_MONGODB_URL
const isStandIn = program !== undefined && basename(program) !== 'mongod'

const targets: readonly Target[] = [
  { name: 'the embedded MongoDB', standIn: false, ttlWithinMs: 10_000, start: startEmbedded },
  {
    name: isStandIn ? 'the stand-in for MongoDB' : 'mongod',
    standIn: isStandIn,
    // What never happens need not be waited for; mongod looks once a minute.
    ttlWithinMs: isStandIn ? 1_000 : 150_000,
    start: program === undefined ? undefined : () => startForeign(program),
  },
  // By invitation: without the variable there is nothing that could be missed.
  ...(given === undefined || given === ''
    ? []
    : [
        {
          name: 'the MongoDB of RTDEPLOY_TEST_MONGODB_URL',
          standIn: false,
          ttlWithinMs: 150_000,
          start: async () => ({ url: given, stop: async () => undefined }),
        },
      ]),
]

const subjects: readonly (readonly [string, readonly Case[]])[] = [
  ['what the chat does', chatCases],
  ['documents', crudCases],
  ['queries', queryCases],
  ['order and shape', shapeCases],
  ['updates', updateCases],
  ['rules of updates', updateRuleCases],
  ['indexes', indexCases],
  ['cursors', cursorCases],
  ['aggregation', aggregateCases],
  ['expressions', expressionCases],
  ['stages', stageCases],
  ['types', typeCases],
  ['the protocol', protocolCases],
]

for (const target of targets) {
  describe.skipIf(target.start === undefined)(target.name, () => {
    let running: Running | undefined
    let client: MongoClient | undefined
    const run = randomBytes(4).toString('hex')
    let last = 0

    beforeAll(async () => {
      running = await target.start?.()
      client = new MongoClient(running?.url ?? '')
      await client.connect()
    }, startWithinMs)

    afterAll(async () => {
      await client?.close()
      await running?.stop()
    })

    for (const [subject, cases] of subjects) {
      describe(subject, () => {
        for (const { name, run: runCase, deviates } of cases) {
          const reason = target.standIn ? deviates?.standIn : undefined
          const test = reason === undefined ? it : deviates?.sometimes === true ? it.skip : it.fails
          test(reason === undefined ? name : `${name} (not here: ${reason})`, {
            timeout: 180_000,
          }, async () => {
            last += 1
            const db = client!.db(`rtdeploy_${run}_${last}`)
            try {
              await runCase({ db, client: client!, ttlWithinMs: target.ttlWithinMs })
            } finally {
              await db.dropDatabase()
            }
          })
        }
      })
    }
  })
}
