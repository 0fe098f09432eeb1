import { describe, expect, it } from 'vitest'
import { startBalancer } from '../support/socketio-balancer.ts'
import { answering, http, openPacket, startRawServer } from '../support/socketio-raw-server.ts'
import { replicaFanOut, startReplicas } from '../support/socketio-replicas.ts'
import { runVerify } from '../support/socketio-verify.ts'

const pollingOnly = openPacket.replace('"websocket"', '')

describe('transports', () => {
  it('passes a server that takes polling only, with fan-out over polling', async () => {
    await using replicas = await startReplicas({ server: { transports: ['polling'] } })
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
    const run = await runVerify({ url: balancer.url, fanOut: replicaFanOut, expectedReplicas: 3 })
    expect(run.withStatus('fail')).toEqual([])
    expect(run.withStatus('skip')).toEqual(['handshake.upgrade', 'handshake.websocket-only'])
    expect(run.check('handshake.upgrade').found).toContain('polling only')
    expect(run.check('fan-out.delivery')).toMatchObject({ status: 'pass' })
    expect(run.check('idle.silent-socket')).toMatchObject({ status: 'pass' })
  })

  it('passes a server that allows no upgrades but takes WebSockets', async () => {
    await using replicas = await startReplicas({ server: { allowUpgrades: false } })
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
    const run = await runVerify({ url: balancer.url })
    expect(run.check('handshake.upgrade')).toMatchObject({ status: 'skip' })
    expect(run.check('handshake.websocket-only')).toMatchObject({ status: 'pass' })
  })

  it('fails on a proxy that takes the Upgrade header away', async () => {
    await using replicas = await startReplicas()
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports, stripsUpgrade: true })
    const run = await runVerify({ url: balancer.url, fanOut: replicaFanOut, expectedReplicas: 3 })
    expect(run.withStatus('fail')).toEqual(['handshake.upgrade', 'handshake.websocket-only'])
    expect(run.check('handshake.upgrade').why).toContain('Upgrade header')
    expect(run.check('handshake.upgrade').hint).toContain('proxy_http_version')
    expect(run.check('in-session.with-cookie')).toMatchObject({ status: 'pass' })
    expect(run.check('fan-out.delivery')).toMatchObject({ status: 'pass' })
  })

  it('names HTTP/2 to the replicas as the trap behind a 502', async () => {
    await using replicas = await startReplicas()
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports, upgradeStatus: 502 })
    const run = await runVerify({ url: balancer.url })
    expect(run.check('handshake.websocket-only').why).toMatch(/^RT021/)
  })

  it('fails, and does not take for ever, when upgrades get no answer', async () => {
    await using server = await startRawServer(
      answering((url, head) => {
        if (url.includes('transport=websocket')) return undefined
        if (head.startsWith('POST')) return http(200, 'ok')
        return http(200, url.includes('sid=') ? '40{"sid":"x"}' : openPacket)
      }),
    )
    const run = await runVerify({ url: server.url, identity: 'none', timeoutMs: 300 })
    expect(run.check('handshake.websocket-only')).toMatchObject({ status: 'fail' })
    expect(run.check('handshake.upgrade')).toMatchObject({ status: 'fail' })
    expect(run.check('in-session.with-cookie')).toMatchObject({ status: 'pass' })
  })

  it('holds on when a server has nothing to say on a poll', async () => {
    const waiting = new Map<string, () => void>()
    await using server = await startRawServer(socket => {
      let at = 0
      let text = ''
      socket.on('data', bytes => {
        text += bytes.toString('latin1')
        if (!text.includes('\r\n\r\n')) return
        const head = text
        text = ''
        if (head.includes('transport=websocket')) return void socket.end(http(400, 'Transport unknown'))
        const sid = /sid=([\w-]+)/.exec(head)?.[1]
        at += 1
        if (sid === undefined) {
          return void socket.write(
            http(200, pollingOnly.replace('abcdefghijklmnop', `sid-${socket.remotePort}-${at}`)),
          )
        }
        if (!head.startsWith('POST'))
          return void waiting.set(sid, () => socket.write(http(200, '40{"sid":"x"}')))
        socket.write(http(200, 'ok'))
        // Answers CONNECT to its own namespace, and is silent about any other.
        const answer = () => {
          const reply = waiting.get(sid)
          if (reply === undefined) return void setTimeout(answer, 5)
          waiting.delete(sid)
          reply()
        }
        if (/40$|1$/.test(head)) answer()
      })
    })
    const run = await runVerify({ url: server.url, identity: 'none', sessions: 4 })
    expect(run.check('in-session.with-cookie')).toMatchObject({ status: 'pass' })
    expect(run.withStatus('fail')).toEqual([])
  })
})

describe('identity', () => {
  for (const identity of ['event:hostname', 'header:x-pod', 'ack:whoami']) {
    it(`reads names from ${identity}`, async () => {
      await using replicas = await startReplicas({ names: 'both' })
      await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
      const run = await runVerify({ url: balancer.url, identity, fanOut: replicaFanOut, expectedReplicas: 3 })
      expect(run.withStatus('pass')).toHaveLength(9)
      expect(run.check('spread.replicas').found).toBe('12 fresh clients: chat-0 ×4, chat-1 ×4, chat-2 ×4')
    })
  }

  it('reads names from a cookie', async () => {
    await using replicas = await startReplicas({ names: 'none' })
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
    const run = await runVerify({ url: balancer.url, identity: 'cookie:GCLB', expectedReplicas: 3 })
    expect(run.check('spread.replicas').found).toBe('12 fresh clients: r0 ×4, r1 ×4, r2 ×4')
    expect(run.check('refresh.host')).toMatchObject({ status: 'pass' })
  })

  it('says what it could not check without names, and checks the rest', async () => {
    await using replicas = await startReplicas({ names: 'none' })
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
    const run = await runVerify({ url: balancer.url, fanOut: replicaFanOut, expectedReplicas: 3 })
    expect(run.withStatus('skip')).toEqual(['refresh.host', 'fan-out.delivery'])
    expect(run.withStatus('warn')).toEqual(['spread.replicas'])
    expect(run.check('spread.replicas').hint).toContain('--identity')
    expect(run.withStatus('fail')).toEqual([])
  })

  it('finds affinity missing without names', async () => {
    await using replicas = await startReplicas({ names: 'none' })
    await using balancer = await startBalancer({ mode: 'random', ports: replicas.ports })
    const run = await runVerify({ url: balancer.url, identity: 'none' })
    expect(run.check('in-session.with-cookie')).toMatchObject({ status: 'fail' })
  })
})
