import type { Config } from '../config/config.ts'
import { gkeNames } from '../config/gke-names.ts'
import { exitCodes, UserError } from '../errors.ts'
import { at, type KubernetesObject, listAt, textAt } from './object.ts'

/** The hosts that an object names itself. Pure. */
export function hostsIn(object: KubernetesObject): string[] {
  const found = [
    ...listAt(object, 'spec', 'rules').map(rule => textAt(rule, 'host')),
    ...listAt(object, 'spec', 'listeners').map(listener => textAt(listener, 'hostname')),
    ...[...listAt(object, 'spec', 'hostnames'), ...listAt(object, 'spec', 'domains')].map(String),
  ]
  return found.flatMap(host => (host === undefined || isInvalid(host) ? [] : [host]))
}

/** Nobody comes in by such a name: RFC 2606. */
const isInvalid = (host: string) => host.endsWith('.invalid')

/** What is for every host is a claim of its own; Kubernetes takes an empty host for none. */
const anyHost = ''

/** The hosts whose requests an Ingress or a route asks for. */
function claimsOf(object: KubernetesObject, objects: readonly KubernetesObject[]): string[] {
  const claims = object.kind === 'Ingress' ? claimsOfIngress(object) : claimsOfRoute(object, objects)
  return [...new Set(claims)].filter(host => !isInvalid(host))
}

/** https://kubernetes.io/docs/concepts/services-networking/ingress/#default-backend */
function claimsOfIngress(object: KubernetesObject): string[] {
  const hosts = listAt(object, 'spec', 'rules').map(rule => textAt(rule, 'host') ?? anyHost)
  return hosts.length === 0 || at(object, 'spec', 'defaultBackend') !== undefined
    ? [...hosts, anyHost]
    : hosts
}

/** A route without host has those of the listeners: https://gateway-api.sigs.k8s.io/api-types/httproute/#hostnames */
function claimsOfRoute(object: KubernetesObject, objects: readonly KubernetesObject[]): string[] {
  const own = listAt(object, 'spec', 'hostnames').map(String)
  if (own.length > 0) return own
  const parents = listAt(object, 'spec', 'parentRefs')
  return parents.flatMap(parent => {
    const section = textAt(parent, 'sectionName')
    const listeners = listAt(gatewayOf(parent, object, objects), 'spec', 'listeners').filter(
      listener => section === undefined || textAt(listener, 'name') === section,
    )
    return listeners.length === 0
      ? [anyHost]
      : listeners.map(listener => textAt(listener, 'hostname') ?? anyHost)
  })
}

/** The Gateway of a route, where it is among the manifests. */
function gatewayOf(parent: unknown, route: KubernetesObject, objects: readonly KubernetesObject[]) {
  const namespace = textAt(parent, 'namespace')
  if (namespace !== undefined && namespace !== route.metadata.namespace) return undefined
  return objects.find(one => one.kind === 'Gateway' && one.metadata.name === textAt(parent, 'name'))
}

/** Google gives each of them a load balancer of its own. */
const classesOfGoogle: readonly (string | undefined)[] = ['gce', 'gce-internal']

/** Ways in that all namespaces of a cluster share: the same host leads to whoever was there first, or to both. Pure. */
export function isShared(
  object: KubernetesObject,
  objects: readonly KubernetesObject[],
  { target }: Pick<Config, 'target'>,
): boolean {
  if (object.kind === 'Ingress') {
    const noted = object.metadata.annotations?.['kubernetes.io/ingress.class']
    const kind = noted ?? textAt(object, 'spec', 'ingressClassName')
    // On GKE an Ingress without a class is Google's: https://cloud.google.com/kubernetes-engine/docs/concepts/ingress
    return !classesOfGoogle.includes(kind ?? (target === 'gke' ? 'gce' : undefined))
  }
  if (object.kind !== 'HTTPRoute') return false
  return listAt(object, 'spec', 'parentRefs').some(parent => {
    const namespace = textAt(parent, 'namespace')
    if (namespace !== undefined && namespace !== object.metadata.namespace) return true
    // Traefik serves all Gateways at the same address: https://doc.traefik.io/traefik/providers/kubernetes-gateway/
    return textAt(gatewayOf(parent, object, objects), 'spec', 'gatewayClassName') === 'traefik'
  })
}

interface Place {
  readonly context: string
  readonly manifests: string
}

/** Where a configuration runs with a target. */
function placeOf(
  { name, kubernetes, gke, environment }: Config,
  target: Config['target'],
): Place | undefined {
  if (target !== 'gke') return kubernetes
  if (gke === undefined) return undefined
  return { context: gkeNames(name, gke, environment?.name).context, manifests: gke.manifests }
}

/**
 * `before`: of production; `after`: the same with what an environment has in its stead. Throws `environment.entry`
 * (exit 2) when a host of any shared way in is one of production's. Pure.
 */
export function refuseSame(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
  config: Config,
): void {
  const { environment, target } = config
  const mine = placeOf(config, target)
  if (environment === undefined || mine === undefined) return
  const theirs = placeOf(environment.production, target)
  if (theirs?.context !== mine.context || theirs.manifests !== mine.manifests) return
  const claimed = (objects: readonly KubernetesObject[]) =>
    objects
      .filter(object => isShared(object, objects, config))
      .map(object => ({ object, hosts: claimsOf(object, objects) }))
  const taken = new Set(claimed(before).flatMap(({ hosts }) => hosts))
  for (const { object, hosts } of claimed(after)) {
    const host = hosts.find(one => taken.has(one))
    if (host === undefined) continue
    const both = host === anyHost ? 'both are for any host' : `both are for ${host}`
    throw new UserError(`${object.kind} ${object.metadata.name} would take requests of production: ${both}`, {
      code: 'environment.entry',
      hint: hintFor(host, taken, config, mine.manifests),
      exitCode: exitCodes.usage,
    })
  }
}

/** One host has another in its place; with more there is no other way than manifests of its own. */
function hintFor(host: string, taken: ReadonlySet<string>, config: Config, manifests: string): string {
  const { environment, target } = config
  const name = environment?.name
  const key = target === 'gke' ? 'gke.host' : 'kubernetes.url'
  if (taken.size > 1) {
    const folder = target === 'gke' ? 'gke.manifests' : 'kubernetes.manifests'
    return `only one host has another in its place: set \`${folder}: infra/${name}/kubernetes\` in environments.${name}, and begin there with a copy of ${manifests} that has hosts of its own`
  }
  if (host === anyHost) {
    return `give it a host in ${manifests}, and \`${key}\` in environments.${name}, whose host takes its place`
  }
  const before = environment?.production
  const url = target === 'gke' ? before?.gke?.host : before?.kubernetes?.url
  const known = url === undefined || url === host || (URL.canParse(url) && new URL(url).hostname === host)
  const first = known ? '' : `set \`${key}\` to that of ${host}, and `
  return `${first}set \`${key}\` in environments.${name}, with a host of its own: it takes the place of ${host}`
}
