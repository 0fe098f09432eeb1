import type { Config } from '../config/config.ts'
import { exitCodes, UserError } from '../errors.ts'
import { refuseClusterWide } from '../kubernetes/cluster-wide.ts'
import { type KubernetesObject, nameOf, objectsOf, referenceOf } from '../kubernetes/object.ts'
import { quotaProblems } from '../kubernetes/quota.ts'
import type { Host } from '../run/host.ts'
import { apiResources, type Cluster, canI, getList, kubectlLine } from '../tools/kubectl.ts'
import { askCluster } from './cluster-connection.ts'

/**
 * What can be known of a namespace that is not there yet: may we make it, and does the cluster know every kind.
 * Throws `namespace.forbidden` and `cluster.kind-missing` (exit 3), `environment.cluster-wide` (exit 2).
 */
export async function checkNewNamespace(
  host: Host,
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  config: Config,
): Promise<void> {
  const [ran, resources] = await Promise.all([
    host.run(canI(cluster, 'create', 'namespaces'), { timeoutMs: 20_000, signal: host.interrupted }),
    askCluster(host, cluster, apiResources(cluster)),
  ])
  host.interrupted.throwIfAborted()
  if (ran.stdout.trim() === 'no') {
    throw new UserError(`there is no namespace ${cluster.namespace}, and you may not make one`, {
      code: 'namespace.forbidden',
      hint: `ask for it: kubectl create namespace ${cluster.namespace}; or name yours as \`kubernetes.namespace\` in rtdeploy.yaml`,
      exitCode: exitCodes.missing,
    })
  }
  const known = new Set(resources.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))
  const strange = objects.filter(({ apiVersion, kind }) => !known.has(`${apiVersion} ${kind}`))
  if (strange.length === 0) return refuseClusterWide(objects, config, resources)
  const kinds = [...new Set(strange.map(({ kind, apiVersion }) => `${kind} (${apiVersion})`))]
  throw new UserError(`the cluster does not know ${kinds.join(', ')}`, {
    code: 'cluster.kind-missing',
    hint: `install what brings ${kinds.length === 1 ? 'it' : 'them'}, or take it out of the manifests; kubectl --context ${cluster.context} api-resources`,
    details: strange.map(object => nameOf(referenceOf(object))),
    exitCode: exitCodes.missing,
  })
}

/** The ResourceQuotas of the namespace. */
export async function readQuotas(host: Host, cluster: Cluster): Promise<KubernetesObject[]> {
  return objectsOf(await askCluster(host, cluster, getList(cluster, ['resourcequotas'])))
}

/** Throws `cluster.quota` (exit 3) when a ResourceQuota has no room for the workloads. Pure. */
export function refuseQuotas(
  cluster: Cluster,
  quotas: readonly KubernetesObject[],
  wanted: readonly KubernetesObject[],
  live: readonly KubernetesObject[],
): void {
  const problems = quotaProblems(quotas, wanted, live)
  if (problems.length === 0) return
  throw new UserError(`the quota of namespace ${cluster.namespace} is too small`, {
    code: 'cluster.quota',
    hint: kubectlLine(cluster, 'describe', 'resourcequota'),
    details: problems,
    exitCode: exitCodes.missing,
  })
}
