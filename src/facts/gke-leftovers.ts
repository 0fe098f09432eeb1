import type { GkeConfig } from '../config/gke.ts'
import type { GkeNames } from '../config/gke-names.ts'
import type { Host } from '../run/host.ts'
import type { Login } from '../tools/gcloud.ts'
import { type Answer, type ApiAnswer, getResource } from '../tools/google-apis.ts'
import type { ComputeItem } from '../tools/google-balancer.ts'
import { itemsOfApp, type Owner } from '../tools/google-ownership.ts'
import { readCompute, readKind } from './gke-compute.ts'
import { type Existing, readExisting } from './gke-existing.ts'
import { certain, isAbsent, readApi } from './gke-project.ts'

/** Everything in a project that belongs to an app, whatever Terraform's state and the cluster say of it. */
export interface Leftovers {
  /** Parts of load balancers, and disks of volumes. */
  readonly items: readonly ComputeItem[]
  /** What we give names to, in the order in which it can be removed. */
  readonly resources: readonly Existing[]
}

/**
 * Whether nothing on the network is anybody's any more: we made it, and neither our cluster nor another is on it. Where
 * that cannot be seen it is not so, and what is left there stays.
 */
async function isAbandoned(
  host: Host,
  login: Login,
  names: GkeNames,
  existing: readonly Existing[],
): Promise<boolean> {
  const is = (address: string, found: Existing['found']) =>
    existing.some(resource => resource.address === address && resource.found === found)
  if (names.given !== undefined) return false
  if (!is('google_container_cluster.main', 'absent') || !is('google_compute_network.main', 'ours'))
    return false
  const path = `v1/projects/${names.project}/locations/-/clusters`
  const answer = await readApi(host, login, getResource(login, 'container', path))
  return isAbsent(answer) || (answer?.ok === true && isWithout(answer.value, names.network))
}

/** https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters/list. Pure. */
function isWithout({ clusters, missingZones }: Answer, network: string): boolean {
  // In a zone that did not answer there may be one.
  if (Array.isArray(missingZones) && missingZones.length > 0) return false
  const all: readonly Answer[] = Array.isArray(clusters) ? clusters : []
  return all.every(cluster => String(cluster.network).split('/').at(-1) !== network)
}

/** `of`: what is known of a cluster that others are beside, or in. Throws `gke.unknown` when Google does not say whether something is there. */
export async function readLeftovers(
  host: Host,
  login: Login,
  gke: GkeConfig,
  names: GkeNames,
  app: string,
  of: Pick<Owner, 'marks' | 'only' | 'known'> = {},
): Promise<Leftovers> {
  const [listed, existing] = await Promise.all([
    readCompute(host, login, names.project),
    readExisting(host, login, gke, names, () => true),
  ])
  const [unseen] = existing.filter(resource => resource.found === 'unknown')
  if (unseen !== undefined) certain(unseen.answer, unseen.title)
  const whole = await isAbandoned(host, login, names, existing)
  const rules = whole ? await readKind(host, login, names.project, 'firewalls') : []
  const owner = { ...names, namespace: gke.namespace ?? app, app, ...of, whole }
  return {
    items: itemsOfApp([...listed, ...rules], owner),
    resources: existing.filter(resource => resource.found === 'ours'),
  }
}

/** The bucket of Terraform's state. */
export interface StateBucket {
  readonly ours: boolean
  /** A state of this environment is in it. */
  readonly own: boolean
  /** Environments besides this one that have a state in it. */
  readonly others: readonly string[]
}

/** Undefined when there is none. Throws `gke.unknown` when it, or what is in it, cannot be seen. */
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
  return bucketOf(bucket, objects, names)
}

/** From the answers to a look at the bucket and to one at the folders in it. Pure. */
export function bucketOf(
  bucket: ApiAnswer<Answer>,
  objects: ApiAnswer<Answer>,
  names: GkeNames,
): StateBucket | undefined {
  const found = certain(bucket, `a bucket ${names.bucket}`)
  if (found === undefined) return undefined
  const labels = (found.labels ?? {}) as Readonly<Record<string, unknown>>
  const listed = certain(objects, `another state in the bucket ${names.bucket}`)
  const prefixes = Array.isArray(listed?.prefixes) ? listed.prefixes : []
  const environments = prefixes.map(prefix => String(prefix).split('/')[1] ?? '')
  return {
    ours: labels['managed-by'] === 'rtdeploy',
    own: environments.includes(names.environment),
    others: environments.filter(environment => environment !== names.environment),
  }
}
