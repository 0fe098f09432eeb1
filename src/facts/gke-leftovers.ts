import type { GkeConfig } from '../config/gke.ts'
import type { GkeNames } from '../config/gke-names.ts'
import type { Host } from '../run/host.ts'
import type { Login } from '../tools/gcloud.ts'
import { type Answer, type ApiAnswer, getResource } from '../tools/google-apis.ts'
import {
  type BalancerKind,
  balancerKinds,
  type ComputeItem,
  computeItems,
  itemsOfApp,
  type OfCluster,
} from '../tools/google-balancer.ts'
import { type Existing, readExisting } from './gke-existing.ts'
import { certain, readApi } from './gke-project.ts'

/** Everything in a project that belongs to an app, whatever Terraform's state and the cluster say of it. */
export interface Leftovers {
  /** Parts of load balancers, and disks of volumes. */
  readonly items: readonly ComputeItem[]
  /** What we give names to, in the order in which it can be removed. */
  readonly resources: readonly Existing[]
}

/** What the cluster's controllers made, of whatever app. Throws `gke.unknown` when a list cannot be read. */
export async function readCompute(host: Host, login: Login, project: string): Promise<ComputeItem[]> {
  const found = await Promise.all(balancerKinds.map(kind => readKind(host, login, project, kind)))
  return found.flat()
}

/** A page has 500 at most: what others have must not be missed in a project that has more. */
async function readKind(
  host: Host,
  login: Login,
  project: string,
  kind: BalancerKind,
): Promise<ComputeItem[]> {
  const path = `compute/v1/projects/${project}/aggregated/${kind}`
  const items: ComputeItem[] = []
  let page = ''
  do {
    const answer = await readApi(host, login, getResource(login, 'compute', `${path}${page}`))
    const found = certain(answer, `anything in the list of ${kind}`) ?? {}
    items.push(...computeItems(kind, found))
    const next = found.nextPageToken
    page = typeof next === 'string' && next !== '' ? `?pageToken=${encodeURIComponent(next)}` : ''
  } while (page !== '')
  return items
}

/** `of`: what is known of a cluster that others are beside, or in. Throws `gke.unknown` when Google does not say whether something is there. */
export async function readLeftovers(
  host: Host,
  login: Login,
  gke: GkeConfig,
  names: GkeNames,
  app: string,
  of: Pick<OfCluster, 'marks' | 'only'> = {},
): Promise<Leftovers> {
  const [items, existing] = await Promise.all([
    readCompute(host, login, names.project),
    readExisting(host, login, gke, names, () => true),
  ])
  const [unseen] = existing.filter(resource => resource.found === 'unknown')
  if (unseen !== undefined) certain(unseen.answer, unseen.title)
  const owner = { ...names, namespace: gke.namespace ?? app, app, ...of }
  return {
    items: itemsOfApp(items, owner),
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
