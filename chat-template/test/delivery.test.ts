import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Store, StoreUnavailable } from '../server/store/store.ts'
import { type Backend, hasMongo, hasRedis, mongoStore, mongoUrl, redis } from './backends.ts'
import { type FaultProxy, faultProxy } from './faults.ts'
import { enter, type Person, person, until } from './person.ts'
import { type Replica, startReplica, storeWithLobby } from './replica.ts'

const people: Person[] = []
const someone = (url: string, name: string, options = {}) => {
  const made = person(url, name, options)
  people.push(made)
  return made
}
afterEach(() => {
  for (const { close } of people.splice(0)) close()
})

describe('one replica', () => {
  let replica: Replica
  beforeAll(async () => {
    replica = await startReplica()
  })
  afterAll(() => replica.stop())

  it('tells its host name, and stores before it tells and tells before it acknowledges', async () => {
    const ada = someone(replica.url, 'Ada')
    const order: string[] = []
    ada.socket.on('hostname', name => order.push(`hostname ${name}`))
    ada.socket.on('message:new', () => order.push('told'))
    await enter(ada, 'lobby')
    const payload = { room: 'lobby', clientMsgId: 'first', text: 'hello' }
    const reply = await ada.chat.ask('message:send', payload)
    order.push('acknowledged')
    expect(reply).toMatchObject({ ok: true, duplicate: false })
    expect(order).toEqual(['hostname one', 'told', 'acknowledged'])
  })

  it('stores a retried send once and shows it once', async () => {
    const [ada, grace] = [someone(replica.url, 'Ada'), someone(replica.url, 'Grace')]
    await Promise.all([enter(ada, 'lobby'), enter(grace, 'lobby')])
    const payload = { room: 'lobby', clientMsgId: 'again', text: 'only once' }
    const replies = await Promise.all([1, 2, 3].map(() => ada.chat.ask('message:send', payload)))
    const seqs = new Set(replies.map(reply => reply.ok && reply.seq))
    expect(seqs.size).toBe(1)
    ada.chat.send('lobby', 'after it')
    await until('the last one came', () => grace.texts('lobby').includes('after it'))
    expect(grace.texts('lobby').filter(text => text === 'only once')).toHaveLength(1)
    expect(grace.frames.flatMap(frame => frame.seqs).filter(seq => seqs.has(seq))).toHaveLength(1)
  })

  it('does an edit once: when it is repeated, a newer text stays', async () => {
    const ada = someone(replica.url, 'Ada')
    await enter(ada, 'lobby')
    const said = await ada.chat.ask('message:send', { room: 'lobby', clientMsgId: 'c0', text: 'v0' })
    const seq = said.ok ? said.seq : 0
    const edit = (clientMsgId: string, text: string) =>
      ada.chat.ask('message:edit', { room: 'lobby', clientMsgId, seq, text })
    expect(await edit('c1', 'v1')).toMatchObject({ ok: true, duplicate: false })
    expect(await edit('c2', 'v2')).toMatchObject({ ok: true, duplicate: false })
    expect(await edit('c1', 'v1')).toMatchObject({ ok: true, duplicate: true })
    const page = await ada.chat.ask('history:before', { room: 'lobby', before: seq + 1 })
    expect(page).toMatchObject({
      entries: expect.arrayContaining([expect.objectContaining({ seq, text: 'v2' })]),
    })
  })

  it('replays what was missed, edits and deletions among it, from the last place on', async () => {
    const [ada, grace] = [someone(replica.url, 'Ada'), someone(replica.url, 'Grace')]
    await Promise.all([enter(ada, 'lobby'), enter(grace, 'lobby')])
    ada.chat.send('lobby', 'to be changed')
    ada.chat.send('lobby', 'to be deleted')
    await until('both came', () => grace.texts('lobby').includes('to be deleted'))
    grace.socket.disconnect()
    const find = (text: string) =>
      ada.chat.rooms.get('lobby')!.log.messages.find(message => message.text === text)!
    ada.chat.edit('lobby', find('to be changed').seq, 'changed')
    ada.chat.remove('lobby', find('to be deleted').seq)
    ada.chat.send('lobby', 'while you were away')
    await until('all of it is stored', () => ada.chat.outbox.items.length === 0)
    grace.socket.connect()
    await until('caught up', () => grace.texts('lobby').includes('while you were away'))
    expect(grace.texts('lobby')).toEqual(ada.texts('lobby'))
    expect(grace.texts('lobby')).toContain('changed')
    expect(grace.texts('lobby')).not.toContain('to be deleted')
  })

  it('keeps what was written without a connection and sends it in order', async () => {
    const ada = someone(replica.url, 'Ada')
    await enter(ada, 'lobby')
    ada.socket.disconnect()
    for (const at of [1, 2, 3]) ada.chat.send('lobby', `offline ${at}`)
    expect(ada.chat.outbox.items.map(item => item.state)).toEqual(['queued', 'queued', 'queued'])
    ada.socket.connect()
    await until('sent', () => ada.chat.outbox.items.length === 0)
    expect(ada.texts('lobby').filter(text => text.startsWith('offline'))).toEqual([
      'offline 1',
      'offline 2',
      'offline 3',
    ])
  })
})

const stores = [
  { kind: 'memory', there: true, open: (): Promise<Store> => storeWithLobby() },
  { kind: 'mongodb', there: hasMongo, open: (): Promise<Store> => mongoStore(mongoUrl()) },
]

for (const adapter of ['redis', 'sharded', 'streams'] as const) {
  for (const { kind, there, open } of stores) {
    describe.skipIf(!hasRedis || !there)(
      `three replicas over the ${adapter} adapter and the ${kind} store`,
      () => {
        let backend: Backend
        let proxy: FaultProxy
        let store: Store
        let replicas: Replica[]
        beforeEach(async () => {
          backend = await redis()
          proxy = await faultProxy(backend.url)
          store = await open()
          const start = (name: string) =>
            startReplica({ name, store, redisUrl: proxy.url, config: { adapter } })
          replicas = await Promise.all(['one', 'two', 'three'].map(start))
          await until('Redis answers all', () => replicas.every(({ app }) => app.health.redis === 'ok'))
        })
        afterEach(async () => {
          await Promise.all(replicas.map(replica => replica.stop()))
          await proxy.close()
          await backend.stop()
          await store.close()
        })

        it('brings everything to everyone in one order, by polling, WebSocket and an upgrade in between', async () => {
          const transports = [['polling'], ['websocket'], ['polling', 'websocket']]
          const all = replicas.map(({ url }, at) => someone(url, `p${at}`, { transports: transports[at] }))
          await Promise.all(all.map(one => enter(one, 'lobby')))
          for (let round = 0; round < 10; round++)
            for (const one of all) one.chat.send('lobby', `${one.name} ${round}`)
          await until('all came to all', () => all.every(one => one.texts('lobby').length === 30))
          for (const one of all) expect(one.texts('lobby')).toEqual(all[0]!.texts('lobby'))
          for (const one of all) {
            const own = all[0]!.texts('lobby').filter(text => text.startsWith(one.name))
            expect(own).toEqual(Array.from({ length: 10 }, (_, round) => `${one.name} ${round}`))
          }
          await until('all are seen by all', () => all.every(one => one.chat.rooms.get('lobby')?.count === 3))
        })

        it('stays up without Redis, says so, tells its own people, and fills the gaps within 5 s of its return', async () => {
          const [ada, grace] = [someone(replicas[0]!.url, 'Ada'), someone(replicas[1]!.url, 'Grace')]
          const beside = someone(replicas[0]!.url, 'Beside')
          await Promise.all([ada, grace, beside].map(one => enter(one, 'lobby')))
          proxy.set('cut')
          // What is heard until Redis is back is heard live: the store cannot be asked what there is.
          const { heads } = store
          store.heads = () => Promise.reject(new StoreUnavailable('for the test'))
          await until('noticed', () => replicas.every(({ app }) => app.health.redis === 'down'))
          const ready = await fetch(`${replicas[0]!.url}/readyz`)
          expect([ready.status, await ready.json()]).toMatchObject([
            200,
            { status: 'degraded', redis: 'down' },
          ])
          await until('the page is told', () => !ada.chat.healthy)
          ada.chat.send('lobby', 'without Redis')
          await until('stored and told here', () => ada.chat.outbox.items.length === 0)
          await until('told live', () => beside.texts('lobby').includes('without Redis'))
          expect([proxy.mode, grace.texts('lobby')]).toEqual(['cut', []])
          proxy.set('pass')
          store.heads = heads
          await until('the gap is filled', () => grace.texts('lobby').includes('without Redis'), 5_000)
          await until('well again', () => replicas.every(({ app }) => app.health.healthy))
          ada.chat.send('lobby', 'with Redis')
          await until('live again', () => grace.texts('lobby').includes('with Redis'))
          expect(grace.texts('lobby')).toEqual(ada.texts('lobby'))
        })
      },
    )
  }
}
