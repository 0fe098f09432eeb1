import type { GkeConfig } from '../config/gke.ts'
import { type Price, priceDate, prices } from './table.ts'

/** What one thing costs a month, in US dollars. */
export interface Item {
  /** Stable: `cluster`, `nodes`. */
  readonly id: string
  readonly title: string
  readonly low: number
  readonly high: number
  readonly basis: Price['basis']
  /** It costs nothing more once `rtdeploy down` is through. */
  readonly stopsAtDown: boolean
}

export interface Estimate {
  readonly currency: 'USD'
  /** Year and month of the table. */
  readonly asOf: string
  readonly items: readonly Item[]
  readonly low: number
  readonly high: number
  /** For each 1,000 people who are connected all month, on top. */
  readonly per1000Connections: { readonly low: number; readonly high: number }
  /** What Google gives back for the first cluster of a billing account; already in `low`. */
  readonly freeTier: number
  /** What the app costs on top and belongs to others, in words. */
  readonly notCounted?: string
}

const hours = 730

/** What a replica asks for: the requests in infra/kubernetes/deployment.yaml as `init` writes it. */
const replica = { cpu: 0.25, memoryGib: 0.25 }
const besides = { cpu: 0.2, memoryGib: 0.5 }

/**
 * GiB to the clients, per connection and month: at least the pings (each 25 s, some 200 bytes with all headers, both ways),
 * at most a lively chat of 0.2 messages a second of 200 bytes for a third of the time.
 */
const connectionGib = { low: 0.02, high: 0.1 }

/** A month of an app on GKE: with what its configuration makes, and no discounts but the free tier. Pure. */
export function estimate(gke: GkeConfig, replicas: number): Estimate {
  const items = itemsOf(gke, replicas)
  const zonal = gke.minimal || gke.mode === 'autopilot'
  const freeTier = gke.cluster === undefined && zonal ? prices.freeTierMonth.low : 0
  const fee = prices.clusterHour.low * hours
  const sum = (side: 'low' | 'high') => items.reduce((all, item) => all + item[side], 0)
  const gib = (side: 'low' | 'high') =>
    1000 * connectionGib[side] * (prices.egressGib[side] + prices.balancerGib[side])
  return {
    currency: 'USD',
    asOf: priceDate,
    items,
    low: rounded(sum('low') - Math.min(freeTier, fee)),
    high: rounded(sum('high')),
    per1000Connections: { low: rounded(gib('low')), high: rounded(gib('high')) },
    freeTier: rounded(Math.min(freeTier, fee)),
    ...(gke.cluster === undefined
      ? {}
      : {
          notCounted: `the nodes of the cluster ${gke.cluster.name}, or what the pods request there on Autopilot`,
        }),
  }
}

function itemsOf(gke: GkeConfig, replicas: number): Item[] {
  return [
    // What others pay for already is not counted: the pods run on their nodes.
    ...(gke.cluster === undefined ? clusterItems(gke, replicas) : []),
    item('balancer', 'load balancer, without traffic', [[prices.forwardingRulesHour, hours]]),
    item('registry', 'images, 2 GiB', [[prices.registryGibMonth, 2]]),
    item('bucket', 'Terraform’s state', [[prices.bucketGibMonth, 0.01]]),
    ...(gke.redis === 'memorystore'
      ? [item('redis', 'Memorystore, 1 GiB with a replica', [[prices.redisHaGibHour, hours]])]
      : []),
    ...(gke.mongo === 'secret-manager'
      ? [item('secret', 'secret with MongoDB’s URL', [[prices.secretMonth, 1]])]
      : []),
    ...(gke.mongo === 'in-cluster'
      ? [item('volumes', 'volumes, 10 GiB', [[prices.balancedDiskMonth, 10]])]
      : []),
    ...(gke.dns === 'zone' ? [item('zone', 'DNS zone', [[prices.zoneMonth, 1]])] : []),
  ]
}

function clusterItems(gke: GkeConfig, replicas: number): Item[] {
  const nodes = gke.minimal ? 2 : gke.mode === 'standard' ? 2 : 3
  return [
    item('cluster', 'cluster fee', [[prices.clusterHour, hours]]),
    ...workers(gke, replicas),
    ...(gke.minimal
      ? [item('node-addresses', `addresses of ${nodes} nodes`, [[prices.addressHour, nodes * hours]])]
      : gke.network !== undefined
        ? []
        : [
            item('nat', `NAT for ${nodes} nodes, without traffic`, [
              [prices.natNodeHour, nodes * hours],
              [prices.addressHour, hours],
            ]),
          ]),
  ]
}

function workers(gke: GkeConfig, replicas: number): Item[] {
  if (gke.mode === 'autopilot') {
    const cpu = replicas * replica.cpu + besides.cpu
    const memory = replicas * replica.memoryGib + besides.memoryGib
    const used: Use[] = [
      [prices.autopilotCpuHour, cpu * hours],
      [prices.autopilotMemoryHour, memory * hours],
    ]
    return [item('pods', `pods: ${replicas} replicas and what is beside them`, used)]
  }
  if (gke.minimal) {
    const used: Use[] = [
      [prices.minimalNodeHour, 2 * hours],
      [prices.standardDiskMonth, 60],
    ]
    return [item('nodes', '2 Spot nodes, e2-medium', used)]
  }
  const pool = item('nodes', '2 nodes, e2-standard-2; up to 6 under load', [
    [prices.standardNodeHour, 2 * hours],
    [prices.balancedDiskMonth, 100],
  ])
  return gke.spot
    ? [pool, { ...item('spot', 'Spot pool, 0 to 3 nodes', [[prices.spotNodeHour, 3 * hours]]), low: 0 }]
    : [pool]
}

type Use = readonly [price: Price, amount: number]

function item(id: string, title: string, uses: readonly Use[]): Item {
  const sum = (side: 'low' | 'high') =>
    rounded(uses.reduce((all, [price, amount]) => all + price[side] * amount, 0))
  const basis = uses.every(([price]) => price.basis === 'list') ? 'list' : 'estimate'
  return { id, title, low: sum('low'), high: sum('high'), basis, stopsAtDown: true }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}

const dollars = (value: number) => (value < 10 ? value.toFixed(2) : String(Math.round(value)))

/** `USD 61-125 a month`. Pure. */
export function priceRange({ low, high }: Pick<Estimate, 'low' | 'high'>): string {
  return low === high ? `USD ${dollars(low)} a month` : `USD ${dollars(low)}-${dollars(high)} a month`
}

/** The estimate in words, the dearest first. Pure. */
export function renderEstimate(made: Estimate): string[] {
  const shown = made.items.filter(one => one.high >= 0.05).sort((a, b) => b.high - a.high)
  const widest = Math.max(...shown.map(one => one.title.length))
  const range = (one: { low: number; high: number }) =>
    one.low === one.high ? dollars(one.low) : `${dollars(one.low)}-${dollars(one.high)}`
  return [
    `about ${priceRange(made)}, by list prices and estimates of ${made.asOf}:`,
    ...shown.map(
      one => `  ${one.title.padEnd(widest)}  ${range(one)}${one.basis === 'estimate' ? ' (estimate)' : ''}`,
    ),
    ...(made.freeTier === 0
      ? []
      : [
          `  the lower figure has Google’s free tier in it: ${dollars(made.freeTier)} for one cluster a billing account`,
        ]),
    `  each 1,000 people who are connected all month: ${range(made.per1000Connections)} more (estimate)`,
    ...(made.notCounted === undefined ? [] : [`  not counted: ${made.notCounted}`]),
    '  all of it stops at `rtdeploy down`',
  ]
}
