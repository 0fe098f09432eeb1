import { toolError, UserError } from '../errors.ts'
import { ask } from '../facts/ask.ts'
import { askCluster } from '../facts/cluster-connection.ts'
import { readSnapshot } from '../facts/cluster-rollout.ts'
import { closedFor, closePatch, nodesLeftClosed, openPatch, podToMove } from '../kubernetes/nodes.ts'
import {
  argumentOf,
  at,
  isMapping,
  type KubernetesObject,
  nameOf,
  type ObjectReference,
  objectsOf,
} from '../kubernetes/object.ts'
import { newestPods, workloadOf } from '../kubernetes/snapshot.ts'
import { rolloutState } from '../kubernetes/workloads.ts'
import type { Host } from '../run/host.ts'
import { type Cluster, getList, kubectl, kubectlLine } from '../tools/kubectl.ts'
import type { Disruption } from './target.ts'

const overMs = 5 * 60_000
const everyMs = 500
const nodesMs = 20_000

/** What can be disrupted of an app in a cluster; each waits until the cluster says that it is over. */
export async function clusterDisruptions(host: Host, cluster: Cluster, name: string): Promise<Disruption[]> {
  const app: ObjectReference = { apiVersion: 'apps/v1', kind: 'Deployment', name }
  const redis: ObjectReference = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: `${name}-redis` }
  const hasRedis = (await askCluster(host, cluster, getList(cluster, [argumentOf(redis)]))).length > 0
  const run = async (...args: readonly string[]) => {
    const command = kubectl(cluster, args)
    const ran = await host.run(command, { changes: true })
    if (ran.exitCode !== 0)
      throw toolError(command, `exited with ${ran.exitCode ?? 'a signal'}`, ran.stderr, {
        code: 'disruption.failed',
        hint: 'rtdeploy status',
      })
    host.interrupted.throwIfAborted()
  }
  const whom = closedFor(cluster.namespace, name)
  const open = (node: string) => openNode(host, cluster, node)
  // Who may not look at nodes has closed none.
  const nodes = objectsOf((await ask(host, getList(cluster, ['nodes']), nodesMs)) ?? [])
  for (const node of nodesLeftClosed(nodes, whom)) await open(node)
  const settle = (workload: ObjectReference, gone: readonly string[] = []) =>
    settled(host, cluster, workload, gone)
  const pods = async (workload: ObjectReference): Promise<KubernetesObject[]> => {
    const snapshot = await readSnapshot(host, cluster)
    const object = workloadOf(snapshot, workload)
    return object === undefined ? [] : newestPods(snapshot, object)
  }

  const rollout: Disruption = {
    name: 'rollout',
    title: 'Rollout restart',
    says: `replace all replicas of ${name}, one after the other`,
    run: async () => {
      await run('rollout', 'restart', argumentOf(app))
      await settle(app)
    },
  }
  const replica: Disruption = {
    name: 'replica',
    title: 'Replica killed',
    says: `kill one replica of ${name} without letting it drain`,
    run: async () => {
      const [pod] = await pods(app)
      if (pod === undefined) return
      await run('delete', 'pod', pod.metadata.name, '--grace-period', '1')
      await settle(app, [pod.metadata.name])
    },
  }
  const node: Disruption = {
    name: 'node',
    title: 'Node drained',
    says: `move the replicas of ${name} off one node, which takes no new ones meanwhile`,
    run: async () => {
      const nodes = await askCluster(host, cluster, getList(cluster, ['nodes']))
      const found = podToMove(await pods(app), objectsOf(nodes))
      if (found === undefined) throw noNode(cluster, name)
      const selector = await selectorOf(host, cluster, app)
      const drain = async () => {
        await run('patch', 'node', found.node, '--type', 'merge', '--patch', closePatch(whom))
        // The pods of others stay where they are.
        const flags = ['--ignore-daemonsets', '--delete-emptydir-data', '--timeout', '5m']
        await run('drain', found.node, '--pod-selector', selector, ...flags)
        await settle(app, [found.pod])
      }
      await drain().finally(() => open(found.node))
    },
  }
  const store: Disruption = {
    name: 'redis',
    title: 'Redis restarted',
    says: `restart ${redis.name}`,
    run: async () => {
      const [pod] = await pods(redis)
      if (pod === undefined) return
      await run('delete', 'pod', pod.metadata.name, '--grace-period', '1')
      await settle(redis)
    },
  }
  return [rollout, replica, node, ...(hasRedis ? [store] : [])]
}

/** Lets a node that we closed take pods again, and takes our mark off it. */
async function openNode(host: Host, cluster: Cluster, node: string): Promise<void> {
  const command = kubectl(cluster, ['patch', 'node', node, '--type', 'merge', '--patch', openPatch])
  const ran = await host.run(command, { changes: true })
  if (ran.exitCode === 0) return
  throw toolError(command, `exited with ${ran.exitCode ?? 'a signal'}`, ran.stderr, {
    code: 'disruption.node-closed',
    hint: `the node takes no new pods until: ${kubectlLine(cluster, 'uncordon', node)}`,
  })
}

function noNode(cluster: Cluster, name: string): UserError {
  return new UserError(`no replica of ${name} is on a node that takes new pods`, {
    code: 'disruption.no-node',
    hint: kubectlLine(cluster, 'get', 'nodes'),
  })
}

/** The labels by which a workload knows its pods. */
async function selectorOf(host: Host, cluster: Cluster, workload: ObjectReference): Promise<string> {
  const [object] = await askCluster(host, cluster, getList(cluster, [argumentOf(workload)]))
  const wanted = at(object, 'spec', 'selector', 'matchLabels')
  return Object.entries(isMapping(wanted) ? wanted : {})
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',')
}

/** Until all pods are new and available, and those that had to go are gone. */
async function settled(
  host: Host,
  cluster: Cluster,
  workload: ObjectReference,
  gone: readonly string[],
): Promise<void> {
  const deadline = host.now() + overMs
  while (host.now() < deadline) {
    const snapshot = await readSnapshot(host, cluster)
    const object = workloadOf(snapshot, workload)
    const left = snapshot.objects.some(one => one.kind === 'Pod' && gone.includes(one.metadata.name))
    if (object !== undefined && rolloutState(object).done && !left) return
    await host.sleep(everyMs, host.interrupted)
  }
  throw toolError(
    kubectl(cluster, ['get', argumentOf(workload)]),
    `shows ${nameOf(workload)} not ready`,
    '',
    {
      code: 'disruption.stuck',
      hint: 'rtdeploy status',
    },
  )
}
