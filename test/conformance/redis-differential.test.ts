import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { optional } from '../support/needs.ts'
import { anyCommand } from './redis-commands.ts'
import { normalized } from './redis-replies.ts'
import { type RedisTarget, speaksRedis70, startEmbedded, startRealRedis } from './redis-targets.ts'
import { RespClient } from './resp-client.ts'

const program = optional('redis-server')
const seed = Number(process.env.RTDEPLOY_TEST_SEED ?? Date.now() % 2 ** 31)
const numRuns = Number(process.env.RTDEPLOY_TEST_RUNS ?? 300)

describe.skipIf(!speaksRedis70(program))('random commands, side by side', () => {
  let targets: RedisTarget[] = []

  beforeAll(async () => {
    targets = [await startEmbedded(), await startRealRedis(program ?? '')]
  })
  afterAll(async () => {
    for (const target of targets) await target.stop()
  })

  async function runOn(target: RedisTarget, resp: string, commands: readonly (readonly string[])[]) {
    const client = await RespClient.open(target.port)
    try {
      await client.pipeline([['HELLO', resp], ['FLUSHALL']])
      const replies = await client.pipeline(commands)
      return commands.map((words, at) => `${JSON.stringify(words)} -> ${normalized(words, replies[at]!)}`)
    } finally {
      client.close()
    }
  }

  it(`match the same keys with random globs (seed ${seed})`, async () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '-', '^', '*', '?', '[', ']', '\\', '\xff'), { maxLength: 7 })
      .map(chars => chars.join(''))
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 5 }), text, async (keys, pattern) => {
        const commands = [...keys.map(key => ['SET', key, '']), ['KEYS', pattern]]
        const [embedded = [], real] = await Promise.all(targets.map(target => runOn(target, '3', commands)))
        expect(embedded).toEqual(real)
      }),
      { seed, numRuns: numRuns * 5 },
    )
  }, 240_000)

  it.each(['2', '3'])(
    `get the same replies from both servers in RESP%s (seed ${seed})`,
    async resp => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyCommand, { minLength: 1, maxLength: 60 }), async commands => {
          const [embedded = [], real] = await Promise.all(
            targets.map(target => runOn(target, resp, commands)),
          )
          expect(embedded).toEqual(real)
        }),
        { seed, numRuns },
      )
    },
    240_000,
  )
})
