import * as z from 'zod/mini'
import { googleName } from './gke.ts'

const about = (description: string) => z.meta({ description })

const named = (what: string) => {
  const problem = `should be the name of ${what}: at most 63 of a-z, 0-9 and hyphens`
  return z.string(problem).check(z.regex(googleName, problem))
}

const place = 'should be a zone or a region, for example "europe-west1-b"'

/** `gke.cluster`: what others made and look after, with the network that it is in. */
export const givenCluster = z.strictObject(
  {
    name: named('a cluster').check(about('Name of the cluster, in the same project.')),
    location: z
      .exactOptional(z.string(place).check(z.regex(/^[a-z]+-[a-z]+\d{1,2}(?:-[a-z])?$/, place)))
      .check(about('Zone or region of the cluster; `gke.region` when absent.')),
  },
  'should be a mapping with `name`',
)

/** `gke.network`: what others made and look after. */
export const givenNetwork = z.strictObject(
  {
    name: named('a network').check(about('Name of the network, in the same project.')),
    subnetwork: named('a subnetwork').check(about('Subnetwork for the nodes, in `gke.region`.')),
    pods: z
      .exactOptional(named('a secondary range'))
      .check(about('Secondary range of the subnetwork for pods; GKE makes one when absent.')),
    services: z
      .exactOptional(named('a secondary range'))
      .check(about('Secondary range of the subnetwork for Services; one of Google’s own when absent.')),
  },
  'should be a mapping with `name` and `subnetwork`',
)
