import { toolError } from '../errors.ts'
import { askCluster } from '../facts/cluster-connection.ts'
import { readSnapshot } from '../facts/cluster-rollout.ts'
import {
  argumentOf,
  at,
  isMapping,
  type KubernetesObject,
  nameOf,
  type ObjectReference,
  textAt,
} from '../kubernetes/object.ts'
import { newestPods, workloadOf } from '../kubernetes/snapshot.ts'
import { rolloutState } from '../kubernetes/workloads.ts'
import type { Host } from '../run/host.ts'
import { type Cluster, getList, kubectl } from '../tools/kubectl.ts'
import type { Disruption } from './target.ts'

const overMs = 5 * 60_000
const everyMs = 500

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
      const [pod] = await pods(app)
      const on = textAt(pod, 'spec', 'nodeName')
      if (pod === undefined || on === undefined) return
      const selector = await selectorOf(host, cluster, app)
      try {
        // The pods of others stay where they are.
        const flags = ['--ignore-daemonsets', '--delete-emptydir-data', '--timeout', '5m']
        await run('drain', on, '--pod-selector', selector, ...flags)
        await settle(app, [pod.metadata.name])
      } finally {
        await host.run(kubectl(cluster, ['uncordon', on]), { changes: true })
      }
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
