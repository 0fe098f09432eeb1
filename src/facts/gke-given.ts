import type { GkeConfig } from '../config/gke.ts'
import type { GkeNames } from '../config/gke-names.ts'
import type { Login } from '../tools/gcloud.ts'
import { type Answer, type ApiAnswer, type ApiRead, getResource } from '../tools/google-apis.ts'

/** What others made and the app is to use, as Google shows it. */
export interface GivenFacts {
  readonly network: ApiAnswer<Answer>
  readonly subnetwork: ApiAnswer<Answer>
  /** Of the region: their NATs are how nodes without addresses reach the world. */
  readonly routers: ApiAnswer<Answer>
}

/** Undefined when the app makes all it needs. */
export async function readGiven(
  login: Login,
  gke: GkeConfig,
  { project, region }: GkeNames,
  ask: (read: ApiRead<Answer>) => Promise<ApiAnswer<Answer>>,
): Promise<GivenFacts | undefined> {
  if (gke.network === undefined) return undefined
  const { name, subnetwork: nodes } = gke.network
  const read = (path: string) => ask(getResource(login, 'compute', `compute/v1/projects/${project}/${path}`))
  const [network, subnetwork, routers] = await Promise.all([
    read(`global/networks/${name}`),
    read(`regions/${region}/subnetworks/${nodes}`),
    read(`regions/${region}/routers?maxResults=500`),
  ])
  return { network, subnetwork, routers }
}
