import { describe, expect, it } from 'vitest'
import type { LoadBalancer } from '../../src/config/config.ts'
import { startFrontDoor } from '../../src/local/front-door/front-door.ts'
import type { VerifyOptions } from '../../src/verify/options.ts'
import { replicaFanOut, startReplicas } from '../support/socketio-replicas.ts'
import { runVerify, type Verified } from '../support/socketio-verify.ts'

const settings: LoadBalancer = { kind: 'envoy', affinity: 'cookie', timeout: 3600, draining: 1 }

/** Three replicas behind the real front door. */
async function verifyBehindDoor(
  over: Partial<LoadBalancer>,
  options: Partial<VerifyOptions> = {},
): Promise<Verified> {
  await using replicas = await startReplicas({ listener: (_, response) => response.end('ready') })
  const door = await startFrontDoor({
    port: 0,
    settings: { ...settings, ...over },
    readyPath: '/readyz',
    checkEveryMs: 50,
  })
  try {
    door.setReplicas(replicas.all.map(({ name, port }) => ({ name, host: '127.0.0.1', port })))
    const deadline = Date.now() + 15_000
    while (door.status().replicas.some(replica => !replica.healthy)) {
      if (Date.now() > deadline) throw new Error('the replicas did not become healthy')
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    return await runVerify({ url: door.url, fanOut: replicaFanOut, expectedReplicas: 3, ...options })
  } finally {
    await door.close()
  }
}

describe('verify behind the front door', () => {
  for (const kind of ['envoy', 'classic'] as const) {
    it(`passes with cookie affinity (${kind})`, async () => {
      const run = await verifyBehindDoor({ kind }, { affinityWanted: 'cookie' })
      expect(run.withStatus('pass')).toHaveLength(9)
      expect(run.check('in-session.without-cookie').found).toMatch(/^kept together by cookie GCLB/)
    })

    it(`fails without affinity (${kind})`, async () => {
      const run = await verifyBehindDoor({ kind, affinity: 'none' })
      expect(run.check('in-session.with-cookie')).toMatchObject({
        status: 'fail',
        why: expect.stringContaining('RT008'),
      })
    })

    it(`explains affinity by client address (${kind})`, async () => {
      const run = await verifyBehindDoor({ kind, affinity: 'client-ip' }, { affinityWanted: 'client-ip' })
      expect(run.withStatus('fail')).toEqual([])
      expect(run.check('in-session.without-cookie').data).toMatchObject({ mechanism: 'client-address' })
    })
  }

  it('finds a timeout for idle connections', async () => {
    const run = await verifyBehindDoor({ timeout: 1 }, { idleSec: 3 })
    expect(run.check('idle.silent-socket')).toMatchObject({
      status: 'fail',
      why: expect.stringMatching(/^RT002/),
    })
  })

  it('finds a timeout for all connections', async () => {
    const run = await verifyBehindDoor({ kind: 'classic', timeout: 1 }, { idleSec: 3 })
    expect(run.check('idle.silent-socket')).toMatchObject({
      status: 'fail',
      why: expect.stringMatching(/^RT003/),
    })
  })
})
