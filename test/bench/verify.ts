import { verifyDefaults } from '../../src/verify/options.ts'
import { verify } from '../../src/verify/verify.ts'
import { startBalancer } from '../support/socketio-balancer.ts'
import { replicaFanOut, startReplicas } from '../support/socketio-replicas.ts'
import { median, type Row } from './row.ts'

const rounds = 3

/** Default checks against three replicas behind a balancer with a cookie, the idle check of 3 s among them. */
export async function benchVerify(): Promise<Row[]> {
  const replicas = await startReplicas()
  const balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
  try {
    return [await measure(balancer.url)]
  } finally {
    await balancer[Symbol.asyncDispose]()
    await replicas[Symbol.asyncDispose]()
  }
}

async function measure(url: string): Promise<Row> {
  const took: number[] = []
  let note = ''
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now()
    const { checks, observations } = await verify(
      { ...verifyDefaults, url, expectedReplicas: 3, fanOut: replicaFanOut },
      { onProgress: () => undefined },
      new AbortController().signal,
    )
    took.push((performance.now() - began) / 1000)
    const passed = checks.filter(check => check.status === 'pass').length
    note = `${passed} of ${checks.length} checks pass, ${observations.sessions.length} sessions, ${observations.connections} TCP connections`
  }
  const value = median(took)
  return {
    name: 'verify, default checks, 3 replicas',
    value,
    unit: 's',
    target: '<= 6',
    ok: value <= 6,
    note: `${note}; 3 s of it are the idle check`,
  }
}
