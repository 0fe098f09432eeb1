import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createReplication } from '../server/adapter.ts'
import type { Config } from '../server/config.ts'
import { createLog } from '../server/log.ts'
import { inWords } from '../server/redis-calls.ts'
import { type Backend, hasRedisServer, redisCli, redisCluster, redisServer } from './backends.ts'
import { faultProxy } from './faults.ts'
import { enter, person, until } from './person.ts'
import { type Replica, startReplica } from './replica.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})
const kept = <T extends Backend>(backend: T): T => {
  cleanUp.push(backend.stop)
  return backend
}

/** Each has a store of its own: what one hears of the other came through Redis, not from the store. */
async function two(redisUrl: string, adapter: Config['adapter'] = 'redis') {
  const options = { redisUrl, config: { adapter } }
  const [one, other] = [await startReplica(options), await startReplica({ ...options, name: 'two' })]
  const [ada, grace] = [person(one.url, 'Ada'), person(other.url, 'Grace')]
  cleanUp.push(one.stop, other.stop, ada.close, grace.close)
  await Promise.all([enter(ada, 'lobby'), enter(grace, 'lobby')])
  return { one, other, ada, grace }
}

const readyz = async (replica: Replica) => (await fetch(`${replica.url}/readyz`)).json()
const warnings = ({ lines }: Replica) => lines.filter(({ level }) => level === 'warn')

/** Messages, who is here and who is typing, in both directions. */
async function talkLive({ ada, grace }: Awaited<ReturnType<typeof two>>, withinMs = 15_000) {
  for (const [from, to] of [
    [ada, grace],
    [grace, ada],
  ] as const) {
    const room = () => to.chat.rooms.get('lobby')!
    const names = (list: { name: string }[]) => list.map(({ name }) => name)
    await until('nobody is typing', () => room().typing.length === 0)
    await until('both are here', () => names(room().people).includes(from.name), withinMs)
    const types = setInterval(() => from.chat.typing('lobby', true), 500)
    cleanUp.push(() => clearInterval(types))
    await until('typing is seen', () => names(room().typing).includes(from.name), withinMs)
    clearInterval(types)
  }
  // By one of them only: the stores do not know of one another's places.
  const text = `live ${Math.random()}`
  ada.chat.send('lobby', text)
  await until('it was heard live', () => grace.texts('lobby').includes(text), withinMs)
}

describe.skipIf(!hasRedisServer)('Redis', () => {
  it('may be a cluster, and the address any node of it', { timeout: 60_000 }, async () => {
    const channel = 'socket.io#/#'
    const cluster = kept(await redisCluster(channel))
    const all = await two(cluster.url, 'sharded')
    await talkLive(all)
    expect(await readyz(all.one)).toMatchObject({ status: 'ok', redis: 'ok' })
    expect(warnings(all.one).map(({ msg }) => msg)).toEqual([])
    // The slot of the replicas' channel goes to another node: its owner ends the subscription.
    const slot = String(await redisCli(cluster.url, 'CLUSTER', 'KEYSLOT', channel))
    const id = String(await redisCli(cluster.url, 'CLUSTER', 'MYID'))
    for (const { url } of cluster.nodes) await redisCli(url, 'CLUSTER', 'SETSLOT', slot, 'NODE', id)
    await talkLive(all)
  })

  it('says what Redis refuses, in its words and without the password, until it no longer does', async () => {
    const { url } = kept(await redisServer())
    await redisCli(url, 'ACL', 'SETUSER', 'chat', 'on', '>se-cret', '~*', '+@all', 'resetchannels')
    const all = await two(url.replace('//', '//chat:se-cret@'))
    const state = () => readyz(all.one)
    await until('it is degraded', async () => /^NOPERM/.test((await state()).reason))
    expect(await state()).toMatchObject({ status: 'degraded', redis: 'down' })
    await redisCli(url, 'ACL', 'SETUSER', 'chat', 'allchannels')
    await talkLive(all)
    await until('it is well', async () => (await state()).status === 'ok')
    expect(await state()).not.toHaveProperty('reason')
    const said = warnings(all.one).filter(({ reason }) => /^NOPERM/.test(String(reason)))
    expect(said).toHaveLength(1)
    // Taken away from a connection that has it: Redis closes it, and refuses the next.
    await redisCli(url, 'ACL', 'SETUSER', 'chat', 'resetchannels')
    await until('it is degraded again', async () => /^NOPERM/.test((await state()).reason))
    await redisCli(url, 'ACL', 'SETUSER', 'chat', 'allchannels')
    await until('it is well again', async () => (await state()).status === 'ok')
    expect(JSON.stringify(all.one.lines)).not.toContain('se-cret')
  })

  it('says it when the password is wrong, for every adapter', async () => {
    const { url } = kept(await redisServer())
    await redisCli(url, 'ACL', 'SETUSER', 'chat', 'on', '>right')
    for (const adapter of ['redis', 'sharded', 'streams'] as const) {
      const replica = await startReplica({
        redisUrl: url.replace('//', '//chat:wr-ong@'),
        config: { adapter },
      })
      cleanUp.push(replica.stop)
      await until('it is degraded', async () => /^WRONGPASS/.test((await readyz(replica)).reason))
      expect(JSON.stringify(replica.lines)).not.toContain('wr-ong')
    }
  })

  it.each(['redis', 'sharded', 'streams'] as const)(
    'is connected to anew within 15 s when packets vanish (%s)',
    { timeout: 60_000 },
    async adapter => {
      const proxy = await faultProxy(kept(await redisServer()).url)
      cleanUp.push(proxy.close)
      const all = await two(proxy.url, adapter)
      await until('both are well', () => [all.one, all.other].every(({ app }) => app.health.redis === 'ok'))
      proxy.swallow()
      await until('it is noticed', () => all.one.app.health.redis === 'down')
      await talkLive(all)
      await until('both are well', () => [all.one, all.other].every(({ app }) => app.health.redis === 'ok'))
    },
  )

  it('is not cut off for being idle', { timeout: 60_000 }, async () => {
    const { url } = kept(await redisServer())
    const ids = async () =>
      [...String(await redisCli(url, 'CLIENT', 'LIST')).matchAll(/^id=(\d+).* sub=[1-9]/gm)].map(
        ([, id]) => id,
      )
    const log = createLog('silent')
    const quiet = createReplication({ url, kind: 'redis', log, publishFailed: () => undefined })
    cleanUp.push(quiet.close)
    quiet.adapter({ name: '/', server: { encoder: {} } })
    await until('it has subscribed', async () => (await ids()).length === 1)
    const before = await ids()
    await sleep(12_000)
    expect(await ids()).toEqual(before)
  })
})

it('does not repeat the password that an old Redis quotes', () => {
  const quoted = 'ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `chat`, `se-cret`, '
  expect(inWords(new Error(quoted))).toBe('ERR unknown command `HELLO`')
})
