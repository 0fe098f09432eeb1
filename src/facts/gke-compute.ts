import type { Host } from '../run/host.ts'
import type { Login } from '../tools/gcloud.ts'
import { type Answer, getResource } from '../tools/google-apis.ts'
import { type BalancerKind, balancerKinds, type ComputeItem, computeItems } from '../tools/google-balancer.ts'
import { certain, readApi } from './gke-project.ts'

/** All pages of a list. A page has 500 at most: what others have must not be missed in a project that has more. */
export async function readPages(
  host: Host,
  login: Login,
  project: string,
  kind: BalancerKind,
): Promise<Answer[]> {
  const path = `compute/v1/projects/${project}/${kind === 'firewalls' ? 'global' : 'aggregated'}/${kind}`
  const pages: Answer[] = []
  let page = ''
  do {
    const answer = await readApi(host, login, getResource(login, 'compute', `${path}${page}`))
    const found = certain(answer, `anything in the list of ${kind}`) ?? {}
    pages.push(found)
    const next = found.nextPageToken
    page = typeof next === 'string' && next !== '' ? `?pageToken=${encodeURIComponent(next)}` : ''
  } while (page !== '')
  return pages
}

/** Throws `gke.unknown` when the list cannot be read. */
export async function readKind(
  host: Host,
  login: Login,
  project: string,
  kind: BalancerKind,
): Promise<ComputeItem[]> {
  const pages = await readPages(host, login, project, kind)
  return pages.flatMap(page => computeItems(kind, page))
}

/** What the cluster's controllers made, of whatever app. Throws `gke.unknown` when a list cannot be read. */
export async function readCompute(host: Host, login: Login, project: string): Promise<ComputeItem[]> {
  const found = await Promise.all(balancerKinds.map(kind => readKind(host, login, project, kind)))
  return found.flat()
}
