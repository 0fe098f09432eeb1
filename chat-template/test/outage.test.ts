import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createClient } from 'redis'
import { afterEach, describe, expect, it } from 'vitest'
import { StoreUnavailable } from '../server/store/store.ts'
import { hasMongo, hasRedis, mongoStore, mongoUrl, redis } from './backends.ts'
import { faultProxy } from './faults.ts'
import { enter, type Person, person, until } from './person.ts'
import { type Replica, startReplica, storeWithLobby } from './replica.ts'

describe.skipIf(!hasRedis)('replicas whose Redis goes and comes', () => {
  const ends: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })
  const someone = async (url: string, name: string): Promise<Person> => {
    const made = person(url, name)
    ends.push(made.close)
    await enter(made, 'lobby')
    return made
  }
  const proxyTo = async (url: string) => {
    const proxy = await faultProxy(url)
    ends.push(proxy.close)
    return proxy
  }
  const ownRedis = async () => {
    const backend = await redis()
    ends.push(backend.stop)
    return backend.url
  }
  const start = async (options: Parameters<typeof startReplica>[0]) => {
    const replica = await startReplica(options)
    ends.push(replica.stop)
    return replica
  }
  const all = (replicas: Replica[], is: 'ok' | 'down') => replicas.every(({ app }) => app.health.redis === is)
  const counted = ({ metrics }: Replica, name: string) =>
    Number(metrics.text().match(new RegExp(`^${name} (\\d+)`, 'm'))?.[1] ?? 0)

  it.each(['redis', 'sharded', 'streams'] as const)(
    'start without it, and hear one another when it comes, over the %s adapter',
    async adapter => {
      const proxy = await proxyTo(await ownRedis())
      proxy.set('cut')
      const store = await storeWithLobby()
      // Nothing is found in the store by looking: what is heard is heard live.
      store.heads = () => Promise.reject(new StoreUnavailable('for the test'))
      const options = { store, redisUrl: proxy.url, config: { adapter } }
      const replicas = [await start({ name: 'one', ...options }), await start({ name: 'two', ...options })]
      const [one, two] = replicas as [Replica, Replica]
      const ready = await fetch(`${one.url}/readyz`)
      expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'degraded', redis: 'down' }])
      const [ada, beside] = [await someone(one.url, 'Ada'), await someone(one.url, 'Beside')]
      const grace = await someone(two.url, 'Grace')
      ada.chat.send('lobby', 'without Redis')
      await until('told here', () => beside.texts('lobby').includes('without Redis'))
      expect([all(replicas, 'down'), grace.texts('lobby')]).toEqual([true, []])
      proxy.set('pass')
      await until('it is there', () => all(replicas, 'ok'))
      await until('they know one another', () => replicas.every(one => counted(one, 'chat_peers') === 1))
      ada.chat.send('lobby', 'with Redis')
      await until('told live', () => grace.texts('lobby').length === 2)
      expect(grace.texts('lobby')).toEqual(['without Redis', 'with Redis'])
    },
  )

  it('do not fill up, nor burst, while it hangs', async () => {
    const url = await ownRedis()
    const listener = createClient({ url })
    await listener.connect()
    ends.push(() => listener.destroy())
    let published = 0
    let last = ''
    await listener.pSubscribe('socket.io*', message => {
      published++
      last = message
    })
    const proxy = await proxyTo(url)
    const config = { eventsPerSecond: 1e6, eventBurst: 1e6 }
    const replica = await start({ redisUrl: proxy.url, config })
    await until('Redis answers', () => all([replica], 'ok'))
    const ada = await someone(replica.url, 'Ada')
    proxy.set('hang')
    const before = published
    // Each is one publish.
    for (let wave = 0; wave < 80; wave++) {
      const typing = (_: unknown, at: number) => ada.chat.ask('typing', { room: 'lobby', on: at % 2 === 0 })
      await Promise.all(Array.from({ length: 50 }, typing))
    }
    expect(counted(replica, 'chat_publish_failures_total')).toBeGreaterThan(2_900)
    proxy.set('pass')
    await until('it is well again', async () => {
      await ada.chat.ask('message:send', { room: 'lobby', clientMsgId: `m${published}`, text: 'after it' })
      return last.includes('after it')
    })
    expect(published - before).toBeLessThan(1_200)
  })

  it.skipIf(!hasMongo)(
    'leave nothing behind when it and MongoDB were gone, slow and back',
    async () => {
      const [toRedis, toMongo] = [await proxyTo(await ownRedis()), await proxyTo(mongoUrl())]
      const open = async (name: string) =>
        start({ name, store: await mongoStore(toMongo.url), redisUrl: toRedis.url })
      const replicas = [await open('one'), await open('two')]
      const well = () => replicas.every(({ app }) => app.health.healthy)
      await until('both are well', well)
      const ada = await someone(replicas[0]!.url, 'Ada')
      const grace = await someone(replicas[1]!.url, 'Grace')
      const idle = () => [ada, grace].every(({ chat }) => chat.outbox.items.length === 0)
      const outage = async (round: number) => {
        for (const proxy of [toMongo, toRedis]) proxy.set('cut')
        ada.chat.send('lobby', `gone ${round}`)
        await until(
          'gone',
          () => all(replicas, 'down') && replicas.every(({ app }) => app.health.mongo === 'down'),
        )
        for (const proxy of [toMongo, toRedis]) proxy.set('pass', 200)
        grace.chat.send('lobby', `slow ${round}`)
        await until('stored slowly', idle, 60_000)
        for (const proxy of [toMongo, toRedis]) proxy.set('pass')
        await until('both are well again', well)
        ada.chat.send('lobby', `back ${round}`)
        const told = (one: Person) => one.texts('lobby').length === round * 3
        await until('all of it came', () => told(ada) && told(grace))
      }
      setFlagsFromString('--expose-gc')
      const collect = runInNewContext('gc') as () => void
      const left = () => {
        collect()
        const emitters = replicas.flatMap(({ app: { io } }) => [io, io.of('/').adapter])
        const names = emitters.map(emitter =>
          emitter.eventNames().map(name => emitter.listenerCount(name as never)),
        )
        const rooms = replicas.map(replica => counted(replica, 'chat_rooms_open'))
        const sockets = replicas.map(({ app }) => app.io.of('/').adapter.rooms.size)
        return {
          heap: process.memoryUsage().heapUsed,
          handles: process.getActiveResourcesInfo().length,
          held: { names, rooms, sockets, peers: replicas.map(replica => counted(replica, 'chat_peers')) },
        }
      }
      // The first opens what is opened once.
      await outage(1)
      await until('they know one another', () => replicas.every(one => counted(one, 'chat_peers') === 1))
      const before = left()
      for (const round of [2, 3, 4]) await outage(round)
      await until('no handle is left', () => left().handles <= before.handles + 10)
      await until('the same is held', () => JSON.stringify(left().held) === JSON.stringify(before.held))
      expect(left().heap - before.heap).toBeLessThan(10_000_000)
      for (const { close } of [ada, grace]) close()
      await until('no room is open', () => left().held.rooms.join() === '0,0')
    },
    150_000,
  )
})
