import { describe, expect, it } from 'vitest'
import type { VerifyOptions } from '../../src/verify/options.ts'
import { optional } from '../support/needs.ts'
import { temporaryFolder } from '../support/run-cli.ts'
import { startHaproxy } from '../support/socketio-haproxy.ts'
import { replicaFanOut, startReplicas } from '../support/socketio-replicas.ts'
import { runVerify, type Verified } from '../support/socketio-verify.ts'

const haproxy = optional('haproxy') ?? ''

async function verifyBehind(
  mode: 'http' | 'tcp',
  backend: readonly string[],
  options: Partial<VerifyOptions> = {},
): Promise<Verified> {
  await using folder = await temporaryFolder()
  await using replicas = await startReplicas()
  await using balancer = await startHaproxy(haproxy, folder.path, { mode, backend, ports: replicas.ports })
  return await runVerify({ url: balancer.url, fanOut: replicaFanOut, expectedReplicas: 3, ...options })
}

describe.skipIf(haproxy === '')('verify behind HAProxy', () => {
  it('passes with a cookie', async () => {
    const run = await verifyBehind('http', ['balance roundrobin', 'cookie SERVERID insert indirect nocache'])
    expect(run.withStatus('pass')).toHaveLength(9)
    expect(run.check('in-session.without-cookie').data).toMatchObject({ cookies: ['SERVERID'] })
  })

  it('reads the names of the replicas from that cookie', async () => {
    const backend = ['balance roundrobin', 'cookie SERVERID insert indirect nocache']
    const run = await verifyBehind('http', backend, { identity: 'cookie:SERVERID' })
    // HAProxy's threads take turns each for itself: that all get some is certain, that all get four is not.
    const replicas = run.check('spread.replicas').data?.replicas as Record<string, number>
    expect(Object.keys(replicas).sort()).toEqual(['chat-0', 'chat-1', 'chat-2'])
    expect(Object.values(replicas).reduce((sum, count) => sum + count, 0)).toBe(12)
  })

  for (const [mode, balance] of [
    ['http', 'roundrobin'],
    ['http', 'random'],
    ['http', 'leastconn'],
    ['tcp', 'roundrobin'],
    ['tcp', 'leastconn'],
  ] as const) {
    it(`fails without affinity: ${mode}, ${balance}`, async () => {
      const run = await verifyBehind(mode, [`balance ${balance}`])
      expect(run.check('in-session.with-cookie')).toMatchObject({
        status: 'fail',
        why: expect.stringMatching(/^RT008/),
      })
    })
  }

  for (const mode of ['http', 'tcp'] as const) {
    it(`explains a hash of the client's address: ${mode}`, async () => {
      const run = await verifyBehind(mode, ['balance source', 'hash-type consistent'])
      expect(run.withStatus('fail')).toEqual([])
      expect(run.check('in-session.without-cookie').data).toMatchObject({ mechanism: 'client-address' })
    })
  }

  it('fails with a hash of the session id, which the handshake does not have yet', async () => {
    const run = await verifyBehind('http', ['balance url_param sid', 'hash-type consistent'])
    expect(run.check('in-session.with-cookie')).toMatchObject({ status: 'fail' })
  })
})
