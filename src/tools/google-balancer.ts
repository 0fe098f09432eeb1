import type { Answer } from './google-apis.ts'

/** Kinds that GKE's controllers make in Compute Engine, in the order in which they can be removed. */
export const balancerKinds = [
  'forwardingRules',
  'targetHttpProxies',
  'targetHttpsProxies',
  'urlMaps',
  'backendServices',
  'healthChecks',
  'networkEndpointGroups',
  'disks',
] as const
export type BalancerKind = (typeof balancerKinds)[number]

/** A resource of Compute Engine as its lists show it. */
export interface ComputeItem {
  readonly kind: BalancerKind
  readonly name: string
  /** `global`, `regions/us-central1`, `zones/us-central1-a`. */
  readonly scope: string
  readonly description: string
  readonly labels: Readonly<Record<string, string>>
  /** All other resources that it names, by `scope/kind/name`. */
  readonly uses: readonly string[]
  /** `<name>` of the network, where it is on one. */
  readonly network: string | undefined
  /** Of a disk. */
  readonly sizeGib: number
  /** Who has a disk open. */
  readonly users: number
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The items of an aggregated list: https://cloud.google.com/compute/docs/reference/rest/v1/backendServices/aggregatedList. Pure. */
export function computeItems(kind: BalancerKind, answer: Answer): ComputeItem[] {
  const scopes = (answer.items ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>>>>
  return Object.entries(scopes).flatMap(([scope, holder]) => {
    const found = holder[kind]
    if (!Array.isArray(found)) return []
    return found.map((item: Answer): ComputeItem => {
      const links = JSON.stringify(item).matchAll(
        /"[^"]*\/projects\/[^/"]+\/((?:global|zones|regions)[^"]+)"/g,
      )
      const own = text(item.selfLink)
      return {
        kind,
        name: text(item.name),
        scope,
        description: text(item.description),
        labels: (item.labels ?? {}) as Readonly<Record<string, string>>,
        uses: [...links].flatMap(([, path = '']) => (own.endsWith(path) ? [] : [path])),
        network: text(item.network).split('/').at(-1) || undefined,
        sizeGib: Number(item.sizeGb ?? 0),
        users: Array.isArray(item.users) ? item.users.length : 0,
      }
    })
  })
}

export const itemPath = ({ scope, kind, name }: ComputeItem): string => `${scope}/${kind}/${name}`

/** By their names: the app's objects that things in Google Cloud are made for. */
export interface AppObjects {
  readonly services: readonly string[]
  readonly claims: readonly string[]
}

/** The cluster that something on a network belongs to. */
export interface OfCluster {
  readonly network: string
  /** What its controllers write into descriptions; undefined when no other cluster is on the network. */
  readonly marks?: readonly string[] | undefined
  /** Where others have theirs in the cluster, and maybe in the namespace, too; undefined when all in it is ours. */
  readonly only?: AppObjects | undefined
}

/** Whose app it belongs to. */
export interface Owner extends OfCluster {
  readonly cluster: string
  /** Of the cluster: a project can have one of the same name in each. */
  readonly location: string
  readonly namespace: string
  /** Of the app: its Gateway, Ingress and Service are called so. */
  readonly app: string
}

/** The part of a name that stands for a cluster: `gkegw1-UID-...`, `k8s1-UID-...`, `k8s2-um-UID-...`. */
const uidIn = (name: string): string | undefined =>
  /^(?:gkegw\d|k8s1)-([^-]+)-/.exec(name)?.[1] ?? /^k8s2-[a-z]+-([^-]+)-/.exec(name)?.[1]

/**
 * What a cluster's controllers made for an app and somebody has to remove. Groups are ours by network and namespace, the
 * rest by what refers to them. Descriptions and names say the same in every cluster of a project: they count only with
 * the cluster's mark, which our groups and what uses them have shown. Pure.
 */
export function itemsOfApp(items: readonly ComputeItem[], owner: Owner): ComputeItem[] {
  const { namespace, only } = owner
  const all = new Set(items.map(itemPath))
  const ours = new Set<string>()
  const uids = new Set<string>()
  const usesOurs = (item: ComputeItem) => item.uses.some(path => ours.has(path))
  for (const item of items) {
    if (!isGroupOf(item, owner)) continue
    if (serviceOf(item).namespace !== namespace) continue
    ours.add(itemPath(item))
    const uid = clusterOf(item)
    if (uid !== '') uids.add(uid)
  }
  const made = items.filter(item => /^(?:k8s\d?|gkegw\d)-/.test(item.name))
  const backends = made.filter(item => item.kind === 'backendServices')
  for (const item of backends.filter(usesOurs)) {
    ours.add(itemPath(item))
    const uid = uidIn(item.name)
    if (uid !== undefined) uids.add(uid)
  }
  // Some names carry only the first characters of the UID.
  const marked = ({ name }: ComputeItem) => {
    const uid = uidIn(name)
    return uid !== undefined && uid.length >= 4 && [...uids].some(known => known.startsWith(uid))
  }
  const services = only?.services.map(name => `${name}"`) ?? ['']
  const named = (item: ComputeItem) =>
    services.some(name => item.description.includes(`"kubernetes.io/service-name":"${namespace}/${name}`)) &&
    marked(item)
  const hasGroup = ({ uses }: ComputeItem) =>
    uses.some(path => path.includes('/networkEndpointGroups/') && all.has(path))
  for (const item of backends) if (named(item) && !hasGroup(item)) ours.add(itemPath(item))
  const checked = new Set(backends.filter(item => ours.has(itemPath(item))).flatMap(item => item.uses))
  for (const item of made)
    if (item.kind === 'healthChecks' && (checked.has(itemPath(item)) || named(item))) ours.add(itemPath(item))
  const called = `-${namespace}-${owner.app}-`
  const isCalled = ({ name }: ComputeItem) => {
    const [, ending] = name.split(called)
    // Somebody else's may be called `app-more`: after our own name there is a digest, and maybe a port.
    return ending !== undefined && (only === undefined || /^[^-]+(?:-\d+)?$/.test(ending))
  }
  const usesOthers = (item: ComputeItem) =>
    only !== undefined && item.uses.some(path => all.has(path) && !ours.has(path))
  for (const kind of ['urlMaps', 'targetHttpProxies', 'targetHttpsProxies', 'forwardingRules']) {
    for (const item of made)
      if (item.kind === kind && !usesOthers(item) && (usesOurs(item) || (isCalled(item) && marked(item))))
        ours.add(itemPath(item))
  }
  for (const disk of items) if (disk.kind === 'disks' && isVolume(disk, owner)) ours.add(itemPath(disk))
  const rank = (item: ComputeItem) => balancerKinds.indexOf(item.kind)
  return items.filter(item => ours.has(itemPath(item))).sort((a, b) => rank(a) - rank(b))
}

/** The volumes' driver labels disks with their cluster, and describes whose they are; one that is in use is not left over. */
function isVolume(disk: ComputeItem, { cluster, location, namespace, only }: Owner): boolean {
  const [, claim = ''] = /"kubernetes.io\/created-for\/pvc\/name":"([^"]+)"/.exec(disk.description) ?? []
  return (
    (only === undefined || only.claims.includes(claim)) &&
    disk.users === 0 &&
    disk.labels['goog-k8s-cluster-name'] === cluster &&
    disk.labels['goog-k8s-cluster-location'] === location &&
    disk.description.includes(`"kubernetes.io/created-for/pvc/namespace":"${namespace}"`)
  )
}

const clusterOf = ({ description }: ComputeItem): string =>
  /"cluster-uid":"([^"]+)"/.exec(description)?.[1] ?? ''

/**
 * Whether it is a group of a cluster: all on a network of its own, only what is marked on one with others, and only the
 * app's own in a cluster with others. Pure.
 */
export function isGroupOf(item: ComputeItem, { network, marks, only }: OfCluster): boolean {
  if (item.kind !== 'networkEndpointGroups') return false
  if (only !== undefined && !only.services.includes(serviceOf(item).service)) return false
  return marks === undefined ? item.network === network : marks.includes(clusterOf(item))
}

/** Whose a network endpoint group is: https://cloud.google.com/kubernetes-engine/docs/how-to/standalone-neg. Pure. */
export function serviceOf({ description }: ComputeItem): {
  readonly namespace: string
  readonly service: string
} {
  const [, namespace = ''] = /"namespace":"([^"]+)"/.exec(description) ?? []
  const [, service = ''] = /"service-name":"([^"]+)"/.exec(description) ?? []
  return { namespace, service }
}
