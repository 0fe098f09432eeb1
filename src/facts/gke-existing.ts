import type { GkeConfig } from '../config/gke.ts'
import type { GkeNames } from '../config/gke-names.ts'
import { knownResources } from '../config/gke-resources.ts'
import type { KnownResource } from '../config/known-resource.ts'
import type { Host } from '../run/host.ts'
import type { Login } from '../tools/gcloud.ts'
import { type Answer, type ApiAnswer, getResource } from '../tools/google-apis.ts'
import { isAbsent, readApi } from './gke-project.ts'

/** A resource by its computed name, and whether it is there and ours. */
export interface Existing extends KnownResource {
  /** `unknown`: nobody answered, or we may not see it. */
  readonly found: 'ours' | 'foreign' | 'absent' | 'unknown'
  readonly answer: ApiAnswer<Answer>
}

/** Looks for resources by the names that we would give them, all at the same time. */
export async function readExisting(
  host: Host,
  login: Login,
  gke: GkeConfig,
  names: GkeNames,
  wanted: (resource: KnownResource) => boolean,
): Promise<Existing[]> {
  return Promise.all(
    knownResources(gke, names)
      .filter(wanted)
      .map(async resource => {
        const answer = await readApi(host, login, getResource(login, resource.api, resource.path))
        if (answer?.ok !== true)
          return { ...resource, answer, found: isAbsent(answer) ? 'absent' : 'unknown' }
        if (resource.isThere?.(answer.value) === false) return { ...resource, answer, found: 'absent' }
        return { ...resource, answer, found: resource.isOurs(answer.value) ? 'ours' : 'foreign' }
      }),
  )
}
