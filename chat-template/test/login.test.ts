import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cookie, cookieName, Sessions, sessionMs } from '../server/session.ts'
import type { Clock, User } from '../server/types.ts'
import { connect, until } from './person.ts'
import { raw } from './raw.ts'
import { type Replica, startReplica } from './replica.ts'

describe('a login of your own, put in as README.md says', () => {
  let replica: Replica
  let asked: number
  let answer: (sid: string | undefined) => Promise<User | undefined>
  const ada = { id: 'account-1', name: 'Ada' }
  beforeEach(async () => {
    asked = 0
    answer = async sid => (sid === 'of-ada' ? ada : undefined)
    vi.spyOn(Sessions.prototype, 'authenticate').mockImplementation(headers => {
      asked++
      return answer(cookie(headers.cookie, 'sid'))
    })
    vi.spyOn(Sessions.prototype, 'signIn').mockImplementation(() => undefined)
    replica = await startReplica()
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await replica.stop()
  })
  const outcome = async (headers: Record<string, string>) => {
    const socket = connect(replica.url, 'Ada', { extraHeaders: headers, reconnection: false })
    const told = await new Promise<unknown>(resolve => {
      socket.once('hello', ({ id }) => resolve(id))
      socket.once('connect_error', ({ message }) => resolve(message))
    })
    socket.disconnect()
    return told
  }
  const post = (headers: Record<string, string>) =>
    fetch(`${replica.url}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"name":"Ada"}',
    })

  it('lets in who has logged in, and nobody for a name alone', async () => {
    const known = { cookie: 'sid=of-ada' }
    const named = {
      cookie: `${cookieName}=${new Sessions('the same for all replicas').seal(ada, Date.now())}`,
    }
    expect(await outcome(known)).toBe('account-1')
    for (const headers of [{}, named, { cookie: 'sid=of-nobody' }]) {
      expect(await outcome(headers)).toBe('name-needed')
      expect(await (await fetch(`${replica.url}/session`, { headers })).json()).toEqual({ user: null })
    }
    expect(await (await fetch(`${replica.url}/session`, { headers: known })).json()).toEqual({ user: ada })
    for (const headers of [{}, named, known]) {
      const refused = await post(headers)
      expect([refused.status, refused.headers.get('set-cookie')]).toEqual([403, null])
    }
  })

  it('is asked once for a connection, and lets in nobody who asks twice meanwhile', async () => {
    let settle: ((user: User) => void) | undefined
    answer = () =>
      new Promise(resolve => {
        settle = resolve
      })
    const wild = (await raw(replica.url))!
    for (let at = 0; at < 50; at++) wild.text('40{"name":"Eve"}')
    await until('it is cut', () => wild.closed() && replica.app.io.engine.clientsCount === 0)
    settle?.(ada)
    answer = async () => ada
    expect(await outcome({})).toBe('account-1')
    await until('they have left', () => replica.app.io.of('/').sockets.size === 0)
    expect(asked).toBe(2)
    expect(wild.received()).not.toContain('hello')
  })

  it('may fail: who connects is told, the process goes on, the log has one line', async () => {
    answer = () => Promise.reject(new Error('the accounts do not answer'))
    for (let at = 0; at < 5; at++) expect(await outcome({})).toBe('unavailable')
    expect((await fetch(`${replica.url}/session`)).status).toBe(500)
    const lines = replica.lines.filter(({ msg }) => msg === 'who connects could not be told')
    expect(lines).toMatchObject([{ level: 'error', times: 1 }])
    expect(replica.metrics.text()).toContain('chat_handshakes_refused_total{reason="unavailable"} 5')
    answer = async () => ada
    expect(await outcome({})).toBe('account-1')
  })
})

describe('the cookie of a name', () => {
  it('is renewed once a day for who comes back, and lasts as long as they do', async () => {
    const day = 24 * 3_600_000
    let now = 1_700_000_000_000
    const clock: Clock = { now: () => now }
    const replica = await startReplica({ clock })
    const ask = (cookie: string) => fetch(`${replica.url}/session`, { headers: { cookie } })
    const taken = await fetch(`${replica.url}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"Ada"}',
    })
    const { user } = (await taken.json()) as { user: User }
    let held = taken.headers.get('set-cookie')!.split(';')[0]!
    const first = held
    now += day - 1_000
    expect((await ask(held)).headers.get('set-cookie')).toBeNull()
    for (let weeks = 0; weeks < 10; weeks++) {
      now += 7 * day
      const answer = await ask(held)
      expect(await answer.json()).toEqual({ user })
      const given = answer.headers.get('set-cookie')!
      expect(given).toContain(`HttpOnly; SameSite=Lax; Max-Age=${sessionMs / 1_000}`)
      held = given.split(';')[0]!
    }
    const tooOld = await ask(first)
    expect([await tooOld.json(), tooOld.headers.get('set-cookie')]).toEqual([{ user: null }, null])
    await replica.stop()
  })
})
