import type { Inventory } from '../kubernetes/inventory.ts'
import { labels } from '../kubernetes/names.ts'
import { type KubernetesObject, keyOf, keyOfObject, listAt, objectsOf } from '../kubernetes/object.ts'
import type { Host } from '../run/host.ts'
import { apiResources, type Cluster, getList } from '../tools/kubectl.ts'
import { askCluster } from './cluster-connection.ts'
import type { ClusterRecords } from './cluster-records.ts'

/** What is in the namespace besides what we would take out of it. */
export interface Remains {
  /** Volumes of the inventory that are there. */
  readonly data: readonly KubernetesObject[]
  /** Objects that others made, for themselves. */
  readonly foreign: readonly KubernetesObject[]
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
  if (records.namespace === undefined) return { data: [], foreign: [] }
  const resources = await askCluster(host, cluster, apiResources(cluster))
  const kinds = resources
    .filter(resource => resource.namespaced && !ownedKinds.includes(resource.kind))
    .map(({ name: plural, apiVersion }) => {
      const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
      return group === '' ? plural : `${plural}.${version}.${group}`
    })
  const all = objectsOf(await askCluster(host, cluster, getList(cluster, [kinds.join(',')])))
  const ours = new Set(inventory.objects.map(keyOf))
  const data = all.filter(object => object.kind === 'PersistentVolumeClaim' && ours.has(keyOfObject(object)))
  const foreign = all.filter(
    object =>
      !ours.has(keyOfObject(object)) &&
      object.metadata.labels?.[labels.app] !== name &&
      listAt(object, 'metadata', 'ownerReferences').length === 0 &&
      !ownNames.includes(`${object.kind}.${object.metadata.name}`),
  )
  return { data, foreign }
}
