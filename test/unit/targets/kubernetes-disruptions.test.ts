import { describe, expect, it } from 'vitest'
import { closePatch, openPatch } from '../../../src/kubernetes/nodes.ts'
import { snapshotKinds } from '../../../src/kubernetes/snapshot.ts'
import { clusterDisruptions } from '../../../src/targets/kubernetes-disruptions.ts'
import { fakeHost, type Reply } from '../../support/fake-host.ts'

const cluster = { kubeconfig: '/k', context: 'prod', namespace: 'team', cache: '/c' }
const kubectl = 'kubectl --kubeconfig /k --context prod --namespace team'
const get = (what: string) => `${kubectl} get ${what} --request-timeout=20s --ignore-not-found --output json`
const patch = (patched: string) => `${kubectl} patch node one --type merge --patch ${patched}`
const drain = `${kubectl} drain one --pod-selector app=chat --ignore-daemonsets --delete-emptydir-data --timeout 5m`
const json = (...items: readonly object[]): Reply => ({ stdout: JSON.stringify({ items }) })
const owned = (uid: string) => ({ ownerReferences: [{ uid }] })
const app = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'chat', uid: 'd' },
  spec: { selector: { matchLabels: { app: 'chat' } } },
}
const set = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'chat-1', uid: 'r', ...owned('d') },
}
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'chat-1-a', ...owned('r') },
  spec: { nodeName: 'one' },
}
const node = (unschedulable: boolean, whom?: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'one', annotations: whom === undefined ? {} : { 'rtdeploy.dev/closed-for': whom } },
  spec: { unschedulable },
})
const nodes = get('nodes')
const redis: readonly [string, Reply] = [get('statefulset.apps/chat-redis'), {}]
const look: readonly [string, Reply] = [get(`${snapshotKinds},events`), json(app, set, pod)]

async function drainNode(commands: readonly (readonly [string, Reply])[]) {
  const fake = fakeHost({ commands: [redis, [nodes, json(node(false))], ...commands] })
  const found = await clusterDisruptions(fake.host, cluster, 'chat')
  const failed = await found
    .find(one => one.name === 'node')
    ?.run()
    .catch((error: unknown) => error)
  fake.done()
  return failed
}

describe('the nodes of a cluster', () => {
  it('are opened again when an earlier run did not live to do it', async () => {
    const left = node(true, 'team/chat')
    const fake = fakeHost({ commands: [redis, [nodes, json(left)], [patch(openPatch), {}]] })
    await clusterDisruptions(fake.host, cluster, 'chat')
    fake.done()
  })

  it('stay as they are when somebody closed them, and that is said', async () => {
    const failed = await drainNode([[nodes, json(node(true))], look])
    expect(failed).toMatchObject({ code: 'disruption.no-node' })
  })

  const broken: Reply = { exitCode: 1, stderr: 'error: cannot evict' }
  const closing: readonly (readonly [string, Reply])[] = [
    [nodes, json(node(false))],
    look,
    [get('deployment.apps/chat'), json(app)],
    [patch(closePatch('team/chat')), {}],
    [drain, broken],
  ]

  it('are opened when they cannot be drained', async () => {
    const failed = await drainNode([...closing, [patch(openPatch), {}]])
    expect(failed).toMatchObject({ code: 'disruption.failed' })
  })

  it('are named when they cannot be opened', async () => {
    const failed = await drainNode([...closing, [patch(openPatch), broken]])
    expect(failed).toMatchObject({
      code: 'disruption.node-closed',
      hint: expect.stringContaining('uncordon one'),
    })
  })
})
