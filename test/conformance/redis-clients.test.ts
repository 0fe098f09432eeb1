import { randomUUID } from 'node:crypto'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { optional } from '../support/needs.ts'
import { type RedisTarget, startEmbedded, startRealRedis } from './redis-targets.ts'
import { connectRedis } from './socketio-cluster.ts'

const program = optional('redis-server')
const foreignUrl = process.env.RTDEPLOY_TEST_REDIS_URL

type Start = (() => Promise<RedisTarget>) | undefined

const servers: [name: string, start: Start, url: string | undefined][] = [
  ['the embedded Redis', () => startEmbedded(), undefined],
  ['redis-server', program === undefined ? undefined : () => startRealRedis(program), undefined],
  // By invitation: without the variable there is nothing that could be missed.
  ...(foreignUrl === undefined
    ? []
    : ([['the Redis of RTDEPLOY_TEST_REDIS_URL', undefined, foreignUrl]] as [string, Start, string][])),
]

describe.each(servers)('redis 6 with %s', (_name, start, givenUrl) => {
  describe.skipIf(start === undefined && givenUrl === undefined).each([3, 2] as const)('in RESP%i', resp => {
    const prefix = `rtdeploy-test-${randomUUID()}:`
    let target: RedisTarget | undefined
    let client: Awaited<ReturnType<typeof connectRedis>>
    let url = ''

    beforeAll(async () => {
      target = await start?.()
      url = givenUrl ?? `redis://127.0.0.1:${target?.port}`
      client = await connectRedis(url, resp)
    })
    afterAll(async () => {
      for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 100 })) {
        if (keys.length > 0) await client.del(keys)
      }
      await client.close()
      await target?.stop()
    })

    it('keeps what is set, with its time to live', async () => {
      const key = `${prefix}string`
      expect(await client.set(key, 'héllo', { EX: 1000, NX: true })).toBe('OK')
      expect(await client.set(key, 'other', { NX: true })).toBeNull()
      expect(await client.get(key)).toBe('héllo')
      expect(await client.ttl(key)).toBeGreaterThan(900)
      expect(await client.set(key, 'new', { GET: true, KEEPTTL: true })).toBe('héllo')
      expect(await client.persist(key)).toBe(1)
      expect(await client.exists([key, `${prefix}none`])).toBe(1)
      expect(await client.getDel(key)).toBe('new')
      expect(await client.get(key)).toBeNull()
    })

    it('runs a transaction, and drops it when a watched key has changed', async () => {
      const key = `${prefix}counter`
      expect(await client.multi().incr(key).incrBy(key, 4).get(key).pTTL(key).exec()).toEqual([1, 5, '5', -1])
      await client.watch(key)
      const other = await connectRedis(url, resp)
      await other.incr(key)
      await other.close()
      await expect(client.multi().incr(key).exec()).rejects.toThrow('watched keys has been changed')
      expect(await client.get(key)).toBe('6')
    })

    it('keeps who is here, in hashes, sets and sorted sets', async () => {
      const [hash, set, zset] = [`${prefix}user`, `${prefix}room`, `${prefix}seen`]
      await client.hSet(hash, { name: 'Ann', sockets: '1' })
      expect(await client.hIncrBy(hash, 'sockets', 2)).toBe(3)
      expect({ ...(await client.hGetAll(hash)) }).toEqual({ name: 'Ann', sockets: '3' })
      expect(await client.sAdd(set, ['a', 'b'])).toBe(2)
      expect(await client.sRem(set, 'a')).toBe(1)
      expect(await client.sMembers(set)).toEqual(['b'])
      await client.zAdd(zset, [
        { score: 10, value: 'old' },
        { score: 20.5, value: 'new' },
      ])
      expect(await client.zRemRangeByScore(zset, '-inf', 10)).toBe(1)
      expect(await client.zRangeWithScores(zset, 0, -1)).toEqual([{ score: 20.5, value: 'new' }])
      expect(await client.zScore(zset, 'new')).toBe(20.5)
    })

    it('appends to a stream and waits for more', async () => {
      const stream = `${prefix}stream`
      const first = await client.xAdd(stream, '*', { n: '1' })
      const reader = await connectRedis(url, resp)
      const waiting = reader.xRead([{ key: stream, id: '$' }], { BLOCK: 20_000, COUNT: 10 })
      let seen: Awaited<typeof waiting> = null
      void waiting.then(found => {
        seen = found
      })
      const deadline = Date.now() + 20_000
      while (seen === null && Date.now() < deadline) {
        await client.xAdd(
          stream,
          '*',
          { n: '2' },
          { TRIM: { strategy: 'MAXLEN', strategyModifier: '~', threshold: 1000 } },
        )
        await new Promise(resolve => setTimeout(resolve, 10))
      }
      expect(seen).toMatchObject([{ name: stream, messages: [{ message: { n: '2' } }] }])
      const [entry] = (await client.xRange(stream, first ?? '', first ?? '')) ?? []
      expect({ ...entry?.message }).toEqual({ n: '1' })
      await reader.close()
    })

    it('walks over many keys and misses none', async () => {
      const names = Array.from({ length: 500 }, (_, at) => `${prefix}walk:${at}`)
      await client.mSet(Object.fromEntries(names.map(name => [name, ''])))
      const found = new Set<string>()
      for await (const keys of client.scanIterator({ MATCH: `${prefix}walk:*`, COUNT: 7 })) {
        for (const key of keys) found.add(key)
        await client.set(`${prefix}extra:${found.size}`, '')
      }
      expect([...found].sort()).toEqual([...names].sort())
      await client.unlink(names)
    })

    it('carries messages as bytes, and is usable for commands meanwhile in RESP3', async () => {
      const subscriber = await connectRedis(url, resp)
      const received: string[] = []
      const bytes = Buffer.from([0, 255, 13, 10])
      const channel = `${prefix}news`
      await subscriber.subscribe(channel, message => received.push(message.toString('hex')), true)
      await subscriber.pSubscribe(`${prefix}n*`, message => received.push(message.toString('hex')), true)
      await subscriber.sSubscribe(channel, message => received.push(message.toString('hex')), true)
      expect(await client.publish(channel, bytes)).toBe(2)
      expect(await client.sPublish(channel, bytes)).toBe(1)
      await expect.poll(() => received, { timeout: 20_000 }).toEqual(['00ff0d0a', '00ff0d0a', '00ff0d0a'])
      if (resp === 3) expect(await subscriber.get(`${prefix}none`)).toBeNull()
      await subscriber.unsubscribe()
      await subscriber.pUnsubscribe()
      await subscriber.sUnsubscribe()
      expect(await client.publish(channel, bytes)).toBe(0)
      expect(await subscriber.get(`${prefix}none`)).toBeNull()
      await subscriber.close()
    })

    it('counts for a rate limiter', async () => {
      const limiter = new RateLimiterRedis({
        storeClient: client,
        useRedisPackage: true,
        keyPrefix: `${prefix}limit`,
        points: 2,
        duration: 60,
        blockDuration: 120,
      })
      expect(await limiter.consume('ann')).toMatchObject({
        consumedPoints: 1,
        remainingPoints: 1,
        isFirstInDuration: true,
      })
      const second = await limiter.consume('ann')
      expect(second).toMatchObject({ consumedPoints: 2, remainingPoints: 0, isFirstInDuration: false })
      expect(second.msBeforeNext).toBeGreaterThan(50_000)
      await expect(limiter.consume('ann')).rejects.toMatchObject({ consumedPoints: 3, remainingPoints: 0 })
      expect((await limiter.get('ann'))?.msBeforeNext).toBeGreaterThan(100_000)
      expect((await limiter.penalty('bob', 2)).consumedPoints).toBe(2)
      expect((await limiter.reward('bob', 1)).consumedPoints).toBe(1)
      expect(await limiter.delete('ann')).toBe(true)
      expect(await limiter.get('ann')).toBeNull()
    })
  })
})
