import { MongoInvalidArgumentError, MongoNetworkError, MongoServerError } from 'mongodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Health } from '../server/health.ts'
import { createLog } from '../server/log.ts'
import { known } from '../server/store/mongo-connection.ts'
import { StoreUnavailable } from '../server/store/store.ts'
import { enter, type Person, person, until } from './person.ts'
import { type Replica, startReplica, storeWithLobby } from './replica.ts'

const full = new MongoServerError({
  code: 14031,
  message: 'no room on mongodb://chat:hunter2@db, disk is full',
})

describe('what the driver fails with', () => {
  it('is no answer, whether of the server or of the network', async () => {
    const unreachable = Object.assign(new Error('querySrv ENOTFOUND'), { syscall: 'querySrv' })
    for (const cause of [full, new MongoNetworkError('closed'), unreachable]) {
      const failed = await known(() => Promise.reject(cause)).catch((error: unknown) => error)
      expect(failed).toBeInstanceOf(StoreUnavailable)
      expect((failed as Error).cause).toBe(cause)
    }
  })

  it('is not taken for it when it is a mistake in the code', async () => {
    for (const mistake of [new TypeError('of ours'), new MongoInvalidArgumentError('of ours')])
      await expect(known(() => Promise.reject(mistake))).rejects.toBe(mistake)
  })
})

describe('a store that takes no writes', () => {
  let replica: Replica
  let ada: Person
  let failure: Error | undefined
  beforeEach(async () => {
    const store = await storeWithLobby()
    const append = store.append.bind(store)
    store.append = (room, drafts) =>
      failure === undefined ? append(room, drafts) : known(() => Promise.reject(failure))
    replica = await startReplica({ store })
    ada = person(replica.url, 'Ada')
    await enter(ada, 'lobby')
  })
  afterEach(async () => {
    failure = undefined
    ada.close()
    await replica.stop()
  })
  const ready = async () => {
    const answer = await fetch(`${replica.url}/readyz`)
    return { code: answer.status, ...((await answer.json()) as { status: string; reason?: string }) }
  }
  const send = (at: number) => {
    const clientMsgId = `m${at}`
    return ada.chat.ask('message:send', { room: 'lobby', clientMsgId, text: 'hi' })
  }

  it('is in the log with its cause, once, is counted, and makes the replica degraded until a write is done', async () => {
    failure = full
    for (let at = 0; at < 5; at++) expect(await send(at)).toMatchObject({ error: 'unavailable' })
    const lines = replica.lines.filter(({ msg }) => msg === 'the store did not do what was asked')
    expect(lines).toMatchObject([{ level: 'warn', event: 'message:send', times: 1 }])
    expect(lines[0]!.cause).toContain('disk is full')
    expect(JSON.stringify(replica.lines)).not.toContain('hunter2')
    expect(replica.metrics.text()).toContain('chat_store_failures_total{event="message:send"} 5')
    await until('it is degraded', async () => (await ready()).status === 'degraded')
    expect(await ready()).toMatchObject({ code: 200, reason: 'the store takes no writes, the log says why' })
    await until('the page knows', () => ada.chat.healthy === false)
    failure = undefined
    expect(await send(0)).toMatchObject({ ok: true })
    await until('it is well', async () => (await ready()).status === 'ok')
    expect((await ready()).reason).toBeUndefined()
    await until('the page knows', () => ada.chat.healthy)
    const told = replica.lines.filter(({ msg }) => String(msg).startsWith('the store takes'))
    expect(told.map(({ level }) => level)).toEqual(['warn', 'info'])
  })

  it('is not meant by a mistake in the code: that is in the log with where it is', async () => {
    failure = new TypeError('of ours')
    expect(await send(1)).toMatchObject({ error: 'internal' })
    const [line] = replica.lines.filter(({ msg }) => msg === 'a handler failed')
    expect(line).toMatchObject({ level: 'error', event: 'message:send' })
    expect(line!.cause).toMatch(/TypeError: of ours\n +at .*failing-writes/)
    expect((await ready()).status).toBe('ok')
  })
})

describe('a backend that is down', () => {
  it('is in the log with why, also when it was never up, and once', async () => {
    const lines: Record<string, unknown>[] = []
    const log = createLog('info', {}, line => void lines.push(JSON.parse(line)))
    const refused = () => Promise.reject(new Error('connect ECONNREFUSED'))
    const health = new Health({ redis: { ping: refused }, mongo: { ping: undefined } }, log, () => undefined)
    await health.check()
    await health.check()
    expect(lines).toMatchObject([{ level: 'warn', msg: 'redis does not answer' }])
    expect(lines[0]!.error).toContain('ECONNREFUSED')
  })
})

describe('refusals of clients that come back again and again', () => {
  it('cost one line a minute for each reason', async () => {
    const replica = await startReplica()
    for (let at = 0; at < 10; at++) {
      const eve = person(replica.url, 'Eve', { reconnection: false })
      await until('she is in', () => eve.socket.connected)
      expect(await eve.chat.ask('room:join', { room: 'nowhere' })).toMatchObject({ error: 'not-found' })
      eve.close()
    }
    const lines = replica.lines.filter(({ msg }) => msg === 'refused')
    expect(lines).toMatchObject([{ error: 'not-found', times: 1 }])
    await replica.stop()
  })
})
