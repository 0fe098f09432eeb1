import * as z from 'zod/mini'
import { googleName } from './gke.ts'

const about = (description: string) => z.meta({ description })

const named = (what: string) => {
  const problem = `should be the name of ${what}: at most 63 of a-z, 0-9 and hyphens`
  return z.string(problem).check(z.regex(googleName, problem))
}

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
