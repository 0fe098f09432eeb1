import type { Answer } from './google-apis.ts'
import { clusterOf, serviceOf } from './google-descriptions.ts'

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
/** Firewall rules are looked for only where the network goes with all that is on it. */
export type BalancerKind = (typeof balancerKinds)[number] | 'firewalls'

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

/**
 * The resources of a list as they are, each with its scope. Most are listed for all scopes at once, by scope:
 * https://cloud.google.com/compute/docs/reference/rest/v1/backendServices/aggregatedList; firewalls are only global. Pure.
 */
export function listedItems(
  kind: BalancerKind,
  { items }: Answer,
): { readonly scope: string; readonly item: Answer }[] {
  const listed = Array.isArray(items) ? { global: { [kind]: items } } : (items ?? {})
  const scopes = Object.entries(listed as Readonly<Record<string, Readonly<Record<string, unknown>>>>)
  return scopes.flatMap(([scope, holder]) => {
    const found = holder[kind]
    return Array.isArray(found) ? found.map((item: Answer) => ({ scope, item })) : []
  })
}

/** The items of a list. Pure. */
export const computeItems = (kind: BalancerKind, answer: Answer): ComputeItem[] =>
  listedItems(kind, answer).map(({ scope, item }) => computeItem(kind, scope, item))

/** Pure. */
export function computeItem(kind: BalancerKind, scope: string, item: Answer): ComputeItem {
  // A description names its cluster, which is no use of it.
  const links = JSON.stringify({ ...item, description: '' }).matchAll(
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
}

/** Pure. */
export const isGroup = ({ kind }: ComputeItem): boolean => kind === 'networkEndpointGroups'

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

/** Whether a network cannot go as long as it is there. Pure. */
export const keepsNetwork = (item: ComputeItem): boolean => isGroup(item) || item.kind === 'firewalls'

/**
 * Whether it is a group of a cluster: all on a network of its own, only what is marked on one with others, and only the
 * app's own in a cluster with others. Pure.
 */
export function isGroupOf(item: ComputeItem, { network, marks, only }: OfCluster): boolean {
  if (!isGroup(item)) return false
  if (only !== undefined && !only.services.includes(serviceOf(item).service)) return false
  return marks === undefined ? item.network === network : marks.includes(clusterOf(item))
}
