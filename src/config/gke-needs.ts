import type { GkeConfig } from './gke.ts'

/** The APIs that must be on. The first two are what Terraform itself needs before it can switch on any other. Pure. */
export function neededServices(gke: GkeConfig): string[] {
  const managed = gke.certificate === 'managed' && gke.entry === 'gateway'
  const names = [
    'cloudresourcemanager',
    'serviceusage',
    'artifactregistry',
    'compute',
    'container',
    'iam',
    // Nodes without an account of their own have one with the project's number in its name, which comes with its billing.
    ...(gke.cluster === undefined ? [] : ['cloudbilling']),
    ...(managed ? ['certificatemanager'] : []),
    ...(gke.dns === 'zone' ? ['dns'] : []),
    ...(gke.redis === 'memorystore' ? ['redis'] : []),
    ...(gke.mongo === 'secret-manager' ? ['secretmanager'] : []),
  ]
  return names.map(name => `${name}.googleapis.com`)
}

/**
 * What the account must be allowed to do, as `projects.testIamPermissions` takes it: at most 100 names, all of them in
 * roles/owner. Rights to objects are not: an owner has them by each bucket's own policy.
 * https://cloud.google.com/iam/docs/permissions-reference, https://cloud.google.com/storage/docs/access-control/iam-roles#basic-roles. Pure.
 */
export function neededPermissions(gke: GkeConfig): string[] {
  const managed = gke.certificate === 'managed' && gke.entry === 'gateway'
  return [
    'serviceusage.services.enable',
    'storage.buckets.create',
    ...placePermissions(gke),
    'compute.globalAddresses.create',
    'compute.backendServices.list',
    'compute.networkEndpointGroups.list',
    'artifactregistry.repositories.create',
    'artifactregistry.repositories.setIamPolicy',
    'artifactregistry.repositories.uploadArtifacts',
    ...(managed
      ? [
          'certificatemanager.certs.create',
          'certificatemanager.certmaps.create',
          'certificatemanager.dnsauthorizations.create',
        ]
      : []),
    ...(gke.dns === 'zone' ? ['dns.managedZones.create', 'dns.changes.create'] : []),
    ...(gke.redis === 'memorystore' ? ['redis.instances.create', 'redis.instances.getAuthString'] : []),
    ...(gke.mongo === 'secret-manager' ? ['secretmanager.secrets.create', 'secretmanager.versions.add'] : []),
  ]
}

/** What the state's bucket must allow, once it is there: Terraform writes state and lock, and takes the lock away. */
export const bucketPermissions: readonly string[] = ['storage.objects.create', 'storage.objects.delete']

/** For network, cluster and nodes: to make them, or to see those that are there. */
function placePermissions({ cluster, network, minimal }: GkeConfig): string[] {
  // What one may do in a cluster of others may be granted there, namespace by namespace: it is asked itself later.
  if (cluster !== undefined) return ['container.clusters.get']
  const ownNetwork = [
    'compute.networks.create',
    'compute.networks.delete',
    'compute.subnetworks.create',
    ...(minimal ? [] : ['compute.routers.create']),
  ]
  return [
    ...(network === undefined ? ownNetwork : ['compute.networks.get', 'compute.subnetworks.get']),
    'container.clusters.create',
    'container.clusters.delete',
    'container.clusters.getCredentials',
    'container.deployments.create',
    'container.secrets.create',
    'iam.serviceAccounts.create',
    'iam.serviceAccounts.actAs',
    'resourcemanager.projects.setIamPolicy',
  ]
}

/** A quota and how much of it a first `up` takes. */
export interface QuotaNeed {
  /** As Compute Engine names it. */
  readonly metric: string
  /** For people, in a sentence: `12 of the CPUs`. */
  readonly noun: string
  readonly scope: 'region' | 'global'
  readonly amount: number
}

/**
 * What a cluster takes until it serves: the pool that is made and removed with a Standard cluster has one node of two
 * CPUs a zone; Autopilot starts with two to three small nodes and adds what the pods ask for. Disks of nodes are balanced
 * persistent disks, which count as SSD: https://cloud.google.com/compute/resource-usage#disk_quota. Pure.
 */
export function neededQuotas(gke: GkeConfig): QuotaNeed[] {
  const address = {
    metric: 'STATIC_ADDRESSES',
    noun: 'global static addresses',
    scope: 'global',
    amount: 1,
  } as const
  if (gke.cluster !== undefined) return [address]
  const zones = gke.minimal ? 1 : 3
  const autopilot = gke.mode === 'autopilot'
  return [
    {
      metric: 'CPUS',
      noun: 'CPUs',
      scope: 'region',
      amount: autopilot ? 8 : 2 * zones + (gke.minimal ? 4 : 2),
    },
    {
      metric: 'SSD_TOTAL_GB',
      noun: 'GB of SSD disks',
      scope: 'region',
      amount: autopilot ? 300 : 20 * zones + (gke.minimal ? 0 : 100),
    },
    ...(gke.minimal
      ? [
          {
            metric: 'IN_USE_ADDRESSES',
            noun: 'external addresses in use',
            scope: 'region' as const,
            amount: 3,
          },
        ]
      : []),
    ...(gke.network === undefined
      ? [{ metric: 'NETWORKS', noun: 'networks', scope: 'global' as const, amount: 1 }]
      : []),
    address,
  ]
}
