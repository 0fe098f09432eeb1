import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { optional } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { type ChatWorld, chatWorld } from './chat-world.ts'
import { say, type Talker, talker } from './talker.ts'

const mongoServer = optional('mongo-server')
const everyTransport = [['polling'], ['websocket'], ['polling', 'websocket']]

let world: ChatWorld | undefined
const talkers: Talker[] = []
afterEach(async () => {
  for (const { close } of talkers.splice(0)) close()
  await world?.close()
  world = undefined
})
const gather = async (url: string, room: string, transports: string[][]) => {
  const made = await Promise.all(transports.map((kind, at) => talker(url, `p${at}`, room, kind)))
  talkers.push(...made)
  return made
}

/** Everybody says something; everybody hears everything, under the same places. */
async function everybodyHears(people: Talker[], room: string, words: string): Promise<void> {
  const said = await Promise.all(people.map((one, at) => say(one, room, `${words} ${at}`)))
  await until(`all hear ${words}`, () => people.every(({ heard }) => said.every(seq => heard.has(seq))))
  for (const { heard } of people)
    for (const [at, seq] of said.entries()) expect(heard.get(seq)).toBe(`${words} ${at}`)
}

describe('three replicas of the chat behind the front door', () => {
  it.each(['cookie', 'client-ip'] as const)('serve every transport with affinity %s', async affinity => {
    world = await chatWorld({ affinity })
    const people = await gather(world.url, 'lobby', [...everyTransport, ...everyTransport])
    await everybodyHears(people, 'lobby', `with ${affinity}`)
    const places = new Set(people.flatMap(({ hostnames }) => hostnames))
    expect(places.size).toBe(affinity === 'cookie' ? 3 : 1)
  })

  it('serve WebSockets without affinity, and refuse a polling session to whom it does not belong', async () => {
    world = await chatWorld({ affinity: 'none' })
    const people = await gather(world.url, 'lobby', [['websocket'], ['websocket'], ['websocket']])
    await everybodyHears(people, 'lobby', 'without')
    const opened = await fetch(`${world.url}/socket.io/?EIO=4&transport=polling`)
    const { sid } = JSON.parse((await opened.text()).slice(1)) as { sid: string }
    const owner = opened.headers.get('x-replica')
    const asked = await fetch(`${world.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`)
    expect(asked.headers.get('x-replica')).not.toBe(owner)
    expect([asked.status, await asked.json()]).toEqual([400, { code: 1, message: 'Session ID unknown' }])
  })

  it('lose nothing when one is killed and when one is replaced', async () => {
    world = await chatWorld()
    const people = await gather(world.url, 'lobby', [...everyTransport, ...everyTransport])
    await everybodyHears(people, 'lobby', 'before')
    const killed = people.find(({ hostnames }) => hostnames.at(-1) === 'chat-1')
    expect(await world.stop('chat-1', 'SIGKILL')).toBe(-1)
    await everybodyHears(people, 'lobby', 'one is dead')
    expect(killed?.hostnames.at(-1)).not.toBe('chat-1')
    await world.start('chat-1')
    const busy = everybodyHears(people, 'lobby', 'one is leaving')
    expect(await world.stop('chat-0', 'SIGTERM')).toBe(0)
    await busy
    await everybodyHears(people, 'lobby', 'one has left')
  })

  it('end with 0 although they are told twice, and leave nothing to be said on stderr', async () => {
    world = await chatWorld({ replicas: 1 })
    await gather(world.url, 'lobby', everyTransport)
    const replica = world.replicas.get('chat-0')!
    const ended = world.stop('chat-0', 'SIGTERM')
    await until('it drains', () => replica.output().includes('"draining"'))
    replica.child.kill('SIGTERM')
    expect(await ended).toBe(0)
    for (const line of replica.output().trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
  })
})

describe.skipIf(mongoServer === undefined)(
  'three replicas of the chat with a MongoDB server of its own',
  () => {
    let server: ChildProcess
    let mongoUrl: string
    const folder = mkdtempSync(join(tmpdir(), 'chat-mongo-'))
    beforeAll(async () => {
      const port = await new Promise<number>(resolve => {
        const probe = createServer().listen(0, '127.0.0.1', () => {
          const { port } = probe.address() as { port: number }
          probe.close(() => resolve(port))
        })
      })
      server = spawn(mongoServer!, ['--port', String(port), '--dbpath', folder], {
        stdio: 'ignore',
        detached: true,
      })
      mongoUrl = `mongodb://127.0.0.1:${port}/chat`
    })
    afterAll(() => {
      // A program that starts another: both are in the group that begins with it.
      process.kill(-server.pid!, 'SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    })

    it('serve every transport', async () => {
      world = await chatWorld({ mongoUrl })
      const people = await gather(world.url, 'lobby', everyTransport)
      await everybodyHears(people, 'lobby', 'another store')
    })
  },
)
