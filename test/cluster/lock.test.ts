import { describe, expect, it } from 'vitest'
import { until } from '../support/until.ts'
import { clusterProject, kubeconfig, manifests } from './support/project.ts'

const lease = ['get', 'lease', 'tiny-rtdeploy', '--output', 'jsonpath={.spec.holderIdentity}'] as const

describe.skipIf(kubeconfig === undefined)('two at once', { timeout: 300_000 }, () => {
  it('from two folders: one wins, the other exits 4 and names holder and age', async () => {
    await using first = clusterProject()
    await using second = clusterProject()
    second.edit('rtdeploy.yaml', text => text.replace(/namespace: .*/, `namespace: ${first.namespace}`))
    // Long enough for the second to come while the first is at it, on a slow machine too.
    const deployment = 'kind: Deployment\nmetadata:\n  name: tiny\nspec:\n'
    first.edit(`${manifests}/app.yaml`, text =>
      text.replace(deployment, `${deployment}  minReadySeconds: 20\n`),
    )
    const winner = first.start(['up', '--no-verify'])
    await until(
      'the first holds the Lease',
      async () => (await first.kubectl(...lease).catch(() => '')) !== '',
    )
    const loser = await second.run(['up', '--no-verify'])
    expect(loser.exitCode).toBe(4)
    expect(loser.stderr).toMatch(
      /`rtdeploy up` of \S+@\S+ \(process \d+\) holds the lock of tiny in rtd-\w+, for \d+ s/,
    )
    const ended = await winner.done
    expect(`${ended.exitCode} ${ended.stderr}`).toMatch(/^0 /)
    // Given back: the next one need not wait.
    expect(await first.kubectl(...lease)).toBe('')
    expect((await second.run(['up', '--no-verify'])).exitCode).toBe(0)
  })

  it('takes over from a run of this machine that was killed, at once', async () => {
    await using project = clusterProject()
    const killed = project.start(['up', '--no-verify'])
    await until('it holds the Lease', async () => (await project.kubectl(...lease).catch(() => '')) !== '')
    killed.kill('SIGKILL')
    await killed.done
    const next = await project.run(['up', '--no-verify'])
    expect(`${next.exitCode} ${next.stderr}`).toMatch(/^0 /)
  })

  it('takes over from another machine only after watching it be silent', async () => {
    await using project = clusterProject()
    await project.kubectl('create', 'namespace', project.namespace)
    const held = (renewed: Date) => `apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: { name: tiny-rtdeploy }
spec:
  holderIdentity: eva@elsewhere pid 7 (rtdeploy up)
  leaseDurationSeconds: 15
  acquireTime: "${renewed.toISOString().replace('Z', '000Z')}"
  renewTime: "${renewed.toISOString().replace('Z', '000Z')}"
`
    await project.apply(held(new Date()))
    const refused = await project.run(['up', '--no-verify'])
    expect([refused.exitCode, refused.stderr]).toEqual([
      4,
      expect.stringContaining('eva@elsewhere pid 7 (rtdeploy up)'),
    ])
    await project.apply(held(new Date(Date.now() - 3_600_000)))
    const taken = await project.run(['up', '--no-verify'])
    expect(`${taken.exitCode} ${taken.stderr}`).toMatch(/^0 /)
  })

  it('stops when the lock was taken from it', async () => {
    await using project = clusterProject()
    const robbed = project.start(['up', '--no-verify'])
    await until('it holds the Lease', async () => (await project.kubectl(...lease).catch(() => '')) !== '')
    project.edit('infra/kubernetes/app.yaml', text => text)
    await project.kubectl(
      'patch',
      'lease',
      'tiny-rtdeploy',
      '--type=merge',
      '--patch',
      '{"spec":{"holderIdentity":"eva"}}',
    )
    const ended = await robbed.done
    // It may have been through before it noticed: then it ends well, and the Lease is still eva's.
    expect([0, 4]).toContain(ended.exitCode)
    if (ended.exitCode === 4) expect(ended.stderr).toContain('code: lock.lost')
    expect(await project.kubectl(...lease)).toBe('eva')
  })
})
