import type { GkeConfig } from '../config/gke.ts'
import type { GkeNames } from '../config/gke-names.ts'
import type { Host } from '../run/host.ts'
import type { Login } from '../tools/gcloud.ts'
import { getResource } from '../tools/google-apis.ts'
import { balancerKinds, type ComputeItem, computeItems, itemsOfApp } from '../tools/google-balancer.ts'
import { type Existing, readExisting } from './gke-existing.ts'
import { readApi } from './gke-project.ts'

/** Everything in a project that belongs to an app, whatever Terraform's state and the cluster say of it. */
export interface Leftovers {
  /** Parts of load balancers, and disks of volumes. */
  readonly items: readonly ComputeItem[]
  /** What we give names to, in the order in which it can be removed. */
  readonly resources: readonly Existing[]
}

/** What the cluster's controllers made, of whatever app. */
export async function readCompute(host: Host, login: Login, project: string): Promise<ComputeItem[]> {
  const found = await Promise.all(
    balancerKinds.map(async kind => {
      const path = `compute/v1/projects/${project}/aggregated/${kind}`
      const answer = await readApi(host, login, getResource(login, 'compute', path))
      return answer?.ok === true ? computeItems(kind, answer.value) : []
    }),
  )
  return found.flat()
}

export async function readLeftovers(
  host: Host,
  login: Login,
  gke: GkeConfig,
  names: GkeNames,
  app: string,
): Promise<Leftovers> {
  const [items, existing] = await Promise.all([
    readCompute(host, login, names.project),
    readExisting(host, login, gke, names, () => true),
  ])
  const owner = { ...names, namespace: gke.namespace ?? app, app }
  return {
    items: itemsOfApp(items, owner),
    resources: existing.filter(resource => resource.found === 'ours'),
  }
}

/** The bucket of Terraform's state. */
export interface StateBucket {
  readonly ours: boolean
  /** Environments besides this one that have a state in it. */
  readonly others: readonly string[]
}

/** Undefined when there is none. */
export async function readBucket(
  host: Host,
  login: Login,
  names: GkeNames,
): Promise<StateBucket | undefined> {
  const root = login.endpoints.storage ?? 'https://storage.googleapis.com/storage/v1/'
  const at = (path: string) => ({
    ...getResource(login, 'storage', ''),
    url: `${root}b/${names.bucket}${path}`,
  })
  const [bucket, objects] = await Promise.all([
    readApi(host, login, at('')),
    readApi(host, login, at('/o?prefix=rtdeploy/&delimiter=/')),
  ])
  if (bucket?.ok !== true) return undefined
  const labels = (bucket.value.labels ?? {}) as Readonly<Record<string, unknown>>
  const prefixes = objects?.ok === true && Array.isArray(objects.value.prefixes) ? objects.value.prefixes : []
  const environments = prefixes.map(prefix => String(prefix).split('/')[1] ?? '')
  return {
    // Without any label: a run was cut short before it set ours.
    ours: labels['managed-by'] === 'rtdeploy' || Object.keys(labels).length === 0,
    others: environments.filter(environment => environment !== names.environment),
  }
}
