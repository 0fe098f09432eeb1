import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { optional } from '../support/needs.ts'
import { runCase } from './redis-case-runner.ts'
import { dataCases } from './redis-cases-data.ts'
import { pubsubCases } from './redis-cases-pubsub.ts'
import { sessionCases } from './redis-cases-session.ts'
import { type RedisTarget, speaksRedis70, startEmbedded, startRealRedis } from './redis-targets.ts'

/** What redis-server 7.0.15 answered; made anew by `UPDATE_RECORDED=1` with that server on PATH. */
const recordedFile = new URL('../recorded/redis/7.0.15.json', import.meta.url)
const program = optional('redis-server')
const startReal = speaksRedis70(program) ? () => startRealRedis(program) : undefined
const updating = process.env.UPDATE_RECORDED === '1' && startReal !== undefined

const redisCases = [...dataCases, ...pubsubCases, ...sessionCases]

type Start = (() => Promise<RedisTarget>) | undefined
type Recorded = Record<string, readonly string[]>

const recorded: Recorded = updating ? {} : JSON.parse(readFileSync(recordedFile, 'utf8'))

const targets: [name: string, start: Start][] = [
  ['redis-server', startReal],
  ['the embedded Redis', () => startEmbedded()],
]

describe.each(targets)('%s', (name, start) => {
  let target: RedisTarget | undefined

  beforeAll(async () => {
    target = await start?.()
  })
  afterAll(async () => {
    await target?.stop()
    if (updating && name === 'redis-server') {
      writeFileSync(recordedFile, `${JSON.stringify(recorded, null, 1)}\n`)
    }
  })

  describe.skipIf(start === undefined).each(['2', '3'])('in RESP%s answers as Redis does:', resp => {
    it.each(redisCases.map(one => [one.name, one] as const))('%s', async (_name, one) => {
      if (target === undefined) throw new Error('not started')
      const lines = await runCase(one, target, resp)
      if (updating && name === 'redis-server') recorded[`RESP${resp}: ${one.name}`] = lines
      expect(lines).toEqual(recorded[`RESP${resp}: ${one.name}`])
    })
  })
})
