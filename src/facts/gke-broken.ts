import type { GkeNames } from '../config/gke-names.ts'
import { UserError } from '../errors.ts'
import type { Verb } from '../report/report.ts'
import type { ClusterState } from '../tools/google-apis.ts'
import type { ComputeItem } from '../tools/google-balancer.ts'

/** A volume of the cluster, or a group that a Service of it has: nobody has either before the first release. */
function isInside(item: ComputeItem, { network, cluster, location }: GkeNames): boolean {
  if (item.kind === 'networkEndpointGroups') return item.network === network
  const { 'goog-k8s-cluster-name': name, 'goog-k8s-cluster-location': place } = item.labels
  return item.kind === 'disks' && name === cluster && place === location
}

/** Whether it is in status ERROR and made by us: only then is anything done to it. Pure. */
export const isOurBroken = (cluster: ClusterState, names: GkeNames): boolean =>
  cluster.status === 'ERROR' && cluster.owner === names.base

/**
 * A broken cluster of ours goes without a word only when nothing was ever released to it; `down` removes all anyway.
 * Throws `gke.cluster-broken`. `items`: of the whole project. Pure.
 */
export function refuseUsed(verb: Verb, names: GkeNames, items: readonly ComputeItem[]): void {
  if (verb === 'down') return
  const inside = items.filter(item => isInside(item, names))
  if (inside.length === 0) return
  const { cluster, location, project } = names
  throw new UserError(`the cluster ${cluster} is broken, and an app is in it: it is not removed`, {
    code: 'gke.cluster-broken',
    hint: `to remove it with all that is in it: gcloud container clusters delete ${cluster} --location=${location} --project=${project}; then rtdeploy ${verb} makes it anew`,
    details: inside.slice(0, 10).map(({ kind, name }) => `${kind === 'disks' ? 'disk' : 'group'} ${name}`),
  })
}
