import { describe, expect, it } from 'vitest'
import { checkTitles } from '../../src/verify/titles.ts'
import { type BalancerMode, startBalancer } from '../support/socketio-balancer.ts'
import { replicaFanOut, startReplicas } from '../support/socketio-replicas.ts'
import { runVerify } from '../support/socketio-verify.ts'

const all = Object.keys(checkTitles)

describe('behind a balancer with a cookie', () => {
  it('passes every check and names the cookie', async () => {
    await using replicas = await startReplicas()
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
    const run = await runVerify({
      url: balancer.url,
      fanOut: replicaFanOut,
      expectedReplicas: 3,
      affinityWanted: 'cookie',
    })
    expect(run.withStatus('pass')).toEqual(all)
    expect(run.check('in-session.without-cookie').found).toMatch(/^kept together by cookie GCLB; /)
    expect(run.check('refresh.host').found).toMatch(/^6 loads, all on chat-\d$/)
  })

  it('passes fifty times out of fifty', { timeout: 180_000 }, async () => {
    await using replicas = await startReplicas()
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
    for (let round = 0; round < 50; round += 1) {
      const run = await runVerify({ url: balancer.url, fanOut: replicaFanOut, expectedReplicas: 3 })
      expect(run.withStatus('pass')).toEqual(all)
    }
  })

  it('names the cookie that matters when there are several', async () => {
    await using replicas = await startReplicas({ server: { cookie: { name: 'io', path: '/' } } })
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
    const run = await runVerify({ url: balancer.url })
    expect(run.check('in-session.without-cookie').data).toMatchObject({
      mechanism: 'cookie',
      cookies: ['GCLB'],
    })
  })

  it('tells a cookie that a browser would not send back from one that is missing', async () => {
    await using replicas = await startReplicas()
    await using balancer = await startBalancer({
      mode: 'cookie',
      ports: replicas.ports,
      cookieAttributes: 'Domain=chat.example.com; Path=/',
    })
    const run = await runVerify({ url: balancer.url })
    expect(run.check('in-session.with-cookie')).toMatchObject({ status: 'fail' })
    expect(run.check('in-session.with-cookie').why).toContain(
      'Domain=chat.example.com does not cover 127.0.0.1',
    )
  })

  it('takes a balancer that hides its cookie for one without affinity', async () => {
    await using replicas = await startReplicas()
    await using balancer = await startBalancer({
      mode: 'cookie',
      ports: replicas.ports,
      cookieAttributes: false,
    })
    const run = await runVerify({ url: balancer.url })
    expect(run.check('in-session.with-cookie').why).toMatch(/^RT008/)
  })
})

const modes: readonly BalancerMode[] = ['round-robin', 'random', 'tcp-round-robin', 'tcp-random']

describe('behind a balancer without affinity', () => {
  for (const mode of modes) {
    for (const count of [2, 3]) {
      it(`fails every time with ${count} replicas and ${mode}, by a wide margin`, {
        timeout: 180_000,
      }, async () => {
        await using replicas = await startReplicas({ count })
        await using balancer = await startBalancer({ mode, ports: replicas.ports })
        let sessions = 0
        let astray = 0
        for (let round = 0; round < 6; round += 1) {
          const run = await runVerify({ url: balancer.url, expectedReplicas: count })
          const check = run.check('in-session.with-cookie')
          expect(check.status).toBe('fail')
          sessions += Number(check.data?.sessions)
          astray += Number(check.data?.astray)
        }
        // A session stays by luck with probability s; all twelve of a run with s^12. s = 0.3 makes that 5e-7.
        expect((sessions - astray) / sessions).toBeLessThan(0.2)
      })
    }
  }

  it('names trap, proof and fix', async () => {
    await using replicas = await startReplicas({ names: 'both' })
    await using balancer = await startBalancer({ mode: 'round-robin', ports: replicas.ports })
    const run = await runVerify({ url: balancer.url, expectedReplicas: 3, affinityWanted: 'none' })
    const check = run.check('in-session.with-cookie')
    expect(check.why).toMatch(
      /RT008.*(?:GET|POST) sid=.+ answered 400 \{"code":1,"message":"Session ID unknown"\} by chat-\d; the session was issued by chat-\d/,
    )
    expect(check.hint).toContain('set loadBalancer.affinity: cookie in rtdeploy.yaml')
    expect(run.check('in-session.without-cookie').data).toMatchObject({ mechanism: 'none' })
    expect(run.withStatus('fail')).toContain('refresh.host')
  })

  it('has nothing against it when the server takes WebSockets only', async () => {
    await using replicas = await startReplicas({ server: { transports: ['websocket'] } })
    await using balancer = await startBalancer({ mode: 'round-robin', ports: replicas.ports })
    const run = await runVerify({ url: balancer.url, fanOut: replicaFanOut, expectedReplicas: 3 })
    expect(run.withStatus('fail')).toEqual([])
    expect(run.withStatus('pass')).toEqual([
      'handshake.websocket-only',
      'spread.replicas',
      'fan-out.delivery',
      'idle.silent-socket',
    ])
    expect(run.check('handshake.polling').found).toContain('{"code":0,"message":"Transport unknown"}')
    expect(run.check('refresh.host').found).toContain('needs no affinity')
  })
})

describe('affinity by client address', () => {
  it('is explained, not failed', async () => {
    await using replicas = await startReplicas()
    await using balancer = await startBalancer({ mode: 'client-ip', ports: replicas.ports })
    const run = await runVerify({ url: balancer.url, fanOut: replicaFanOut, expectedReplicas: 3 })
    expect(run.withStatus('fail')).toEqual([])
    expect(run.check('in-session.without-cookie')).toMatchObject({
      status: 'warn',
      data: { mechanism: 'client-address' },
    })
    expect(run.check('spread.replicas').why).toContain('RT011')
    expect(run.check('fan-out.delivery').found).toBe('only chat-1 can be reached from here')
  })

  it('is no warning when it is what was asked for', async () => {
    await using replicas = await startReplicas()
    await using balancer = await startBalancer({ mode: 'client-ip', ports: replicas.ports })
    const run = await runVerify({ url: balancer.url, expectedReplicas: 3, affinityWanted: 'client-ip' })
    expect(run.withStatus('warn')).toEqual([])
    expect(run.withStatus('fail')).toEqual([])
    expect(run.withStatus('skip')).toEqual(['spread.replicas', 'fan-out.delivery'])
  })
})

describe('a single replica', () => {
  it('is called one when one is expected', async () => {
    await using replicas = await startReplicas({ count: 1 })
    const run = await runVerify({ url: `http://127.0.0.1:${replicas.ports[0]}`, expectedReplicas: 1 })
    expect(run.check('in-session.without-cookie').data).toMatchObject({ mechanism: 'single-replica' })
    expect(run.check('spread.replicas')).toMatchObject({
      status: 'skip',
      found: '12 fresh clients: chat-0 ×12; one replica was expected, so there is nothing to spread',
    })
    expect(run.withStatus('fail')).toEqual([])
  })

  it('is not told from client addresses when nobody says how many there are', async () => {
    await using replicas = await startReplicas({ count: 1 })
    const run = await runVerify({ url: `http://127.0.0.1:${replicas.ports[0]}` })
    expect(run.check('spread.replicas')).toMatchObject({ status: 'skip' })
    expect(run.check('spread.replicas').hint).toContain('--replicas')
    expect(run.check('in-session.without-cookie').found).toMatch(
      /^kept together by the client address, or by having a single replica/,
    )
  })
})
