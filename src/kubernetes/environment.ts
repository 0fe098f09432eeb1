import type { Config } from '../config/config.ts'
import { gkeNames } from '../config/gke-names.ts'
import { refuseClusterWide } from './cluster-wide.ts'
import { hostsIn, isShared, refuseSame } from './environment-entry.ts'
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
 * Throws `environment.entry` (exit 2) where it would take the requests of production, `environment.cluster-wide` (exit 2)
 * where both would have the same object. Pure.
 */
export function inEnvironment(objects: readonly KubernetesObject[], config: Config): KubernetesObject[] {
  const { environment } = config
  if (environment === undefined) return [...objects]
  refuseClusterWide(objects, config)
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

/** From `host` or `url` of both; a single host in the manifests, or in what is shared, is production's. */
function hostOf(objects: readonly KubernetesObject[], config: Config): Swap | undefined {
  const hostIn = (url: string | undefined) => (url === undefined ? undefined : new URL(url).hostname)
  const of = (one: Config | undefined) =>
    config.target === 'gke' ? one?.gke?.host : hostIn(one?.kubernetes?.url)
  const only = (hosts: ReadonlySet<string>) => (hosts.size === 1 ? [...hosts][0] : undefined)
  const to = of(config)
  const from =
    of(config.environment?.production) ??
    only(writtenHosts(objects)) ??
    only(writtenHosts(objects.filter(object => isShared(object, objects, config))))
  return from === undefined || to === undefined || from === to ? undefined : { from, to }
}

const writtenHosts = (objects: readonly KubernetesObject[]) =>
  new Set(objects.filter(object => wayIn.includes(object.kind)).flatMap(hostsIn))
