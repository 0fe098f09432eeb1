import type { ComputeItem } from '../tools/google-balancer.ts'
import { type Price, prices } from './table.ts'

const hours = 730

/** What something goes on costing a month when it is forgotten; undefined where that is nothing by itself. Pure. */
export function leftoverPrice(
  what: string,
  sizeGib = 0,
): { readonly low: number; readonly high: number } | undefined {
  const monthly: Readonly<Record<string, readonly [Price, number]>> = {
    forwardingRules: [prices.forwardingRulesHour, hours],
    disks: [prices.balancedDiskMonth, sizeGib],
    google_container_cluster: [prices.clusterHour, hours],
    google_container_node_pool: [prices.standardNodeHour, 2 * hours],
    google_compute_global_address: [prices.idleAddressHour, hours],
    google_compute_router_nat: [prices.natNodeHour, hours],
    google_redis_instance: [prices.redisHaGibHour, hours],
    google_artifact_registry_repository: [prices.registryGibMonth, 2],
    google_secret_manager_secret: [prices.secretMonth, 1],
    google_dns_managed_zone: [prices.zoneMonth, 1],
  }
  const found = monthly[what]
  if (found === undefined) return undefined
  const [price, amount] = found
  const rounded = (value: number) => Math.round(value * amount * 100) / 100
  return { low: rounded(price.low), high: rounded(price.high) }
}

/** What people call it, with its size where it has one. Pure. */
export function titleOf({ kind, name, scope, sizeGib }: ComputeItem): string {
  const nouns: Readonly<Record<ComputeItem['kind'], string>> = {
    forwardingRules: 'forwarding rule',
    targetHttpProxies: 'HTTP proxy',
    targetHttpsProxies: 'HTTPS proxy',
    urlMaps: 'URL map',
    backendServices: 'backend service',
    healthChecks: 'health check',
    networkEndpointGroups: 'network endpoint group',
    disks: 'disk',
    firewalls: 'firewall rule',
  }
  const where = scope === 'global' ? '' : ` in ${scope.split('/').at(-1)}`
  return `${nouns[kind]} ${name}${kind === 'disks' ? ` of ${sizeGib} GiB` : ''}${where}`
}
