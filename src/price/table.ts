/** US dollars, from the cheapest usual region to a dear one. */
export interface Price {
  readonly low: number
  readonly high: number
  /** `list`: from Google's page. `estimate`: a range that we believe in, without a page to point to. */
  readonly basis: 'list' | 'estimate'
}

/** When the figures were looked up: they are shown with it, and nobody is to take them for a bill. */
export const priceDate = '2026-11'

const list = (low: number, high = low): Price => ({ low, high, basis: 'list' })
const estimate = (low: number, high: number): Price => ({ low, high, basis: 'estimate' })

/**
 * Prices per unit. Hours are Google's own unit for most of them; a month has 730.
 * Where a range is an estimate, the bill will tell better: https://cloud.google.com/products/calculator
 */
export const prices = {
  /** Per cluster and hour, whatever its mode: https://cloud.google.com/kubernetes-engine/pricing */
  clusterHour: list(0.1),
  /** Credit a month and billing account, for one zonal or Autopilot cluster: the same page. */
  freeTierMonth: list(74.4),
  /** Per requested vCPU and hour on Autopilot. */
  autopilotCpuHour: estimate(0.04, 0.07),
  /** Per requested GiB of memory and hour on Autopilot. */
  autopilotMemoryHour: estimate(0.0045, 0.008),
  /** e2-standard-2, per hour. */
  standardNodeHour: estimate(0.067, 0.11),
  /** e2-medium as Spot, per hour: Spot is 60 to 91 % off, https://cloud.google.com/spot-vms/pricing */
  minimalNodeHour: estimate(0.006, 0.02),
  /** e2-standard-2 as Spot, per hour: the same. */
  spotNodeHour: estimate(0.01, 0.045),
  /** Balanced persistent disk, per GiB and month. */
  balancedDiskMonth: estimate(0.1, 0.16),
  /** Standard persistent disk, per GiB and month. */
  standardDiskMonth: estimate(0.04, 0.07),
  /** The first five together, per hour: https://cloud.google.com/load-balancing/pricing */
  forwardingRulesHour: list(0.025),
  /** Per GiB through the load balancer, each way: the same page; other regions ask up to half more. */
  balancerGib: list(0.008, 0.012),
  /** Per GiB to the internet, premium tier, which a global load balancer has. */
  egressGib: estimate(0.08, 0.19),
  /** Per node and hour: https://cloud.google.com/nat/pricing */
  natNodeHour: list(0.0014),
  /** An external address in use, per hour: the same page, and https://cloud.google.com/vpc/network-pricing */
  addressHour: list(0.005),
  /** A static address that nothing uses, per hour. */
  idleAddressHour: estimate(0.005, 0.015),
  /** Artifact Registry, per GiB and month beyond the first half. */
  registryGibMonth: estimate(0.1, 0.1),
  /** Cloud Storage, per GiB and month. */
  bucketGibMonth: estimate(0.02, 0.026),
  /** Memorystore for Redis, standard tier of the smallest size, per GiB and hour. */
  redisHaGibHour: estimate(0.05, 0.09),
  /** Per version and month. */
  secretMonth: estimate(0.06, 0.06),
  /** Cloud DNS, per zone and month. */
  zoneMonth: estimate(0.2, 0.2),
} as const satisfies Readonly<Record<string, Price>>
