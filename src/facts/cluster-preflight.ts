import type { Config } from '../config/config.ts'
import { exitCodes, UserError } from '../errors.ts'
import { refuseClusterWide } from '../kubernetes/cluster-wide.ts'
import { type KubernetesObject, nameOf, objectsOf, referenceOf } from '../kubernetes/object.ts'
import { quotaProblems } from '../kubernetes/quota.ts'
import type { Host } from '../run/host.ts'
import { type ApiResource, apiResources, type Cluster, canI, getList, kubectlLine } from '../tools/kubectl.ts'
import { askCluster } from './cluster-connection.ts'

/** Kinds that whoever runs the cluster installs by themselves, and not before it is there. */
export interface KindsToCome {
  /** Of the API: `gateway.networking.k8s.io`. */
  readonly groups: readonly string[]
  readonly timeoutMs: number
  /** Helps when they did not come in that time. */
  readonly hint: string
}

const everyMs = 5000

/**
 * What can be known of a namespace that is not there yet: may we make it, and does the cluster know every kind. Those that
 * are to come are waited for. Throws `namespace.forbidden` and `cluster.kind-missing` (exit 3), `environment.cluster-wide` (exit 2).
 */
export async function checkNewNamespace(
  host: Host,
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  config: Config,
  toCome?: KindsToCome,
): Promise<void> {
  const [ran, found] = await Promise.all([
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
  const isToCome = ({ apiVersion }: KubernetesObject) =>
    toCome?.groups.includes(apiVersion.split('/')[0] ?? '') === true
  const deadline = host.now() + (toCome?.timeoutMs ?? 0)
  let resources = found
  let strange = unknownOf(objects, resources)
  // What nobody installs is told at once.
  while (strange.length > 0 && strange.every(isToCome) && host.now() < deadline) {
    await host.sleep(everyMs, host.interrupted)
    resources = await askCluster(host, cluster, apiResources(cluster))
    strange = unknownOf(objects, resources)
  }
  if (strange.length === 0) return refuseClusterWide(objects, config, resources)
  const kinds = [...new Set(strange.map(({ kind, apiVersion }) => `${kind} (${apiVersion})`))]
  const install = `install what brings ${kinds.length === 1 ? 'it' : 'them'}, or take it out of the manifests`
  throw new UserError(`the cluster does not know ${kinds.join(', ')}`, {
    code: 'cluster.kind-missing',
    hint:
      toCome !== undefined && strange.every(isToCome)
        ? toCome.hint
        : `${install}; kubectl --context ${cluster.context} api-resources`,
    details: strange.map(object => nameOf(referenceOf(object))),
    exitCode: exitCodes.missing,
  })
}

function unknownOf(
  objects: readonly KubernetesObject[],
  resources: readonly ApiResource[],
): KubernetesObject[] {
  const known = new Set(resources.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))
  return objects.filter(({ apiVersion, kind }) => !known.has(`${apiVersion} ${kind}`))
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
