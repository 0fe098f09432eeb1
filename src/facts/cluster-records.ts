import { exitCodes, UserError } from '../errors.ts'
import { labels, recordNames } from '../kubernetes/names.ts'
import { type KubernetesObject, objectsOf } from '../kubernetes/object.ts'
import { parseReleases, type Release } from '../kubernetes/revisions.ts'
import type { Host } from '../run/host.ts'
import { type Cluster, getList, serverVersion } from '../tools/kubectl.ts'
import { askCluster } from './cluster-connection.ts'

/** What is in a namespace of what we keep there. */
export interface ClusterRecords {
  readonly namespace: KubernetesObject | undefined
  /** With its `managedFields`; may be one that others made. */
  readonly secret: KubernetesObject | undefined
  readonly inventory: KubernetesObject | undefined
  readonly releaseObjects: readonly KubernetesObject[]
  /** The newest first. */
  readonly releases: readonly Release[]
}

/** The oldest API server that we are tested against. */
const oldestMinor = 29

/** kubectl itself tries for a minute; who is asked for so little answers sooner, or not at all. */
export const silentMs = 25_000

/** kubectl leaves out who manages which field, unless told. */
const managed = '--show-managed-fields'

/** Throws `cluster.too-old` (exit 3) for an API server that is older than 1.29. */
export async function refuseOldServer(host: Host, cluster: Cluster): Promise<void> {
  const found = await askCluster(host, cluster, serverVersion(cluster), silentMs)
  if (found.minor >= oldestMinor) return
  throw new UserError(`the cluster runs Kubernetes ${found.version}, at least 1.${oldestMinor} is needed`, {
    code: 'cluster.too-old',
    hint: 'upgrade the control plane, or name another context',
    exitCode: exitCodes.missing,
  })
}

/** Namespace, Secret, inventory and releases, asked at once. */
export async function readRecords(
  host: Host,
  cluster: Cluster,
  name: string,
  timeoutMs?: number,
): Promise<ClusterRecords> {
  const names = recordNames(name)
  const single = [`namespace/${cluster.namespace}`, `secret/${names.secret}`, `configmap/${names.inventory}`]
  const selector = `${labels.app}=${name},${labels.record}=release`
  const named = readNamed(host, cluster, single, timeoutMs)
  const releases = getList(cluster, ['configmaps', '--selector', selector])
  const list = askCluster(host, cluster, releases, timeoutMs)
  // When both are refused, what the first says of permissions says more.
  await Promise.allSettled([named, list])
  const found = await named
  const objects = objectsOf(found)
  const of = (kind: string) => objects.find(object => object.kind === kind)
  const releaseObjects = objectsOf(await list)
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
  timeoutMs: number | undefined,
): Promise<readonly unknown[]> {
  try {
    return await askCluster(host, cluster, getList(cluster, [...names, managed]), timeoutMs)
  } catch (error) {
    if (
      !(error instanceof UserError) ||
      error.code !== 'cluster.forbidden' ||
      !/namespaces/.test(error.message)
    )
      throw error
    // Without any right there, it is most likely not there, or somebody else's.
    const query = getList(cluster, [...names.filter(name => !name.startsWith('namespace/')), managed])
    const ran = await host.run(query.command, { timeoutMs: 20_000, signal: host.interrupted })
    if (ran.exitCode !== 0) throw forbiddenNamespace(cluster, error)
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: cluster.namespace } }
    return [namespace, ...query.parse(ran.stdout)]
  }
}

function forbiddenNamespace({ context, namespace }: Cluster, cause: UserError): UserError {
  return new UserError(`you may not work in the namespace ${namespace}, if it is there at all`, {
    code: 'namespace.forbidden',
    hint: `ask for it, or name yours as \`kubernetes.namespace\` in rtdeploy.yaml; kubectl --context ${context} auth whoami`,
    details: cause.details,
    exitCode: exitCodes.missing,
  })
}
