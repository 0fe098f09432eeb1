import {
  type BalancerKind,
  balancerKinds,
  type ComputeItem,
  isGroup,
  isGroupOf,
  itemPath,
  type OfCluster,
} from './google-balancer.ts'
import { backendOf, clusterOf, isDefault, serviceOf, type WayIn, wayInOf } from './google-descriptions.ts'

/** Whose app it belongs to. */
export interface Owner extends OfCluster {
  readonly cluster: string
  /** Of the cluster: a project can have one of the same name in each. */
  readonly location: string
  readonly namespace: string
  /** Of the app: its Gateway, Ingress and Service are called so. */
  readonly app: string
  /** The cluster is gone, and the network is its own and nobody else's: all goes that is left on it. */
  readonly whole?: boolean | undefined
  /** Firewall rules that go with Terraform's state, by name. */
  readonly known?: readonly string[] | undefined
}

/** The part of a name that stands for a cluster: `gkegw1-UID-...`, `k8s1-UID-...`, `k8s2-um-UID-...`. */
const uidIn = (name: string): string | undefined =>
  /^(?:gkegw\d|k8s1)-([^-]+)-/.exec(name)?.[1] ?? /^k8s2-[a-z]+-([^-]+)-/.exec(name)?.[1]

/**
 * What a cluster's controllers made for an app and somebody has to remove. Groups are ours by network and namespace, the
 * rest by what refers to them: of what a Gateway has, only the groups name the Service, and names are cut off where they
 * get long. Descriptions and names say the same in every cluster of a project: they count only with the cluster's mark,
 * which our groups and what uses them have shown. Pure.
 */
export function itemsOfApp(items: readonly ComputeItem[], owner: Owner): ComputeItem[] {
  const { namespace, only, whole = false } = owner
  const all = new Map(items.map(item => [itemPath(item), item]))
  const ours = new Set<string>()
  const uids = new Set<string>()
  const learn = (uid: string | undefined) => uid !== undefined && uid !== '' && uids.add(uid)
  const usesOurs = (item: ComputeItem) => item.uses.some(path => ours.has(path))
  for (const item of items) {
    if (!isGroupOf(item, owner)) continue
    if (!whole && serviceOf(item).namespace !== namespace) continue
    ours.add(itemPath(item))
    learn(clusterOf(item))
    learn(uidIn(item.name))
  }
  const made = items.filter(item => /^(?:k8s\d?|gkegw\d|gkemcg\d)-/.test(item.name))
  const place = `/locations/${owner.location}/clusters/${owner.cluster}`
  if (whole) for (const item of made) if (wayInOf(item)?.cluster?.endsWith(place)) learn(uidIn(item.name))
  const backends = made.filter(item => item.kind === 'backendServices')
  for (const item of backends.filter(usesOurs)) {
    ours.add(itemPath(item))
    learn(uidIn(item.name))
  }
  // Some names carry only the first characters of the UID.
  const marked = ({ name }: ComputeItem) => {
    const uid = uidIn(name)
    return uid !== undefined && uid.length >= 4 && [...uids].some(known => known.startsWith(uid))
  }
  const named = (item: ComputeItem) => {
    const of = backendOf(item)
    return of.namespace === namespace && (only?.services.includes(of.service) ?? true) && marked(item)
  }
  const hasGroup = ({ uses }: ComputeItem) =>
    uses.some(path => path.includes('/networkEndpointGroups/') && all.has(path))
  for (const item of backends)
    if ((named(item) || (whole && marked(item))) && !hasGroup(item)) ours.add(itemPath(item))
  const checkedBy = (is: boolean) =>
    new Set(backends.filter(item => ours.has(itemPath(item)) === is).flatMap(item => item.uses))
  const [checked, checkedElsewhere] = [checkedBy(true), checkedBy(false)]
  for (const item of made) {
    const path = itemPath(item)
    const counts = checked.has(path) || named(item) || (whole && marked(item) && !checkedElsewhere.has(path))
    if (item.kind === 'healthChecks' && counts) ours.add(path)
  }
  const called = `-${namespace}-${owner.app}-`
  const isCalled = (item: ComputeItem) => {
    const way = wayInOf(item)
    if (way !== undefined) return whole || isOwnWayIn(way)
    const [, ending] = item.name.split(called)
    // Somebody else's may be called `app-more`: after our own name there is a digest, and maybe a port.
    return ending !== undefined && (only === undefined || /^[^-]+(?:-\d+)?$/.test(ending))
  }
  const isOwnWayIn = (way: WayIn) =>
    way.namespace === namespace &&
    (only === undefined || way.name === owner.app) &&
    (way.cluster?.endsWith(place) ?? true)
  // A Gateway of others may send to our Service, and at this moment to no other.
  const isTheirs = (item: ComputeItem) => {
    const way = wayInOf(item)
    return only !== undefined && way !== undefined && !isOwnWayIn(way)
  }
  const usesOthers = (item: ComputeItem) =>
    only !== undefined &&
    item.uses.some(path => {
      const used = all.get(path)
      return used !== undefined && !ours.has(path) && !isNobodys(used, all)
    })
  // What only sends on to https uses nothing of ours: by then its cluster's mark is known from what does.
  for (const counts of [usesOurs, (item: ComputeItem) => usesOurs(item) || (isCalled(item) && marked(item))])
    for (const kind of ['urlMaps', 'targetHttpProxies', 'targetHttpsProxies', 'forwardingRules'])
      for (const item of made.filter(item => item.kind === kind)) {
        if (usesOthers(item) || isTheirs(item) || !counts(item)) continue
        ours.add(itemPath(item))
        learn(uidIn(item.name))
      }
  for (const item of items) if (isVolume(item, owner) || isFirewall(item, owner)) ours.add(itemPath(item))
  const order: readonly BalancerKind[] = [...balancerKinds, 'firewalls']
  const rank = (item: ComputeItem) => order.indexOf(item.kind)
  return items.filter(item => ours.has(itemPath(item))).sort((a, b) => rank(a) - rank(b))
}

/** A backend service that is no app's: every Gateway's URL map has one, and many an Ingress's. */
function isNobodys(item: ComputeItem, all: ReadonlyMap<string, ComputeItem>): boolean {
  const groups = item.uses.flatMap(path => all.get(path) ?? []).filter(isGroup)
  return (
    item.kind === 'backendServices' && (isDefault(item) || (groups.length > 0 && groups.every(isDefault)))
  )
}

/** Names that GKE and its controllers give: https://cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules */
const firewallName = /^(?:gkegw\d|gkemcg\d|gke|gk3|k8s|k8s2)-/

/** What a cluster's controllers let in, and nobody takes back when the cluster goes before them. */
const isFirewall = ({ kind, name, network }: ComputeItem, owner: Owner): boolean =>
  kind === 'firewalls' &&
  owner.whole === true &&
  network === owner.network &&
  firewallName.test(name) &&
  owner.known?.includes(name) !== true

/** The volumes' driver labels disks with their cluster, and describes whose they are; one that is in use is not left over. */
function isVolume(disk: ComputeItem, { cluster, location, namespace, only }: Owner): boolean {
  const [, claim = ''] = /"kubernetes.io\/created-for\/pvc\/name":"([^"]+)"/.exec(disk.description) ?? []
  return (
    disk.kind === 'disks' &&
    (only === undefined || only.claims.includes(claim)) &&
    disk.users === 0 &&
    disk.labels['goog-k8s-cluster-name'] === cluster &&
    disk.labels['goog-k8s-cluster-location'] === location &&
    disk.description.includes(`"kubernetes.io/created-for/pvc/namespace":"${namespace}"`)
  )
}
