/** What an object of Compute Engine shows of itself. */
interface Described {
  readonly name: string
  readonly description: string
}

/** GKE's controllers write JSON into descriptions; people write anything. */
function told({ description }: Pick<Described, 'description'>): Readonly<Record<string, unknown>> {
  if (!description.startsWith('{')) return {}
  try {
    return { ...JSON.parse(description) }
  } catch {
    return {}
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

interface OfService {
  readonly namespace: string
  readonly service: string
}

/** Whose a network endpoint group is: https://cloud.google.com/kubernetes-engine/docs/how-to/standalone-neg. Pure. */
export function serviceOf(group: Pick<Described, 'description'>): OfService {
  const { namespace, 'service-name': service } = told(group)
  return { namespace: text(namespace), service: text(service) }
}

/** The uid of kube-system in the cluster of a network endpoint group. Pure. */
export const clusterOf = (group: Pick<Described, 'description'>): string => text(told(group)['cluster-uid'])

/**
 * For which Service a backend service or a health check says that it is there. Only the controller of Ingress writes that
 * (ingress-gce, pkg/utils/description.go); that of Gateway leaves them empty. Pure.
 */
export function backendOf(item: Pick<Described, 'description'>): OfService {
  const [namespace = '', service = ''] = text(told(item)['kubernetes.io/service-name']).split('/')
  return { namespace, service }
}

/** A Gateway or an Ingress. */
export interface WayIn {
  readonly namespace: string
  readonly name: string
  /** `/projects/P/locations/L/clusters/C`; only Gateways have it. */
  readonly cluster: string | undefined
}

/**
 * For which Gateway or Ingress a URL map, a proxy or a forwarding rule is there; undefined where it does not say:
 * `{"k8sResource":"/namespaces/NS/gateways/NAME","k8sCluster":"/projects/P/locations/L/clusters/C"}`, or
 * `{"kubernetes.io/ingress-name":"NS/NAME"}` (ingress-gce, pkg/loadbalancers). Pure.
 */
export function wayInOf(item: Pick<Described, 'description'>): WayIn | undefined {
  const { k8sResource, k8sCluster, 'kubernetes.io/ingress-name': ingress } = told(item)
  const gateway = /^\/namespaces\/([^/]+)\/gateways\/([^/]+)$/.exec(text(k8sResource))
  const [, namespace, name] = gateway ?? /^([^/]+)\/([^/]+)$/.exec(text(ingress)) ?? []
  if (namespace === undefined || name === undefined) return undefined
  return { namespace, name, cluster: text(k8sCluster) || undefined }
}

/**
 * Kubernetes keeps `kube-` for itself, and these Google: people do call their own `gke-...`, so not all of those count.
 * https://cloud.google.com/kubernetes-engine/docs/concepts/cluster-architecture, and `kubectl get namespaces` of clusters.
 */
const systemNamespace = /^(?:kube-.+|gmp-(?:system|public)|gke-(?:managed-.+|gmp-system|system|mcs|connect))$/

/** Of these a Gateway has two: `gkegw1-UID-NAMESPACE-gw-serve404-80-DIGEST`, and 500. */
const servesErrors = /^gkegw\d?-.*-gw-serve(?:404|500)-/

/**
 * Whether a group or a backend service answers who asks for nothing that is there: of every Gateway, and of an Ingress that
 * has no backend of its own for that. Pure.
 */
export function isDefault(item: Described): boolean {
  const of = [serviceOf(item), backendOf(item)]
  return (
    servesErrors.test(item.name) ||
    of.some(({ service }) => /^gw-serve(?:404|500)$/.test(service)) ||
    of.some(({ namespace, service }) => namespace === 'kube-system' && service === 'default-http-backend')
  )
}

/** Whether a group is there for no app, but for the cluster itself or its controllers. Pure. */
export const isSystems = (group: Described): boolean =>
  systemNamespace.test(serviceOf(group).namespace) || isDefault(group)
