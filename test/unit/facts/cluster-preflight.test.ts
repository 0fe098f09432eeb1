import { describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { checkNewNamespace } from '../../../src/facts/cluster-preflight.ts'
import { googleKinds } from '../../../src/kubernetes/google-kinds.ts'
import type { KubernetesObject } from '../../../src/kubernetes/object.ts'
import { fakeHost, type Reply } from '../../support/fake-host.ts'

const cluster = { kubeconfig: '/k', context: 'gke', namespace: 'chat', cache: '/c' }
const where = 'kubectl --kubeconfig /k --context gke --namespace chat'
const config = { name: 'chat' } as unknown as Config
const object = (apiVersion: string, kind: string): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: 'chat' },
})
const service = object('v1', 'Service')
const gateway = object('gateway.networking.k8s.io/v1', 'Gateway')
const policy = object('networking.gke.io/v1', 'HealthCheckPolicy')
const lineOf = ({ apiVersion, kind }: KubernetesObject) =>
  `${kind.toLowerCase()}s  ${apiVersion}  true  ${kind}`

/** The cluster knows these, one look after the other. */
function fake(...looks: readonly (readonly KubernetesObject[])[]) {
  const resources = looks.map((known): readonly [string, Reply] => [
    `${where} api-resources --verbs list --no-headers --request-timeout=20s`,
    { stdout: known.map(lineOf).join('\n') },
  ])
  const mayI = [`${where} auth can-i create namespaces --request-timeout=20s`, { stdout: 'yes' }] as const
  return fakeHost({ commands: [mayI, ...resources] })
}
const check = (
  { host }: ReturnType<typeof fakeHost>,
  wanted: readonly KubernetesObject[],
  kinds?: ReturnType<typeof googleKinds>,
) => checkNewNamespace(host, cluster, wanted, config, kinds)

describe('kinds that a cluster does not know', () => {
  it('are waited for where Google installs them after the cluster', async () => {
    const world = fake([service], [service, gateway], [service, gateway, policy])
    const began = world.host.now()
    await check(world, [service, gateway, policy], googleKinds({}))
    world.done()
    expect(world.host.now() - began).toBe(10_000)
  })

  it('are given up after five minutes, with what helps then', async () => {
    const world = fake(...Array.from({ length: 61 }, () => [service]))
    const began = world.host.now()
    await expect(check(world, [service, gateway], googleKinds({}))).rejects.toMatchObject({
      code: 'cluster.kind-missing',
      message: 'the cluster does not know Gateway (gateway.networking.k8s.io/v1)',
      hint: expect.stringContaining('Google installs'),
      exitCode: 3,
    })
    world.done()
    expect(world.host.now() - began).toBe(300_000)
  })

  it.each([
    ['on any other cluster', [gateway], undefined, /^install what brings it/],
    [
      'where somebody has to install one of them',
      [gateway, object('acme.io/v1', 'Thing')],
      googleKinds({}),
      /^install what brings them/,
    ],
    ['in a look ahead', [gateway], googleKinds({ dryRun: true }), /^Google installs/],
  ])('are told at once %s', async (_, wanted, kinds, hint) => {
    const world = fake([service])
    await expect(check(world, wanted, kinds)).rejects.toMatchObject({ hint: expect.stringMatching(hint) })
    world.done()
  })

  it('are not waited for after an interrupt', async () => {
    const world = fake([service])
    world.onSleep = () => world.interrupt()
    await expect(check(world, [gateway], googleKinds({}))).rejects.toMatchObject({ name: 'Interrupted' })
    world.done()
  })
})
