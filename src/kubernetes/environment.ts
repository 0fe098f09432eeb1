import type { Config } from '../config/config.ts'
import { gkeNames } from '../config/gke-names.ts'
import { exitCodes, UserError } from '../errors.ts'
import { isMapping, type KubernetesObject, listAt, textAt } from './object.ts'

/** Kinds by which people come in; what stands in others is the app's own business. */
const wayIn = ['Gateway', 'HTTPRoute', 'Ingress', 'ManagedCertificate']

const noted = {
  address: 'kubernetes.io/ingress.global-static-ip-name',
  certificates: 'networking.gke.io/certmap',
} as const

/**
 * The manifests of production with what an environment has in its stead: reserved address, certificates, host. What
 * names something else is the person's own and stays.
 * Throws `environment.entry` (exit 2) where it would take the requests of production. Pure.
 */
export function inEnvironment(objects: readonly KubernetesObject[], config: Config): KubernetesObject[] {
  const { environment } = config
  if (environment === undefined) return [...objects]
  const hosts = hostOf(objects, config)
  const changed = objects.map(object => {
    if (!wayIn.includes(object.kind)) return object
    const swaps = [hosts, stickyOf(config)].flatMap(swap => swap ?? [])
    const named = config.target === 'gke' ? withNames(object, config) : object
    return swaps.reduce((one, swap) => swapped(one, swap) as KubernetesObject, named)
  })
  refuseSame(objects, changed, config)
  return changed
}

/** Traefik calls a Service by namespace, name and port: https://doc.traefik.io/traefik/providers/kubernetes-ingress/ */
function stickyOf({ name, kubernetes, environment }: Config): Swap | undefined {
  const before = environment?.production.kubernetes
  if (before === undefined || kubernetes === undefined) return undefined
  const called = ({ namespace = name }: { readonly namespace?: string }) =>
    `${namespace}-${name}-http@kubernetes`
  return { from: called(before), to: called(kubernetes) }
}

interface Swap {
  readonly from: string
  readonly to: string
}

/** Each text that is exactly the one becomes the other. */
function swapped(value: unknown, { from, to }: Swap): unknown {
  if (value === from) return to
  if (Array.isArray(value)) return value.map(item => swapped(item, { from, to }))
  if (!isMapping(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, swapped(item, { from, to })]))
}

function withNames(object: KubernetesObject, { name, gke, environment }: Config): KubernetesObject {
  const before = environment?.production.gke ?? gke
  if (gke === undefined || before === undefined) return object
  const from = gkeNames(name, before)
  const to = gkeNames(name, gke, environment?.name)
  const { annotations = {} } = object.metadata
  const given: [string, string][] = []
  if (annotations[noted.address] === from.address) given.push([noted.address, to.address])
  if (annotations[noted.certificates] === from.certificateMap)
    given.push([noted.certificates, to.certificateMap])
  const addresses = listAt(object, 'spec', 'addresses').map(address =>
    textAt(address, 'type') === 'NamedAddress'
      ? swapped(address, { from: from.address, to: to.address })
      : address,
  )
  return {
    ...object,
    ...(given.length === 0
      ? {}
      : { metadata: { ...object.metadata, annotations: { ...annotations, ...Object.fromEntries(given) } } }),
    ...(addresses.length === 0 ? {} : { spec: { ...(object.spec as object), addresses } }),
  }
}

/** From `host` or `url` of both; a single host in the manifests is production's. */
function hostOf(objects: readonly KubernetesObject[], config: Config): Swap | undefined {
  const production = config.environment?.production
  const hostIn = (url: string | undefined) => (url === undefined ? undefined : new URL(url).hostname)
  const of = (one: Config | undefined) =>
    config.target === 'gke' ? one?.gke?.host : hostIn(one?.kubernetes?.url)
  const to = of(config)
  const found = new Set(objects.filter(object => wayIn.includes(object.kind)).flatMap(hostsIn))
  const from = of(production) ?? (found.size === 1 ? [...found][0] : undefined)
  return from === undefined || to === undefined || from === to ? undefined : { from, to }
}

function hostsIn(object: KubernetesObject): string[] {
  const found = [
    ...listAt(object, 'spec', 'rules').map(rule => textAt(rule, 'host')),
    ...listAt(object, 'spec', 'listeners').map(listener => textAt(listener, 'hostname')),
    ...[...listAt(object, 'spec', 'hostnames'), ...listAt(object, 'spec', 'domains')].map(String),
  ]
  return found.flatMap(host => (host === undefined || isInvalid(host) ? [] : [host]))
}

/** Nobody comes in by such a name: RFC 2606. */
const isInvalid = (host: string | undefined) => host?.endsWith('.invalid') === true

/** Ways in that all namespaces of a cluster share: the same host leads to whoever was there first, or to both. */
function isShared(object: KubernetesObject, objects: readonly KubernetesObject[]): boolean {
  if (object.kind === 'Ingress') {
    const kind = object.metadata.annotations?.['kubernetes.io/ingress.class']
    const rules = listAt(object, 'spec', 'rules')
    const unused = rules.length > 0 && rules.every(rule => isInvalid(textAt(rule, 'host')))
    return !unused && (kind ?? textAt(object, 'spec', 'ingressClassName')) !== 'gce'
  }
  if (object.kind !== 'HTTPRoute') return false
  return listAt(object, 'spec', 'parentRefs').some(parent => {
    const namespace = textAt(parent, 'namespace')
    if (namespace !== undefined && namespace !== object.metadata.namespace) return true
    // Traefik serves all Gateways at the same address: https://doc.traefik.io/traefik/providers/kubernetes-gateway/
    const gateway = objects.find(
      one => one.kind === 'Gateway' && one.metadata.name === textAt(parent, 'name'),
    )
    return textAt(gateway, 'spec', 'gatewayClassName') === 'traefik'
  })
}

function refuseSame(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
  { environment, kubernetes, target }: Config,
): void {
  const theirs = environment?.production.kubernetes
  if (target !== 'kubernetes' || theirs === undefined || kubernetes === undefined) return
  if (theirs.context !== kubernetes.context || theirs.manifests !== kubernetes.manifests) return
  const same = after.find((object, index) => {
    const old = before[index]
    return isShared(object, after) && old !== undefined && String(hostsIn(object)) === String(hostsIn(old))
  })
  if (same === undefined) return
  const host = hostsIn(same)[0]
  throw new UserError(
    `${same.kind} ${same.metadata.name} would take requests of production: ${host === undefined ? 'both are for any host' : `both are for ${host}`}`,
    {
      code: 'environment.entry',
      hint:
        host === undefined
          ? `give it a host in ${kubernetes.manifests}, and \`kubernetes.url\` in environments.${environment?.name}, whose host takes its place`
          : `set \`kubernetes.url\` in environments.${environment?.name}: its host takes the place of ${host}`,
      exitCode: exitCodes.usage,
    },
  )
}
