import type { GkeConfig } from '../config/gke.ts'
import type { GkeNames } from '../config/gke-names.ts'
import type { Login } from '../tools/gcloud.ts'
import { type Answer, type ApiAnswer, type ApiRead, getResource } from '../tools/google-apis.ts'

/** A network that others made, as Google shows it. */
export interface GivenNetworkFacts {
  readonly network: ApiAnswer<Answer>
  readonly subnetwork: ApiAnswer<Answer>
  /** Of the region: their NATs are how nodes without addresses reach the world. */
  readonly routers: ApiAnswer<Answer>
}

/** What others made and the app is to use. */
export type GivenFacts =
  | ({ readonly kind: 'network' } & GivenNetworkFacts)
  | { readonly kind: 'cluster'; readonly cluster: ApiAnswer<Answer> }

/** Undefined when the app makes all it needs. */
export async function readGiven(
  login: Login,
  gke: GkeConfig,
  { project, region, location, cluster }: GkeNames,
  ask: (read: ApiRead<Answer>) => Promise<ApiAnswer<Answer>>,
): Promise<GivenFacts | undefined> {
  if (gke.cluster !== undefined) {
    const path = `v1/projects/${project}/locations/${location}/clusters/${cluster}`
    return { kind: 'cluster', cluster: await ask(getResource(login, 'container', path)) }
  }
  if (gke.network === undefined) return undefined
  const { name, subnetwork: nodes } = gke.network
  const read = (path: string) => ask(getResource(login, 'compute', `compute/v1/projects/${project}/${path}`))
  const [network, subnetwork, routers] = await Promise.all([
    read(`global/networks/${name}`),
    read(`regions/${region}/subnetworks/${nodes}`),
    read(`regions/${region}/routers?maxResults=500`),
  ])
  return { kind: 'network', network, subnetwork, routers }
}
