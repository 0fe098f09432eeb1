import type { GkeNames } from '../config/gke-names.ts'
import type { Leftovers } from '../facts/gke-leftovers.ts'
import { priceRange } from '../price/estimate.ts'
import { leftoverPrice, titleOf } from '../price/leftover.ts'
import { gcloud, removeBucket, removeObjects } from '../tools/gcloud.ts'
import type { ComputeItem } from '../tools/google-balancer.ts'
import type { Plan, Step } from './plan.ts'

const commands: Readonly<Record<ComputeItem['kind'], string>> = {
  forwardingRules: 'forwarding-rules',
  targetHttpProxies: 'target-http-proxies',
  targetHttpsProxies: 'target-https-proxies',
  urlMaps: 'url-maps',
  backendServices: 'backend-services',
  healthChecks: 'health-checks',
  networkEndpointGroups: 'network-endpoint-groups',
  disks: 'disks',
  firewalls: 'firewall-rules',
}

const cost = (what: string, sizeGib?: number): string => {
  const price = leftoverPrice(what, sizeGib)
  return price === undefined ? '' : `: about ${priceRange(price)}`
}

/** What is left, a line each with its price. Pure. */
export function describeLeftovers({ items, resources }: Leftovers): string[] {
  return [
    ...resources.map(({ title, address }) => `${title}${cost(address.split('.')[0] ?? '')}`),
    ...items.map(item => `${titleOf(item)}${cost(item.kind, item.sizeGib)}`),
  ]
}

/** Removes what neither the cluster's controllers nor Terraform remove: in an order in which nothing is in use. Pure. */
export function planLeftovers(names: GkeNames, left: Leftovers): Plan {
  const steps = [...removeItems(names, left.items), ...removeResources(names, left)]
  const lines = describeLeftovers(left)
  const asks = `${lines.length} things of ${names.base} are left in ${names.project}, and neither its cluster nor Terraform’s state knows of them: ${lines.join('; ')}. They are removed with all data in them`
  return { verb: 'down', stage: 'teardown', steps, asks }
}

function removeResources({ project }: GkeNames, { resources }: Leftovers): Step[] {
  return resources.map(({ address, title, remove }) => ({
    id: `leftover.remove:${address}`,
    title: `remove ${title}${cost(address.split('.')[0] ?? '')}`,
    action: { kind: 'run', command: gcloud(project, remove) },
  }))
}

/**
 * One gcloud for all of a kind in a place: each start of it takes more than half a second. Of groups it takes one at a
 * time: https://cloud.google.com/sdk/gcloud/reference/compute/network-endpoint-groups/delete
 */
function removeItems({ project }: GkeNames, items: readonly ComputeItem[]): Step[] {
  const groups = new Map<string, ComputeItem[]>()
  for (const item of items) {
    const alone = item.kind === 'networkEndpointGroups' ? `:${item.name}` : ''
    const key = `${item.kind} ${item.scope}${alone}`
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return [...groups.entries()].flatMap(([key, group]) => {
    const [first] = group
    if (first === undefined) return []
    const [level, place] = first.scope.split('/')
    // gcloud knows no other firewall rules than global ones, and refuses to be told so.
    const global = first.kind === 'firewalls' ? [] : ['--global']
    const at = place === undefined ? global : [`--${level?.slice(0, -1)}=${place}`]
    const args = ['compute', commands[first.kind], 'delete', ...group.map(item => item.name), ...at]
    const [title] = group.map(titleOf)
    return [
      {
        id: `leftover.remove:${key.replace(' ', ':')}`,
        title: `remove ${title}${group.length === 1 ? '' : ` and ${group.length - 1} more`}`,
        action: { kind: 'run', command: gcloud(project, args) },
        shows: group.map(item => `${titleOf(item)}${cost(item.kind, item.sizeGib)}`),
      },
    ]
  })
}

/** Terraform's state of one environment, in a bucket that others need. Pure. */
export function planState({ base, environment, bucket, project, statePrefix }: GkeNames): Plan {
  const steps: Step[] = [
    {
      id: 'state.remove',
      title: `remove Terraform’s state of ${environment} from the bucket ${bucket}`,
      action: { kind: 'run', command: removeObjects(project, bucket, statePrefix) },
    },
  ]
  const asks = `nothing of ${base} is left in ${project} but its state in the bucket ${bucket}, where other environments have theirs: it is removed`
  return { verb: 'down', stage: 'teardown', steps, asks }
}

/** The last to go: as long as there is a state, there is a bucket for it. Pure. */
export function planBucket({ base, bucket, project }: GkeNames): Plan {
  const steps: Step[] = [
    {
      id: 'bucket.remove',
      title: `remove the bucket ${bucket} with Terraform’s state`,
      action: { kind: 'run', command: removeBucket(project, bucket) },
    },
  ]
  const asks = `nothing of ${base} is left in ${project} but the bucket ${bucket} with Terraform’s state: it is removed`
  return { verb: 'down', stage: 'teardown', steps, asks }
}
