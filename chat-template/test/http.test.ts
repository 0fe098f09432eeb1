import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Sessions } from '../server/session.ts'
import { connect, until } from './person.ts'
import { type Replica, startReplica } from './replica.ts'

describe('the server over HTTP', () => {
  let replica: Replica
  beforeAll(async () => {
    replica = await startReplica({ name: 'chat-7' })
  })
  afterAll(() => replica.stop())

  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${replica.url}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })

  it('is alive, and ready with the state of what it needs', async () => {
    expect((await fetch(`${replica.url}/livez`)).status).toBe(200)
    const ready = await fetch(`${replica.url}/readyz`)
    expect(ready.status).toBe(200)
    expect(await ready.json()).toEqual({ status: 'ok', redis: 'none', mongo: 'memory', replica: 'chat-7' })
  })

  it('puts a name into a signed cookie that scripts cannot read, and knows it again', async () => {
    const response = await post('{"name":"  Ada  "}')
    const cookie = response.headers.get('set-cookie')!
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax/)
    const known = await fetch(`${replica.url}/session`, { headers: { cookie: cookie.split(';')[0]! } })
    const { user } = (await known.json()) as { user: { id: string; name: string } }
    expect(user.name).toBe('Ada')
    const renamed = await post('{"name":"Lady A"}', { cookie: cookie.split(';')[0]! })
    expect(((await renamed.json()) as typeof known & { user: object }).user).toEqual({
      id: user.id,
      name: 'Lady A',
    })
    const extraHeaders = { cookie: cookie.split(';')[0]! }
    const socket = connect(replica.url, 'ignored', { extraHeaders, auth: {} })
    const hello = await new Promise(resolve => socket.once('hello', resolve))
    socket.disconnect()
    expect(hello).toMatchObject({ id: user.id, name: 'Ada', replica: 'chat-7' })
  })

  it('believes no cookie that it did not sign, or signed too long ago', async () => {
    const sessions = new Sessions('one secret')
    const sealed = sessions.seal({ id: 'a', name: 'Ada' }, 1_000)
    expect(sessions.open(sealed, 2_000)).toEqual({ id: 'a', name: 'Ada' })
    expect(new Sessions('another').open(sealed, 2_000)).toBeUndefined()
    expect(sessions.open(sealed, 1_000 + 31 * 24 * 3_600_000)).toBeUndefined()
    const [body, signature] = sealed.split('.')
    const forged = Buffer.from(JSON.stringify({ id: 'b', name: 'Eve', at: 1_000 })).toString('base64url')
    for (const bad of [`${forged}.${signature}`, `${body}.`, body, '', '.', 'x'.repeat(5_000)]) {
      expect(sessions.open(bad, 2_000)).toBeUndefined()
    }
  })

  it('refuses names, bodies and origins that it should not take', async () => {
    const refused = [
      await post('{"name":""}'),
      await post('{"name":"two\\nlines"}'),
      await post('{"name":"\\u202eada"}'),
      await post('{"name":{"$gt":""}}'),
      await post('nonsense'),
      await post(JSON.stringify({ name: 'x'.repeat(1_000_000) })).catch(() => undefined),
      await post('{"name":"Ada"}', { 'content-type': 'text/plain' }),
      await post('{"name":"Ada"}', { origin: 'https://evil.example' }),
      await fetch(`${replica.url}/session`, { method: 'DELETE' }),
    ].map(response => response?.status ?? 413)
    expect(refused).toEqual([400, 400, 400, 400, 400, 413, 415, 403, 405])
  })

  it('forbids inline scripts, frames and third parties, and names the replica and the request', async () => {
    const { headers } = await fetch(`${replica.url}/`, { headers: { 'x-request-id': 'from-the-balancer' } })
    const policy = headers.get('content-security-policy')!
    expect(policy).toContain("default-src 'self'")
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(headers.get('x-replica')).toBe('chat-7')
    expect(headers.get('x-request-id')).toBe('from-the-balancer')
    await until('the request is in the log', () =>
      replica.lines.some(line => line.request === 'from-the-balancer'),
    )
    const bad = await fetch(`${replica.url}/`, { headers: { 'x-request-id': 'a b' } })
    expect(bad.headers.get('x-request-id')).not.toBe('a b')
  })

  it('says who it is on every polling answer', async () => {
    const polled = await fetch(`${replica.url}/socket.io/?EIO=4&transport=polling`)
    expect(polled.headers.get('x-replica')).toBe('chat-7')
    const lost = await fetch(`${replica.url}/socket.io/?EIO=4&transport=polling&sid=nobody`)
    expect([lost.status, lost.headers.get('x-replica')]).toEqual([400, 'chat-7'])
  })

  it('takes sockets from its own origin and the listed ones only', async () => {
    const listed = await startReplica({ config: { origins: ['https://chat.example.com'] } })
    const { host } = new URL(listed.url)
    const shake = (headers: Record<string, string>) =>
      fetch(`${listed.url}/socket.io/?EIO=4&transport=polling`, { headers }).then(({ status }) => status)
    expect(await shake({})).toBe(200)
    expect(await shake({ origin: `http://${host}` })).toBe(200)
    expect(await shake({ origin: 'https://chat.example.com' })).toBe(200)
    expect(await shake({ origin: 'https://front.example', 'x-forwarded-host': 'front.example' })).toBe(200)
    expect(await shake({ origin: 'https://evil.example' })).toBe(403)
    expect(await shake({ origin: 'null' })).toBe(403)
    expect(await upgrade(listed.url, 'https://evil.example')).toBe(400)
    expect(await upgrade(listed.url, `http://${host}`)).toBe(101)
    await listed.stop()
  })

  it('writes what Prometheus reads, without a room or a person in a label', async () => {
    const socket = connect(replica.url, 'Ada')
    await new Promise(resolve => socket.once('hello', resolve))
    await socket.emitWithAck('room:join', { room: 'lobby' })
    await socket.emitWithAck('message:send', { room: 'lobby', clientMsgId: 'm1', text: 'hi' })
    await socket.emitWithAck('message:send', { room: 'lobby' } as never)
    const text = replica.metrics.text()
    socket.disconnect()
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(/^(# TYPE \w+ (counter|gauge|histogram)|\w+(\{\w+="[\w:.+-]+"\})? [\d.e+-]+)$/)
    }
    expect(text).toMatch(/chat_connections [1-9]/)
    expect(text).toContain('chat_messages_total{duplicate="false"} 1')
    expect(text).toContain('chat_events_refused_total{reason="invalid"} 1')
    expect(text).toContain('chat_ack_seconds_count 1')
    expect(text).toMatch(/chat_ack_seconds_bucket\{le="\+Inf"\} 1/)
    expect(text).not.toContain('lobby')
  })
})

/** The status that a WebSocket handshake is answered with. */
function upgrade(url: string, origin: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = {
      origin,
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    }
    const asked = request(`${url}/socket.io/?EIO=4&transport=websocket`, { headers })
    asked.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve(response.statusCode)
    })
    asked.on('response', response => {
      response.resume()
      resolve(response.statusCode)
    })
    asked.on('error', reject)
    asked.end()
  })
}
