import type { BackendService } from '../kubernetes/google-backends.ts'
import { type KubernetesObject, objectsOf } from '../kubernetes/object.ts'
import type { Host } from '../run/host.ts'
import type { Login } from '../tools/gcloud.ts'
import { type Answer, getResource } from '../tools/google-apis.ts'
import { type Cluster, getList } from '../tools/kubectl.ts'
import { askCluster } from './cluster-connection.ts'
import { readApi } from './gke-project.ts'

const record = (value: unknown): Answer => (typeof value === 'object' && value !== null ? { ...value } : {})

/** The backend services of a Service, as Google has them, wherever they are. */
export async function readBackendServices(
  host: Host,
  login: Login,
  project: string,
  service: { readonly namespace: string; readonly name: string },
): Promise<BackendService[]> {
  const path = `compute/v1/projects/${project}/aggregated/backendServices`
  const answer = await readApi(host, login, getResource(login, 'compute', path))
  if (answer?.ok !== true) return []
  const mark = `"kubernetes.io/service-name":"${service.namespace}/${service.name}"`
  const ours = Object.values(record(answer.value.items))
    .flatMap(scope => {
      const found = record(scope).backendServices
      return Array.isArray(found) ? found.map(record) : []
    })
    .filter(one => String(one.description ?? '').includes(mark))
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
