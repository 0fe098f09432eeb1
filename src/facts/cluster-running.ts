import { addressOf, entryOf, urlOf } from '../kubernetes/entry.ts'
import type { Inventory } from '../kubernetes/inventory.ts'
import { argumentOf, type KubernetesObject, objectsOf } from '../kubernetes/object.ts'
import type { Host } from '../run/host.ts'
import { type Cluster, getList } from '../tools/kubectl.ts'
import { askCluster } from './cluster-connection.ts'

/** What of an inventory is there now. */
export interface LiveObjects {
  readonly objects: readonly KubernetesObject[]
  readonly entry: KubernetesObject | undefined
  /** By the entry point's own account. */
  readonly url: string | undefined
  readonly address: string | undefined
}

/** Reads all objects of an inventory at once. */
export async function readLive(host: Host, cluster: Cluster, inventory: Inventory): Promise<LiveObjects> {
  const names = inventory.objects.map(argumentOf)
  const objects =
    names.length === 0 ? [] : objectsOf(await askCluster(host, cluster, getList(cluster, names)))
  return liveOf(objects)
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
