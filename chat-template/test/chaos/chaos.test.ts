import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import type { Message } from '../../shared/events.ts'
import { hasMongo, hasRedis, mongoStore, mongoUrl, redis } from '../backends.ts'
import { faultProxy } from '../faults.ts'
import { enter, type Person, person, until } from '../person.ts'
import { balancer } from './balancer.ts'
import { print, reckon } from './ledger.ts'
import { type ReplicaProcess, startProcess } from './process.ts'

const crowd = Number(process.env.CHAOS_PEOPLE ?? 24)
/** Everything is said and heard within this; the runner's own limit is three minutes. */
const phaseMs = Number(process.env.CHAOS_PHASE_MS ?? 6_000)

/** Of 95 in a hundred, when a replica leaves. A machine with other work to do may be given more. */
const slowestReconnectMs = Number(process.env.CHAOS_RECONNECT_MS ?? 2_000)

const cleanUp: (() => Promise<unknown> | unknown)[] = []
afterAll(async () => {
  for (const step of cleanUp.reverse()) await step()
})

if (!hasRedis || !hasMongo) {
  process.stderr.write(
    'This run needs MONGODB_URL, and REDIS_URL or redis-server on the PATH. `npx rtdeploy dev` has both.\n',
  )
}

it.skipIf(!hasRedis || !hasMongo)('loses, doubles and reorders nothing, whatever fails', async () => {
  const say = (text: string) => process.stdout.write(`  ${text}\n`)
  const backend = await redis()
  cleanUp.push(backend.stop)
  const toRedis = await faultProxy(backend.url)
  const database = mongoUrl()
  const toMongo = await faultProxy(database)
  cleanUp.push(toRedis.close, toMongo.close)
  const store = await mongoStore(database)
  cleanUp.push(() => store.close())

  const start = (name: string) => startProcess(name, { REDIS_URL: toRedis.url, MONGODB_URL: toMongo.url })
  const replicas = new Map<string, ReplicaProcess>()
  for (const name of ['chat-0', 'chat-1', 'chat-2']) replicas.set(name, await start(name))
  cleanUp.push(() =>
    Promise.all([...replicas.values()].map(({ child, ended }) => child.kill('SIGKILL') && ended)),
  )
  const front = await balancer(() => [...replicas.values()].map(({ url }) => url))
  cleanUp.push(front.close)

  const room = `verify-chaos-${randomBytes(8).toString('hex')}`
  const transports = [['polling', 'websocket'], ['websocket'], ['polling']]
  const people: Person[] = []
  const reconnectMs: number[] = []
  for (let at = 0; at < crowd; at++) {
    const options = {
      transports: transports[at % 3]!,
      withCredentials: true,
      reconnectionDelay: 300,
      reconnectionDelayMax: 2_000,
    }
    const someone = person(front.url, `p${at}`, options)
    let lostAt = 0
    someone.socket.on('disconnect', () => {
      lostAt = Date.now()
    })
    someone.socket.on('connect', () => lostAt > 0 && reconnectMs.push(Date.now() - lostAt))
    people.push(someone)
  }
  cleanUp.push(() => {
    for (const { close } of people) close()
  })
  await Promise.all(people.map(someone => enter(someone, room)))

  const said = new Map<Person, string[]>(people.map(someone => [someone, []]))
  let talking = true
  const talk = async (someone: Person) => {
    const mine = said.get(someone)!
    while (talking) {
      const text = `${someone.name} ${mine.length}`
      mine.push(text)
      someone.chat.send(room, text)
      await sleep(300 + Math.random() * 400)
    }
  }
  const talks = people.map(talk)

  const restart = async (name: string, signal: 'SIGTERM' | 'SIGKILL') => {
    const old = replicas.get(name)!
    old.child.kill(signal)
    if (signal === 'SIGTERM') setTimeout(() => old.child.kill(signal), 300)
    const code = await old.ended
    if (signal === 'SIGTERM') expect(code).toBe(0)
    expect(old.errors()).toBe('')
    replicas.set(name, await start(name))
  }

  say('nothing fails')
  await sleep(phaseMs / 2)
  say('Redis is gone')
  toRedis.set('cut')
  await sleep(phaseMs)
  toRedis.set('pass')
  say('Redis hangs')
  toRedis.set('hang')
  await sleep(phaseMs)
  toRedis.set('pass')
  say('MongoDB is gone')
  toMongo.set('cut')
  await sleep(phaseMs)
  toMongo.set('pass')
  say('both are slow: two seconds more for each answer')
  toRedis.set('pass', 1_000)
  toMongo.set('pass', 1_000)
  await sleep(phaseMs * 1.5)
  toRedis.set('pass')
  toMongo.set('pass')
  say('every connection is cut at once')
  front.cutAll()
  await sleep(phaseMs)
  say('one replica is killed')
  await restart('chat-1', 'SIGKILL')
  await sleep(phaseMs / 2)
  say('the replicas are replaced one by one')
  reconnectMs.length = 0
  for (const name of ['chat-0', 'chat-1', 'chat-2']) {
    await restart(name, 'SIGTERM')
    await sleep(1_000)
  }
  const drained = [...reconnectMs]

  say('quiet again')
  talking = false
  await Promise.all(talks)
  await until('all is confirmed', () => people.every(({ chat }) => chat.outbox.items.length === 0), 60_000)
  const stored: Message[] = []
  for (let after = 0, more = true; more; ) {
    const page = await store.after(room, after, 200)
    stored.push(...page.entries.filter(entry => 'from' in entry))
    after = page.through
    more = page.more
  }
  await until(
    'all is delivered',
    () => people.every(one => one.texts(room).length === stored.length),
    20_000,
  ).catch(() => undefined)

  const ledger = reckon(people, room, said, stored)
  process.stdout.write(print(ledger, people, room, drained))
  expect(ledger).toMatchObject({ acked: ledger.sent, stored: ledger.sent, lost: 0, doubled: 0, reordered: 0 })
  expect(ledger.delivered).toBe(ledger.sent * people.length)
  const p95 = drained.sort((a, b) => a - b)[Math.floor(drained.length * 0.95)] ?? 0
  expect(p95).toBeLessThanOrEqual(slowestReconnectMs)
})
