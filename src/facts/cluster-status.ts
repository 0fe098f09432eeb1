import { certificateNames } from '../kubernetes/certificates.ts'
import { parseInventory } from '../kubernetes/inventory.ts'
import { type KubernetesObject, objectsOf, referenceOf } from '../kubernetes/object.ts'
import type { Release } from '../kubernetes/revisions.ts'
import { newestPods, type Snapshot, workloadOf } from '../kubernetes/snapshot.ts'
import { isWorkload } from '../kubernetes/stamp.ts'
import type { Host } from '../run/host.ts'
import { type Cluster, getList, getRaw, getSecretField } from '../tools/kubectl.ts'
import { ask } from './ask.ts'
import { readRecords } from './cluster-records.ts'
import { readSnapshot } from './cluster-rollout.ts'
import { type LiveObjects, readLive } from './cluster-running.ts'

/** Everything that `status` tells. */
export interface ClusterStatus {
  readonly cluster: Cluster
  readonly name: string
  readonly live: LiveObjects
  readonly snapshot: Snapshot
  readonly releases: readonly Release[]
  /** Undefined when we may not look at nodes. */
  readonly nodes: readonly KubernetesObject[] | undefined
  /** Open connections by pod, from the app's metrics; without those that do not tell. */
  readonly connections: ReadonlyMap<string, number>
  /** TLS certificates by Secret, PEM. */
  readonly certificates: ReadonlyMap<string, string>
  /** Of this machine, milliseconds since 1970. */
  readonly now: number
}

const timeoutMs = 5000

/** Asks for everything at once; undefined when nothing of the app is there. */
export async function readClusterStatus(
  host: Host,
  cluster: Cluster,
  name: string,
): Promise<ClusterStatus | undefined> {
  const records = await readRecords(host, cluster, name)
  if (records.namespace === undefined || records.inventory === undefined) return undefined
  const [live, snapshot, nodes] = await Promise.all([
    readLive(host, cluster, parseInventory(records.inventory)),
    readSnapshot(host, cluster),
    ask(host, getList(cluster, ['nodes']), timeoutMs),
  ])
  if (!live.objects.some(isWorkload)) return undefined
  const [connections, certificates] = await Promise.all([
    readConnections(host, cluster, snapshot, live, name),
    readCertificates(host, cluster, live),
  ])
  return {
    cluster,
    name,
    live,
    snapshot,
    releases: records.releases,
    nodes: nodes === undefined ? undefined : objectsOf(nodes),
    connections,
    certificates,
    now: host.now(),
  }
}

/** `chat_connections 12`: a gauge whose name ends so, on the port that is called `metrics`. */
const gauge = /^\w*connections(?:\{[^}]*\})? (\d+(?:\.\d+)?)/m

async function readConnections(
  host: Host,
  cluster: Cluster,
  snapshot: Snapshot,
  live: LiveObjects,
  name: string,
) {
  const app = live.objects.find(object => object.kind === 'Deployment' && object.metadata.name === name)
  const workload = app === undefined ? undefined : workloadOf(snapshot, referenceOf(app))
  const pods = workload === undefined ? [] : newestPods(snapshot, workload)
  const found = await Promise.all(
    pods.map(async pod => {
      const path = `/api/v1/namespaces/${cluster.namespace}/pods/${pod.metadata.name}:9090/proxy/metrics`
      const text = await ask(host, getRaw(cluster, path), timeoutMs)
      const count = gauge.exec(text ?? '')?.[1]
      return count === undefined ? [] : [[pod.metadata.name, Number(count)] as const]
    }),
  )
  return new Map(found.flat())
}

async function readCertificates(host: Host, cluster: Cluster, live: LiveObjects) {
  const found = await Promise.all(
    certificateNames(live.objects).map(async secret => {
      const pem = await ask(host, getSecretField(cluster, secret, 'tls.crt'), timeoutMs)
      return pem === undefined || pem === ''
        ? []
        : [[secret, Buffer.from(pem, 'base64').toString('utf8')] as const]
    }),
  )
  return new Map(found.flat())
}
