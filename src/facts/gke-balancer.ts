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
  return Object.values(record(answer.value.items))
    .flatMap(scope => {
      const found = record(scope).backendServices
      return Array.isArray(found) ? found.map(record) : []
    })
    .filter(one => String(one.description ?? '').includes(mark))
    .map(one => ({
      name: String(one.name),
      affinity: String(one.sessionAffinity ?? 'NONE'),
      timeout: Number(one.timeoutSec ?? 30),
      draining: Number(record(one.connectionDraining).drainingTimeoutSec ?? 0),
      scheme: String(one.loadBalancingScheme ?? ''),
    }))
}

const kinds =
  'ingresses,services,deployments.apps,backendconfigs.cloud.google.com,gcpbackendpolicies.networking.gke.io'

/** The objects that say how a load balancer of Google's is to be. */
export async function readBalancerObjects(host: Host, cluster: Cluster): Promise<KubernetesObject[]> {
  return objectsOf(await askCluster(host, cluster, getList(cluster, [kinds])))
}
