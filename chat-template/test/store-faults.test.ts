import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Backend, hasMongo, hasRedis, mongoStore, mongoUrl, redis } from './backends.ts'
import { type FaultProxy, faultProxy } from './faults.ts'
import { enter, type Person, person, until } from './person.ts'
import { type Replica, startReplica } from './replica.ts'

describe.skipIf(!hasRedis || !hasMongo)('two replicas whose backends fail', () => {
  let backend: Backend
  let toRedis: FaultProxy
  let toMongo: FaultProxy
  let replicas: Replica[]
  let ada: Person
  let grace: Person
  beforeEach(async () => {
    backend = await redis()
    toRedis = await faultProxy(backend.url)
    toMongo = await faultProxy(mongoUrl())
    const start = async (name: string) =>
      startReplica({ name, store: await mongoStore(toMongo.url), redisUrl: toRedis.url })
    replicas = await Promise.all([start('one'), start('two')])
    await until('both are well', () => replicas.every(({ app }) => app.health.healthy))
    ada = person(replicas[0]!.url, 'Ada')
    grace = person(replicas[1]!.url, 'Grace', { transports: ['polling'] })
    await Promise.all([enter(ada, 'lobby'), enter(grace, 'lobby')])
  })
  afterEach(async () => {
    for (const { close } of [ada, grace]) close()
    toMongo.set('pass')
    toRedis.set('pass')
    await Promise.all(replicas.map(({ stop }) => stop()))
    await Promise.all([toRedis.close(), toMongo.close()])
    await backend.stop()
  })

  it('acknowledge nothing without MongoDB, and the clients send it when it is back', async () => {
    toMongo.set('cut')
    await until('noticed', () => replicas.every(({ app }) => app.health.mongo === 'down'))
    const ready = await fetch(`${replicas[0]!.url}/readyz`)
    expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'degraded', mongo: 'down' }])
    const payload = { room: 'lobby', clientMsgId: 'by-hand', text: 'not stored' }
    expect(await ada.chat.ask('message:send', payload)).toMatchObject({ ok: false, error: 'unavailable' })
    ada.chat.send('lobby', 'kept here')
    await until('the page says why', () => ada.chat.outbox.items[0]?.note !== undefined)
    expect(ada.chat.outbox.items).toMatchObject([{ text: 'kept here', note: 'Not stored, try again' }])
    toMongo.set('pass')
    await until('stored', () => ada.chat.outbox.items.length === 0)
    await until('it came', () => grace.texts('lobby').includes('kept here'))
    expect(grace.texts('lobby').filter(text => text === 'kept here')).toHaveLength(1)
  })

  it('lose and double nothing when an answer of MongoDB is lost on its way', async () => {
    ada.chat.send('lobby', 'first')
    await until('stored', () => ada.chat.outbox.items.length === 0)
    toMongo.set('hang')
    ada.chat.send('lobby', 'asked while it hangs')
    ada.chat.send('lobby', 'and one more')
    await until('given up once', () => ada.chat.outbox.items[0]?.note !== undefined)
    toMongo.set('pass')
    await until('stored', () => ada.chat.outbox.items.length === 0)
    await until('it came', () => grace.texts('lobby').includes('and one more'))
    expect(grace.texts('lobby').slice(-3)).toEqual(['first', 'asked while it hangs', 'and one more'])
    expect(ada.texts('lobby')).toEqual(grace.texts('lobby'))
  })

  it('go on when both are gone, both are slow, and both are back', async () => {
    toMongo.set('cut')
    toRedis.set('cut')
    ada.chat.send('lobby', 'both gone')
    await until('noticed', () =>
      replicas.every(({ app }) => app.health.redis === 'down' && app.health.mongo === 'down'),
    )
    toMongo.set('pass', 1_000)
    toRedis.set('pass', 1_000)
    grace.chat.send('lobby', 'both slow')
    await until(
      'stored slowly',
      () => [ada, grace].every(({ chat }) => chat.outbox.items.length === 0),
      60_000,
    )
    toMongo.set('pass')
    toRedis.set('pass')
    await until('both are well', () => replicas.every(({ app }) => app.health.healthy))
    ada.chat.send('lobby', 'both back')
    const all = ['both gone', 'both slow', 'both back']
    await until('everything came', () =>
      [ada, grace].every(one => all.every(text => one.texts('lobby').includes(text))),
    )
    expect(ada.texts('lobby')).toEqual(grace.texts('lobby'))
  }, 90_000)

  it('hear one another while Redis hangs, and live when it does no more', async () => {
    toRedis.set('hang')
    for (let at = 0; at < 20; at++) ada.chat.send('lobby', `hanging ${at}`)
    await until('stored', () => ada.chat.outbox.items.length === 0, 20_000)
    await until('found in the store', () => grace.texts('lobby').includes('hanging 19'), 10_000)
    toRedis.set('pass')
    await until('both are well', () => replicas.every(({ app }) => app.health.healthy))
    ada.chat.send('lobby', 'after it')
    await until('live again', () => grace.texts('lobby').includes('after it'))
    expect(grace.texts('lobby')).toEqual(ada.texts('lobby'))
  }, 60_000)
})

describe.skipIf(!hasMongo || mongoUrl().includes('@'))('a login for a MongoDB that knows no users', () => {
  const open = async (mongoLogin: 'required' | 'offered') => {
    const { openStore } = await import('../server/store/open.ts')
    const { createLog } = await import('../server/log.ts')
    const lines: string[] = []
    const plain = mongoUrl()
    const url = plain.replace('mongodb://', 'mongodb://chat:wrong-password@')
    const log = createLog('info', {}, line => void lines.push(line))
    const store = openStore({ mongoUrl: url, database: new URL(plain).pathname.slice(1), mongoLogin }, log)
    return { store, lines }
  }

  it('is left out when only offered, and asked for otherwise', async () => {
    const { store, lines } = await open('offered')
    const answers = async () => {
      const found = await store.ping().then(
        () => true,
        () => undefined,
      )
      return found !== undefined || lines.some(line => line.includes('Authentication failed'))
    }
    await until('an answer', answers, 20_000)
    // A real mongod knows the command, and refuses the password.
    const refused = lines.some(line => line.includes('Authentication failed'))
    expect(lines.join('').includes('knows no users')).toBe(!refused)
    await store.close()

    const strict = await open('required')
    await until(
      'a refusal',
      () => strict.lines.some(line => /saslStart|Authentication failed/.test(line)),
      20_000,
    )
    expect(strict.lines.join('')).not.toContain('knows no users')
    expect([...lines, ...strict.lines].join('')).not.toContain('wrong-password')
    await strict.store.close()
  }, 60_000)
})

describe.skipIf(!hasMongo)('a replica that starts without MongoDB', () => {
  it('is not ready until it has answered once', async () => {
    const proxy = await faultProxy(mongoUrl())
    proxy.set('cut')
    const { openStore } = await import('../server/store/open.ts')
    const { createLog } = await import('../server/log.ts')
    const lines: string[] = []
    const log = createLog('warn', {}, line => void lines.push(line))
    const store = openStore({ mongoUrl: proxy.url, database: new URL(proxy.url).pathname.slice(1) }, log)
    const replica = await startReplica({ store })
    const ready = await fetch(`${replica.url}/readyz`)
    expect([ready.status, await ready.json()]).toMatchObject([503, { status: 'starting', mongo: 'down' }])
    expect((await fetch(`${replica.url}/livez`)).status).toBe(200)
    // The driver gave up on its first connection: from here on it needs a new client.
    await until('given up', () => lines.some(line => line.includes('cannot be prepared yet')), 10_000)
    proxy.set('pass')
    await until('ready', async () => (await fetch(`${replica.url}/readyz`)).status === 200)
    await replica.stop()
    await proxy.close()
  })
})
