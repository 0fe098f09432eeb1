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

/** Whose app it belongs to. */
export interface Owner {
  readonly network: string
  readonly cluster: string
  readonly namespace: string
  /** Of the app: its Gateway, Ingress and Service are called so. */
  readonly app: string
}

/**
 * What a cluster's controllers made for an app and somebody has to remove: found by the description that GKE writes, by
 * what refers to it, and, where neither says anything, by the name. Pure.
 */
export function itemsOfApp(items: readonly ComputeItem[], owner: Owner): ComputeItem[] {
  const { namespace } = owner
  const ours = new Set<string>()
  const take = (item: ComputeItem) => ours.add(itemPath(item))
  const groups = items.filter(item => item.kind === 'networkEndpointGroups' && item.network === owner.network)
  for (const group of groups) if (group.description.includes(`"namespace":"${namespace}"`)) take(group)
  const made = items.filter(item => /^(?:k8s\d?|gkegw\d)-/.test(item.name))
  const usesOurs = (item: ComputeItem) => item.uses.some(path => ours.has(path))
  for (const item of made) {
    const named = item.description.includes(`"kubernetes.io/service-name":"${namespace}/`)
    if (
      (item.kind === 'backendServices' && (named || usesOurs(item))) ||
      (item.kind === 'healthChecks' && named)
    )
      take(item)
  }
  const called = `-${namespace}-${owner.app}-`
  for (const kind of ['urlMaps', 'targetHttpProxies', 'targetHttpsProxies', 'forwardingRules']) {
    for (const item of made)
      if (item.kind === kind && (usesOurs(item) || item.name.includes(called))) take(item)
  }
  for (const disk of items) if (disk.kind === 'disks' && isVolume(disk, owner)) take(disk)
  const rank = (item: ComputeItem) => balancerKinds.indexOf(item.kind)
  return items.filter(item => ours.has(itemPath(item))).sort((a, b) => rank(a) - rank(b))
}

/** The volumes' driver labels disks with their cluster, and describes whose they are; one that is in use is not left over. */
function isVolume(disk: ComputeItem, { cluster, namespace }: Owner): boolean {
  return (
    disk.users === 0 &&
    disk.labels['goog-k8s-cluster-name'] === cluster &&
    disk.description.includes(`"kubernetes.io/created-for/pvc/namespace":"${namespace}"`)
  )
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
