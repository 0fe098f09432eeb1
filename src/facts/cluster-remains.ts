import type { Inventory } from '../kubernetes/inventory.ts'
import { labels } from '../kubernetes/names.ts'
import { type KubernetesObject, keyOf, keyOfObject, listAt, objectsOf } from '../kubernetes/object.ts'
import type { Host } from '../run/host.ts'
import { apiResources, type Cluster, getList } from '../tools/kubectl.ts'
import { askCluster, clusterError } from './cluster-connection.ts'
import type { ClusterRecords } from './cluster-records.ts'

/** What is in the namespace besides what we would take out of it. */
export interface Remains {
  /** Volumes of the inventory that are there. */
  readonly data: readonly KubernetesObject[]
  /** Objects that others made, for themselves. */
  readonly foreign: readonly KubernetesObject[]
  /** There may be more that we may not see. */
  readonly complete: boolean
}

/** Made anew all the time by controllers, or by Kubernetes for each namespace. */
const ownedKinds = ['Event', 'Endpoints', 'EndpointSlice', 'PodMetrics', 'ControllerRevision']
const ownNames = ['ConfigMap.kube-root-ca.crt', 'ServiceAccount.default']

/** Looks at every kind that the cluster serves; once a `down` that is worth the second it takes. */
export async function readRemains(
  host: Host,
  cluster: Cluster,
  name: string,
  inventory: Inventory,
  records: ClusterRecords,
): Promise<Remains> {
  if (records.namespace === undefined) return { data: [], foreign: [], complete: true }
  const resources = await askCluster(host, cluster, apiResources(cluster))
  const kinds = resources
    .filter(resource => resource.namespaced && !ownedKinds.includes(resource.kind))
    .map(({ name: plural, apiVersion }) => {
      const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
      return group === '' ? plural : `${plural}.${version}.${group}`
    })
  const { found: all, complete } = await readAll(host, cluster, kinds)
  const ours = new Set(inventory.objects.map(keyOf))
  const data = all.filter(object => object.kind === 'PersistentVolumeClaim' && ours.has(keyOfObject(object)))
  const foreign = all.filter(
    object =>
      !ours.has(keyOfObject(object)) &&
      object.metadata.labels?.[labels.app] !== name &&
      listAt(object, 'metadata', 'ownerReferences').length === 0 &&
      !ownNames.includes(`${object.kind}.${object.metadata.name}`),
  )
  return { data, foreign, complete }
}

/** Kinds that we may not look at are left out: kubectl prints the others all the same. */
async function readAll(host: Host, cluster: Cluster, kinds: readonly string[]) {
  const query = getList(cluster, [kinds.join(',')])
  const ran = await host.run(query.command, { timeoutMs: 60_000, signal: host.interrupted })
  host.interrupted.throwIfAborted()
  const forbidden = ran.exitCode !== 0 && /\(Forbidden\)|\(MethodNotAllowed\)/.test(ran.stderr)
  if (ran.exitCode !== 0 && !forbidden) throw clusterError(query.command, ran, cluster)
  return { found: objectsOf(query.parse(ran.stdout)), complete: !forbidden }
}
