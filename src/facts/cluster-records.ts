import { exitCodes, UserError } from '../errors.ts'
import { labels, recordNames } from '../kubernetes/names.ts'
import { type KubernetesObject, objectsOf } from '../kubernetes/object.ts'
import { parseReleases, type Release } from '../kubernetes/revisions.ts'
import type { Host } from '../run/host.ts'
import { type Cluster, getList, type Versions, versions } from '../tools/kubectl.ts'
import { askCluster } from './cluster-connection.ts'

/** What is in a namespace of what we keep there. */
export interface ClusterRecords {
  readonly namespace: KubernetesObject | undefined
  readonly secret: KubernetesObject | undefined
  readonly inventory: KubernetesObject | undefined
  readonly releaseObjects: readonly KubernetesObject[]
  /** The newest first. */
  readonly releases: readonly Release[]
}

/** The oldest API server that we are tested against. */
const oldestMinor = 29

/** Asks the server for its version, and refuses one that is older than 1.29. */
export async function readVersions(host: Host, cluster: Cluster): Promise<Versions> {
  const found = await askCluster(host, cluster, versions(cluster))
  if (found.minor >= oldestMinor) return found
  throw new UserError(`the cluster runs Kubernetes ${found.server}, at least 1.${oldestMinor} is needed`, {
    code: 'cluster.too-old',
    hint: 'upgrade the control plane, or name another context',
    exitCode: exitCodes.missing,
  })
}

/** Namespace, Secret, inventory and releases, asked at once. */
export async function readRecords(host: Host, cluster: Cluster, name: string): Promise<ClusterRecords> {
  const names = recordNames(name)
  const single = [`namespace/${cluster.namespace}`, `secret/${names.secret}`, `configmap/${names.inventory}`]
  const [found, list] = await Promise.all([
    readNamed(host, cluster, single),
    askCluster(
      host,
      cluster,
      getList(cluster, ['configmaps', '--selector', `${labels.app}=${name},${labels.record}=release`]),
    ),
  ])
  const objects = objectsOf(found)
  const of = (kind: string) => objects.find(object => object.kind === kind)
  const releaseObjects = objectsOf(list)
  return {
    namespace: of('Namespace'),
    secret: of('Secret'),
    inventory: of('ConfigMap'),
    releaseObjects,
    releases: parseReleases(releaseObjects),
  }
}

/** Who may work in a namespace may not always look at it: then it is taken to be there, and the rest will say if not. */
async function readNamed(
  host: Host,
  cluster: Cluster,
  names: readonly string[],
): Promise<readonly unknown[]> {
  try {
    return await askCluster(host, cluster, getList(cluster, names))
  } catch (error) {
    if (
      !(error instanceof UserError) ||
      error.code !== 'cluster.forbidden' ||
      !/namespaces/.test(error.message)
    )
      throw error
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: cluster.namespace } }
    const rest = names.filter(name => !name.startsWith('namespace/'))
    return [namespace, ...(await askCluster(host, cluster, getList(cluster, rest)))]
  }
}
