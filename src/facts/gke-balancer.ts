import { UserError } from '../errors.ts'
import type { BackendService } from '../kubernetes/google-backends.ts'
import { type KubernetesObject, objectsOf } from '../kubernetes/object.ts'
import type { Host } from '../run/host.ts'
import type { Login } from '../tools/gcloud.ts'
import { type Answer, getResource } from '../tools/google-apis.ts'
import {
  type BalancerKind,
  type ComputeItem,
  computeItem,
  computeItems,
  isGroupOf,
  itemPath,
  listedItems,
  type OfCluster,
} from '../tools/google-balancer.ts'
import { backendOf, serviceOf } from '../tools/google-descriptions.ts'
import { type Cluster, getList } from '../tools/kubectl.ts'
import { askCluster } from './cluster-connection.ts'
import { readPages } from './gke-compute.ts'
import { readApi } from './gke-project.ts'

const record = (value: unknown): Answer => (typeof value === 'object' && value !== null ? { ...value } : {})

/** Of whatever cluster: where the app's own is not among them, all that name its Service count. */
export interface ServiceInCluster extends Pick<OfCluster, 'network' | 'marks'> {
  readonly namespace: string
  readonly name: string
}

/**
 * The backend services of a Service, as Google has them, wherever they are: what has one of its groups, which alone name it
 * behind a Gateway. Without groups, behind an Ingress to ports of nodes, a backend service itself says whose it is.
 */
export async function readBackendServices(
  host: Host,
  login: Login,
  project: string,
  service: ServiceInCluster,
): Promise<BackendService[]> {
  const read = (kind: BalancerKind) => readPages(host, login, project, kind).catch(unread)
  const [groups, services] = await Promise.all([read('networkEndpointGroups'), read('backendServices')])
  const listed = groups?.flatMap(page => computeItems('networkEndpointGroups', page))
  const ours = (services ?? [])
    .flatMap(page => listedItems('backendServices', page))
    .filter(isBehind(service, listed))
    .map(({ item }) => item)
  return Promise.all(
    ours.map(async one => ({
      name: String(one.name),
      affinity: String(one.sessionAffinity ?? 'NONE'),
      timeout: Number(one.timeoutSec ?? 30),
      draining: Number(record(one.connectionDraining).drainingTimeoutSec ?? 0),
      scheme: String(one.loadBalancingScheme ?? ''),
      healthPath: await readHealthPath(host, login, one),
    })),
  )
}

/** An account that may not look at all of it is told less, and nothing else is worse for it. */
function unread(problem: unknown): undefined {
  if (problem instanceof UserError && problem.code === 'gke.unknown') return undefined
  throw problem
}

/** `groups`: all of the project; undefined when they cannot be seen. */
function isBehind(service: ServiceInCluster, groups: readonly ComputeItem[] | undefined) {
  const isOf = ({ namespace, service: name }: ReturnType<typeof serviceOf>) =>
    namespace === service.namespace && name === service.name
  const named = groups?.filter(group => isOf(serviceOf(group))) ?? []
  const own = named.filter(group => isGroupOf(group, service))
  const paths = new Set((own.length > 0 ? own : named).map(itemPath))
  return ({ scope, item }: ReturnType<typeof listedItems>[number]): boolean => {
    const one = computeItem('backendServices', scope, item)
    if (one.uses.some(path => paths.has(path))) return true
    const ofGroups = groups !== undefined && one.uses.some(path => path.includes('/networkEndpointGroups/'))
    return !ofGroups && isOf(backendOf(one))
  }
}

/** For which path the health check of a backend service asks; undefined where it asks for none. */
async function readHealthPath(host: Host, login: Login, service: Answer): Promise<string | undefined> {
  const link = String(Array.isArray(service.healthChecks) ? service.healthChecks[0] : '')
  const at = link.indexOf('projects/')
  if (at === -1) return undefined
  const answer = await readApi(host, login, getResource(login, 'compute', `compute/v1/${link.slice(at)}`))
  if (answer?.ok !== true) return undefined
  const { httpHealthCheck, httpsHealthCheck, http2HealthCheck } = answer.value
  const { requestPath } = record(httpHealthCheck ?? httpsHealthCheck ?? http2HealthCheck)
  return typeof requestPath === 'string' ? requestPath : undefined
}

const kinds =
  'ingresses,services,deployments.apps,backendconfigs.cloud.google.com,gcpbackendpolicies.networking.gke.io'

/** The objects that say how a load balancer of Google's is to be. */
export async function readBalancerObjects(host: Host, cluster: Cluster): Promise<KubernetesObject[]> {
  return objectsOf(await askCluster(host, cluster, getList(cluster, [kinds])))
}
