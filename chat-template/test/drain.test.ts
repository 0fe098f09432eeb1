import { afterEach, describe, expect, it } from 'vitest'
import { enter, type Person, person, until } from './person.ts'
import { raw } from './raw.ts'
import { type Replica, startReplica, storeWithLobby } from './replica.ts'

describe('a replica that is told to go', () => {
  const replicas: Replica[] = []
  const people: Person[] = []
  afterEach(async () => {
    for (const { close } of people.splice(0)) close()
    await Promise.all(replicas.splice(0).map(({ stop }) => stop()))
  })
  const start = async (config: object) => {
    const replica = await startReplica({ store: await storeWithLobby(), config })
    replicas.push(replica)
    return replica
  }
  const join = async (url: string, name: string, transports: string[]) => {
    const someone = person(url, name, { transports, reconnection: false })
    people.push(someone)
    await enter(someone, 'lobby')
    return someone
  }

  it('is first unready and still serving, then closes one by one, then ends', async () => {
    const { url, app } = await start({ drainWaitMs: 4_000, drainMs: 400 })
    const ada = await join(url, 'Ada', ['websocket'])
    const drained = app.drain()
    const ready = await fetch(`${url}/readyz`)
    expect([ready.status, ((await ready.json()) as { status: string }).status]).toEqual([503, 'draining'])
    expect((await fetch(`${url}/livez`)).status).toBe(200)
    const late = await join(url, 'Late', ['websocket'])
    ada.chat.send('lobby', 'while it waits')
    await until('served', () => late.texts('lobby').includes('while it waits'))
    await drained
    await expect(fetch(`${url}/livez`)).rejects.toThrow()
  })

  it('closes below Socket.IO, so that clients come back by themselves, polling ones too', async () => {
    const { url, app } = await start({ drainWaitMs: 0, drainMs: 300 })
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, at) => join(url, `p${at}`, at % 3 === 0 ? ['polling'] : ['websocket'])),
    )
    const reasons = all.map(
      ({ socket }) => new Promise<string>(resolve => socket.once('disconnect', resolve)),
    )
    const moments: number[] = []
    for (const reason of reasons) void reason.then(() => moments.push(Date.now()))
    await Promise.all([app.drain(), ...reasons])
    expect(new Set(await Promise.all(reasons)).has('io server disconnect')).toBe(false)
    // Not all at once: the others would get them all at once.
    expect(Math.max(...moments) - Math.min(...moments)).toBeGreaterThan(50)
  })

  it('ends a second time as it ends once', async () => {
    const { app } = await start({ drainWaitMs: 50, drainMs: 50 })
    const [first, second] = [app.drain(), app.drain()]
    expect(first).toBe(second)
    await first
  })

  it('does not wait for a connection that is half gone', async () => {
    const { url, app } = await start({ drainWaitMs: 0, drainMs: 0 })
    const gone = (await raw(url))!
    gone.text('40{"name":"Gone"}')
    await until('it is in', () => gone.received().includes('hostname'))
    // It neither reads nor answers from now on: a WebSocket is given 30 s for its goodbye.
    gone.socket.pause()
    const began = performance.now()
    await app.drain()
    expect(performance.now() - began).toBeLessThan(10_000)
    gone.close()
  })

  it('waits for what is being stored, and who sent it finds it stored, once, where they come back to', async () => {
    const store = await storeWithLobby()
    const append = store.append.bind(store)
    store.append = async (room, drafts) => {
      await new Promise(resolve => setTimeout(resolve, 600))
      return append(room, drafts)
    }
    let stored: unknown[] | undefined
    store.close = async () => {
      stored ??= (await store.after('lobby', 0, 10)).entries
    }
    const start = async () => startReplica({ store, config: { drainWaitMs: 0, drainMs: 0 } })
    const [replica, other] = await Promise.all([start(), start()])
    replicas.push(replica, other)
    const ada = person(replica.url, 'Ada', { transports: ['websocket'] })
    people.push(ada)
    await enter(ada, 'lobby')
    const ask = ada.chat.ask.bind(ada.chat)
    const answers: unknown[] = []
    ada.chat.ask = async (...args) => {
      const answer = await ask(...args)
      if (args[0] === 'message:send') answers.push(answer)
      return answer
    }
    ada.chat.send('lobby', 'at the last moment')
    await until('it is on its way', () => ada.chat.outbox.items[0]?.state === 'sending')
    Object.assign(ada.socket.io, { uri: other.url })
    await replica.app.drain()
    // The replica has written it before it ended; whom it could not tell so any more is told by the other.
    expect(stored).toMatchObject([{ text: 'at the last moment' }])
    await until('acknowledged', () => ada.chat.outbox.items.length === 0)
    expect(answers).toMatchObject([{ ok: true, seq: 1 }])
    ada.chat.send('lobby', 'after it')
    await until('the next one is told', () => ada.texts('lobby').includes('after it'))
    expect(ada.texts('lobby')).toEqual(['at the last moment', 'after it'])
    expect((await store.after('lobby', 0, 10)).entries).toHaveLength(2)
  })
})
