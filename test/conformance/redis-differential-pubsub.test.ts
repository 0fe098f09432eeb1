import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { optional } from '../support/needs.ts'
import { type RedisTarget, speaksRedis70, startEmbedded, startRealRedis } from './redis-targets.ts'
import { RespClient, showReply } from './resp-client.ts'

const program = optional('redis-server')
const seed = Number(process.env.RTDEPLOY_TEST_SEED ?? Date.now() % 2 ** 31)
const numRuns = Number(process.env.RTDEPLOY_TEST_RUNS ?? 100)

/** Which of the clients sends what. */
type Move = readonly [client: number, words: readonly string[]]

const channel = fc.constantFrom('a', 'b', 'ab', '')
const pattern = fc.constantFrom('*', 'a*', '?', '[ab]', 'b')
const move: fc.Arbitrary<Move> = fc.tuple(
  fc.nat(2),
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.tuple(fc.constantFrom('PUBLISH', 'SPUBLISH'), channel, fc.constantFrom('x', '\xff\r\n')),
    },
    fc.tuple(fc.constantFrom('SUBSCRIBE', 'SSUBSCRIBE', 'UNSUBSCRIBE', 'SUNSUBSCRIBE'), channel),
    fc.tuple(fc.constantFrom('PSUBSCRIBE', 'PUNSUBSCRIBE'), pattern),
    fc.constantFrom(
      ['PUBSUB', 'NUMPAT'],
      ['PUBSUB', 'CHANNELS', 'b*'],
      ['PUBSUB', 'NUMSUB', 'a', 'b'],
      ['PUBSUB', 'SHARDNUMSUB', 'a', 'b'],
      ['RESET'],
    ),
  ),
)

describe.skipIf(!speaksRedis70(program))('random subscribers and publishers, side by side', () => {
  let targets: RedisTarget[] = []

  beforeAll(async () => {
    targets = [await startEmbedded(), await startRealRedis(program ?? '')]
  })
  afterAll(async () => {
    for (const target of targets) await target.stop()
  })

  /** After each move, what every client got: in no order, as Redis promises none among several patterns. */
  async function play(target: RedisTarget, resp: string, moves: readonly Move[]): Promise<string[]> {
    const clients = await Promise.all([0, 1, 2].map(() => RespClient.open(target.port)))
    try {
      for (const client of clients) await client.command('HELLO', resp)
      const lines: string[] = []
      for (const [sender, words] of moves) {
        clients[sender]?.send(words)
        lines.push(`${sender} sends ${JSON.stringify(words)}`)
        // The sender first: once it has its reply, the messages to the others are on their way.
        const order = [clients[sender], ...clients.filter((_, at) => at !== sender)]
        for (const client of order) lines.push((await received(client)).sort().join(' '))
      }
      return lines
    } finally {
      for (const client of clients) client.close()
    }
  }

  async function received(client: RespClient | undefined): Promise<string[]> {
    client?.send(['PING', 'sync'])
    const shown: string[] = []
    for (;;) {
      const reply = client === undefined ? 'sync' : showReply(await client.receive())
      if (reply.includes('sync')) return shown
      shown.push(reply)
    }
  }

  it.each(['2', '3'])(
    `see the same with both servers in RESP%s (seed ${seed})`,
    async resp => {
      await fc.assert(
        fc.asyncProperty(fc.array(move, { minLength: 1, maxLength: 40 }), async moves => {
          const [embedded = [], real] = await Promise.all(targets.map(target => play(target, resp, moves)))
          expect(embedded).toEqual(real)
        }),
        { seed, numRuns },
      )
    },
    240_000,
  )
})
