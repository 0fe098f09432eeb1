import { describe, expect, it } from 'vitest'
import { formatLease, type Holder } from '../../../src/kubernetes/lease.ts'
import { acquireLease } from '../../../src/targets/kubernetes-lease.ts'
import { fakeHost, type Reply } from '../../support/fake-host.ts'

const cluster = { kubeconfig: '/k', context: 'prod', namespace: 'team', cache: '/c' }
const kubectl = 'kubectl --kubeconfig /k --context prod --namespace team'
const get = `${kubectl} get leases.coordination.k8s.io chat-rtdeploy --request-timeout=20s --ignore-not-found --output json`
const replace = `${kubectl} replace --filename - --output name`
const now = Date.UTC(2026, 0, 1)
const mine = { who: 'eva@here', machine: 'here', table: 'table', pid: 7, startedAt: 'x' }
const held: Holder = { ...mine, command: 'rtdeploy up', token: 't' }
type Changed = { [Key in keyof Holder]?: Holder[Key] | undefined }
const leaseOf = (holder: Changed): Reply => ({
  stdout: JSON.stringify(formatLease('chat', { ...held, ...holder } as Holder, now)),
})

function acquire(holder: Changed, commands: readonly (readonly [string, Reply])[] = []) {
  const alive = [{ pid: 8, startedAt: 'x' }]
  const { host } = fakeHost({ commands: [[get, leaseOf(holder)], ...commands], alive })
  return acquireLease(host, cluster, 'chat', 'rtdeploy up')
}

describe('the lock of an app in a cluster', () => {
  it('is taken at once from a process of this machine that is gone', async () => {
    await expect(acquire({}, [[replace, { exitCode: 0 }]])).resolves.toHaveProperty('lost')
  })

  it.each<[string, Changed]>([
    ['lives', { pid: 8 }],
    ['is on another machine', { machine: 'elsewhere' }],
    ['is in another container, or on another machine, of the same name', { table: 'other' }],
    ['does not say where its process counts', { table: undefined }],
  ])('stays with a holder that %s', async (_name, holder) => {
    await expect(acquire(holder)).rejects.toMatchObject({ code: 'lock.held' })
  })

  it('is told apart by what this system says of its processes', async () => {
    const { createRealHost } = await import('../../../src/run/real-host.ts')
    const { stdin, stdout, stderr } = process
    const { signal: interrupted } = new AbortController()
    const streams = { stdin, stdout, stderr }
    const host = createRealHost({ env: {}, cwd: '/', packageRoot: '/', streams, interrupted })
    if (process.platform === 'linux') expect(host.processTable()).toMatch(/^[\da-f-]{36} pid:\[\d+\]$/)
    expect(host.processTable()).toBe(host.processTable())
  })
})
