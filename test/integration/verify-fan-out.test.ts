import { describe, expect, it } from 'vitest'
import { startBalancer } from '../support/socketio-balancer.ts'
import { replicaFanOut, startReplicas } from '../support/socketio-replicas.ts'
import { runVerify } from '../support/socketio-verify.ts'

describe('messages between replicas', () => {
  it('are measured both ways between every two', async () => {
    await using replicas = await startReplicas()
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
    const run = await runVerify({ url: balancer.url, fanOut: replicaFanOut, expectedReplicas: 3 })
    const pairs = run.observations.fanOut?.deliveries.filter(one => one.from !== one.to) ?? []
    expect(new Set(pairs.map(({ from, to }) => `${from}-${to}`)).size).toBe(6)
    expect(run.check('fan-out.delivery').data).toMatchObject({ replicas: 3, rounds: 1 })
  })

  it('fail without an adapter, and the trap is named', async () => {
    await using replicas = await startReplicas({ adapter: false })
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
    const run = await runVerify({ url: balancer.url, fanOut: replicaFanOut, expectedReplicas: 3 })
    const check = run.check('fan-out.delivery')
    expect(check).toMatchObject({
      status: 'fail',
      data: { delivered: 0, withinReplica: { messages: 2, delivered: 2 } },
    })
    expect(check.why).toMatch(/^RT032.*chat-0 → chat-1/)
    expect(run.withStatus('fail')).toEqual(['fan-out.delivery'])
  })

  it('are not blamed on the adapter when the event names are wrong', async () => {
    await using replicas = await startReplicas()
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
    const run = await runVerify({ url: balancer.url, fanOut: { send: ['shout', '$text'], receive: 'heard' } })
    expect(run.check('fan-out.delivery')).toMatchObject({ status: 'fail' })
    expect(run.check('fan-out.delivery').hint).toContain('--send')
  })

  it('show what the server said when it refuses', async () => {
    await using replicas = await startReplicas({
      onSocket: socket =>
        socket.on('locked', (_room, callback) => callback({ ok: false, error: 'no such room' })),
    })
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
    const run = await runVerify({
      url: balancer.url,
      fanOut: {
        join: ['locked', '$room'],
        send: ['message', { room: '$room', text: '$text' }],
        receive: 'message',
      },
    })
    expect(run.check('fan-out.delivery').why).toContain('locked: no such room')
  })

  it('may get a second chance, which is said', async () => {
    let dropped = 0
    await using replicas = await startReplicas({
      onSocket: socket => {
        socket.use(([event], next) => {
          if (event === 'message' && dropped < 1) dropped += 1
          else next()
        })
      },
    })
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
    const run = await runVerify({ url: balancer.url, fanOut: replicaFanOut })
    expect(run.check('fan-out.delivery')).toMatchObject({ status: 'warn', data: { rounds: 2 } })
  })

  it('are skipped, with how to set them up, when nobody said how to send one', async () => {
    await using replicas = await startReplicas()
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
    const run = await runVerify({ url: balancer.url })
    expect(run.check('fan-out.delivery')).toMatchObject({
      status: 'skip',
      hint: expect.stringContaining('--send'),
    })
  })
})

describe('a silent socket', () => {
  it('that is cut while a busy one lives is an idle limit', async () => {
    await using replicas = await startReplicas()
    await using balancer = await startBalancer({
      mode: 'cookie',
      ports: replicas.ports,
      cuts: { afterMs: 800, counts: 'idle' },
    })
    const run = await runVerify({ url: balancer.url, idleSec: 2 })
    expect(run.check('idle.silent-socket')).toMatchObject({
      status: 'fail',
      why: expect.stringMatching(/^RT002/),
    })
    expect(run.check('idle.silent-socket').hint).toContain('timeoutSec')
  })

  it('that is cut together with a busy one is a limit for all', async () => {
    await using replicas = await startReplicas()
    await using balancer = await startBalancer({
      mode: 'cookie',
      ports: replicas.ports,
      cuts: { afterMs: 800, counts: 'always' },
    })
    const run = await runVerify({ url: balancer.url, idleSec: 2 })
    expect(run.check('idle.silent-socket')).toMatchObject({
      status: 'fail',
      why: expect.stringMatching(/^RT003/),
    })
  })

  it('outlives a limit that is longer than the heartbeat', async () => {
    await using replicas = await startReplicas({ server: { pingInterval: 200 } })
    await using balancer = await startBalancer({
      mode: 'cookie',
      ports: replicas.ports,
      cuts: { afterMs: 1_200, counts: 'idle' },
    })
    const run = await runVerify({ url: balancer.url, idleSec: 3 })
    expect(run.check('idle.silent-socket')).toMatchObject({ status: 'pass' })
  })

  it('says which limits it did not outlive', async () => {
    await using replicas = await startReplicas({ count: 1 })
    const run = await runVerify({ url: `http://127.0.0.1:${replicas.ports[0]}` })
    expect(run.check('idle.silent-socket').found).toContain('rtdeploy verify --idle 35')
  })
})
