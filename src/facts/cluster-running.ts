import { addressOf, entryOf, urlOf } from '../kubernetes/entry.ts'
import { type Inventory, ofServedKinds, removed } from '../kubernetes/inventory.ts'
import {
  argumentOf,
  type KubernetesObject,
  type ObjectReference,
  objectsOf,
  referenceOf,
} from '../kubernetes/object.ts'
import type { Host } from '../run/host.ts'
import { apiResources, type Cluster, getList } from '../tools/kubectl.ts'
import { askCluster, clusterError } from './cluster-connection.ts'

/** What of an inventory is there now. */
export interface LiveObjects {
  readonly objects: readonly KubernetesObject[]
  readonly entry: KubernetesObject | undefined
  /** By the entry point's own account. */
  readonly url: string | undefined
  readonly address: string | undefined
}

const timeoutMs = 60_000

/** Reads all objects of an inventory at once. */
export async function readLive(host: Host, cluster: Cluster, inventory: Inventory): Promise<LiveObjects> {
  return liveOf(await readObjects(host, cluster, inventory.objects))
}

async function readObjects(
  host: Host,
  cluster: Cluster,
  references: readonly ObjectReference[],
): Promise<KubernetesObject[]> {
  if (references.length === 0) return []
  const query = getList(cluster, references.map(argumentOf))
  const ran = await host.run(query.command, { timeoutMs, signal: host.interrupted })
  host.interrupted.throwIfAborted()
  if (ran.exitCode === 0) return objectsOf(query.parse(ran.stdout))
  const error = clusterError(query.command, ran, cluster)
  // One kind that is gone, and kubectl says nothing of all others.
  if (!/the server doesn't have a resource type/.test(ran.stderr)) throw error
  const served = await readServed(host, cluster, references)
  if (served.length === references.length) throw error
  return readObjects(host, cluster, served)
}

const readServed = async (host: Host, cluster: Cluster, references: readonly ObjectReference[]) =>
  ofServedKinds(references, await askCluster(host, cluster, apiResources(cluster)))

/** An inventory without what is no longer `wanted` and went with its kind: nobody can be asked to remove that. */
export async function readInventory(
  host: Host,
  cluster: Cluster,
  recorded: Inventory,
  wanted: readonly KubernetesObject[],
): Promise<Inventory> {
  const leaving = removed(recorded, { objects: wanted.map(referenceOf) })
  if (leaving.length === 0) return recorded
  const served = await readServed(host, cluster, leaving)
  const gone = leaving.filter(reference => !served.includes(reference))
  return { objects: recorded.objects.filter(reference => !gone.includes(reference)) }
}

/** What objects say of the way in. Pure. */
export function liveOf(objects: readonly KubernetesObject[]): LiveObjects {
  const entry = entryOf(objects)
  const routes = objects.filter(object => object.kind === 'HTTPRoute')
  return {
    objects,
    entry,
    url: entry === undefined ? undefined : urlOf(entry, routes),
    address: entry === undefined ? undefined : addressOf(entry),
  }
}
