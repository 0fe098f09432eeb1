import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import type { Message } from '../../shared/events.ts'
import { hasMongo, hasRedis, hasRedisServer, mongoStore, mongoUrl, redis, redisServer } from '../backends.ts'
import { faultProxy } from '../faults.ts'
import { enter, type Person, person, until } from '../person.ts'
import { balancer } from './balancer.ts'
import { type Answers, print, reckon } from './ledger.ts'
import { type ReplicaProcess, startProcess } from './process.ts'

const crowd = Number(process.env.CHAOS_PEOPLE ?? 24)
/** Everything is said and heard within this; the runner's own limit is three minutes. */
const phaseMs = Number(process.env.CHAOS_PHASE_MS ?? 6_000)

/** Until 95 in a hundred are caught up when a replica leaves. A machine with other work to do may be given more. */
const slowestReturnMs = Number(process.env.CHAOS_RECONNECT_MS ?? 2_000)

const cleanUp: (() => Promise<unknown> | unknown)[] = []
afterAll(async () => {
  for (const step of cleanUp.reverse()) await step()
})

it('loses, doubles and reorders nothing, whatever fails', async () => {
  const missing = [!hasMongo && 'MONGODB_URL', !hasRedis && 'REDIS_URL or redis-server on the PATH'].filter(
    Boolean,
  )
  if (missing.length > 0)
    throw new Error(`This run needs ${missing.join(' and ')}. \`npx rtdeploy dev\` has both.`)
  const begun = performance.now()
  const say = (text: string) =>
    process.stdout.write(
      `  ${String(Math.round((performance.now() - begun) / 1_000)).padStart(3)} s  ${text}\n`,
    )
  // One of its own, which it can end and start again.
  let backend = hasRedisServer ? await redisServer() : await redis()
  cleanUp.push(() => backend.stop())
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
  const answers: Answers = { acks: new Map(), none: new Set() }
  const returnMs: number[] = []
  for (let at = 0; at < crowd; at++) {
    // As the page has it: client/main.ts.
    const options = {
      transports: transports[at % 3]!,
      withCredentials: true,
      reconnectionDelay: 300,
      reconnectionDelayMax: 5_000,
      randomizationFactor: 0.5,
      timeout: 10_000,
    }
    const someone = person(front.url, `p${at}`, options)
    const { chat, socket } = someone
    const ask = chat.ask.bind(chat) as (
      event: string,
      payload: { text?: string },
    ) => Promise<{ ok: boolean; seq: number }>
    const asked = async (event: string, payload: { text?: string }) => {
      const { text = '' } = payload
      const reply = ask(event, payload)
      if (event === 'message:send') {
        const note = ({ ok, seq }: { ok: boolean; seq: number }) => ok && answers.acks.set(text, seq)
        reply.then(note, () => answers.none.add(text))
      }
      return reply
    }
    Object.assign(chat, { ask: asked })
    let lostAt = 0
    socket.on('disconnect', () => {
      lostAt ||= Date.now()
    })
    // Back is who has heard what was said meanwhile, not who has a connection.
    const look = setInterval(() => {
      if (lostAt === 0 || chat.rooms.get(room)?.state !== 'joined') return
      returnMs.push(Date.now() - lostAt)
      lostAt = 0
    }, 10)
    cleanUp.push(() => clearInterval(look))
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

  const phase = async (text: string, fails: () => void, share = 1) => {
    say(text)
    fails()
    await sleep(phaseMs * share)
    toRedis.set('pass')
    toMongo.set('pass')
  }
  await phase('nothing fails', () => undefined, 0.5)
  await phase('Redis is gone', () => toRedis.set('cut'))
  await phase('Redis hangs', () => toRedis.set('hang'))
  await phase('MongoDB is gone', () => toMongo.set('cut'))
  await phase('MongoDB hangs', () => toMongo.set('hang'))
  const bothGone = () => [toRedis, toMongo].map(proxy => proxy.set('cut'))
  await phase('both are gone', bothGone)
  const bothSlow = () => [toRedis, toMongo].map(proxy => proxy.set('pass', 1_000))
  await phase('both are slow: two seconds more for each answer', bothSlow, 1.5)
  if (hasRedisServer) {
    say('redis-server is killed and started again')
    await backend.stop()
    await sleep(phaseMs / 2)
    backend = await redisServer([], Number(new URL(backend.url).port))
    await sleep(phaseMs / 2)
  }
  say('every connection is cut at once')
  front.cutAll()
  await sleep(phaseMs)
  say('one replica is killed')
  await restart('chat-1', 'SIGKILL')
  await sleep(phaseMs / 2)
  say('the replicas are replaced one by one')
  returnMs.length = 0
  for (const name of ['chat-0', 'chat-1', 'chat-2']) {
    await restart(name, 'SIGTERM')
    await sleep(1_000)
  }
  await until('all are back', () => people.every(({ chat }) => chat.rooms.get(room)?.state === 'joined'))
  await sleep(50)
  const drained = [...returnMs]

  say('quiet again')
  talking = false
  await Promise.all(talks)
  const waiting = () => people.flatMap(({ chat }) => chat.outbox.items)
  await until('all is confirmed', () => waiting().length === 0, 30_000).catch(error => {
    throw new Error(`${error.message}; still there: ${JSON.stringify(waiting().slice(0, 3))}`)
  })
  const answered = (text: string) => answers.acks.has(text) || answers.none.has(text)
  await until('all is answered', () => [...said.values()].flat().every(answered), 20_000)
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

  const ledger = reckon(people, room, said, answers, stored)
  process.stdout.write(print(ledger, people, room, drained))
  expect(ledger).toMatchObject({
    acked: ledger.sent - ledger.told,
    stored: ledger.sent,
    lost: 0,
    doubled: 0,
    reordered: 0,
  })
  expect(ledger.delivered).toBe(ledger.sent * people.length)
  const p95 = drained.sort((a, b) => a - b)[Math.floor(drained.length * 0.95)] ?? 0
  // Each replica left, so everybody had to.
  expect(drained.length).toBeGreaterThanOrEqual(people.length)
  expect(p95).toBeLessThanOrEqual(slowestReturnMs)
})
