import type { GkeConfig } from '../config/gke.ts'
import type { GkeNames } from '../config/gke-names.ts'
import { neededPermissions, neededServices } from '../config/gke-needs.ts'
import { exitCodes, UserError } from '../errors.ts'
import type { Host } from '../run/host.ts'
import type { Login } from '../tools/gcloud.ts'
import {
  type ApiAnswer,
  type ApiRead,
  billingEnabled,
  bucketVersioned,
  type ClusterState,
  clusterState,
  enabledServices,
  heldPermissions,
  projectQuotas,
  projectState,
  type Quota,
  refusalOf,
  regionQuotas,
} from '../tools/google-apis.ts'
import { type GivenFacts, readGiven } from './gke-given.ts'

/** What Google says of a project. Each is an answer, a refusal, or nothing when nobody answered. */
export interface ProjectFacts {
  readonly state: ApiAnswer<string>
  readonly billing: ApiAnswer<boolean>
  readonly permissions: ApiAnswer<readonly string[]>
  readonly services: ApiAnswer<readonly string[]>
  readonly regionQuotas: ApiAnswer<readonly Quota[]>
  readonly projectQuotas: ApiAnswer<readonly Quota[]>
  readonly cluster: ApiAnswer<ClusterState>
  /** Whether the bucket of the state keeps old versions. */
  readonly bucket: ApiAnswer<boolean>
  /** What others made, when the app is to use it. */
  readonly given?: GivenFacts | undefined
}

const timeoutMs = 15_000

/** One read with the login of gcloud. Nothing is repeated: the person runs us again. */
export async function readApi<T>(host: Host, login: Login, read: ApiRead<T>): Promise<ApiAnswer<T>> {
  const answer = await host.request(read.url, {
    method: read.method,
    timeoutMs,
    headers: {
      authorization: `Bearer ${login.token.reveal()}`,
      'content-type': 'application/json',
      // With a person's login some APIs are called through gcloud's own project; its name says that it is gcloud's.
      'user-agent': 'rtdeploy google-cloud-sdk',
    },
    ...(read.body === undefined ? {} : { body: read.body }),
  })
  if (answer === undefined) return undefined
  if (answer.status !== 200) return refusalOf(answer.status, answer.body)
  return { ok: true, value: read.parse(answer.body) }
}

/** Of an API that is off: its own word, and the one of older APIs. Nothing can be there: it is made with the API. */
const off: readonly string[] = ['SERVICE_DISABLED', 'accessNotConfigured']

/** Whether Google said for certain that something is not there. Pure. */
export const isAbsent = (answer: ApiAnswer<unknown>): boolean =>
  answer?.ok === false && (answer.status === 404 || off.includes(answer.reason))

/**
 * What is there, or undefined when Google says that it is not. For what goes by it: no answer is no leave to go on.
 * Throws `gke.unknown` (exit 3). Pure.
 */
export function certain<T>(answer: ApiAnswer<T>, what: string): T | undefined {
  if (answer?.ok === true) return answer.value
  if (isAbsent(answer)) return undefined
  const why = answer === undefined ? 'nobody answered' : `${answer.status} ${answer.reason}`.trim()
  throw new UserError(`whether there is ${what} cannot be seen: ${why}`, {
    code: 'gke.unknown',
    hint: 'nothing is done on a guess: when Google answers, and this account may look, run this again',
    details: answer === undefined || answer.message === '' ? [] : [answer.message],
    exitCode: exitCodes.missing,
  })
}

/** All reads at the same time. */
export async function readProject(
  host: Host,
  login: Login,
  gke: GkeConfig,
  names: GkeNames,
): Promise<ProjectFacts> {
  const { project, region, location, cluster, bucket } = names
  const all = <T>(read: ApiRead<T>) => readApi(host, login, read)
  const [state, billing, permissions, services, region_, project_, found, kept, given] = await Promise.all([
    all(projectState(login, project)),
    all(billingEnabled(login, project)),
    all(heldPermissions(login, project, neededPermissions(gke))),
    all(enabledServices(login, project, neededServices(gke))),
    all(regionQuotas(login, project, region)),
    all(projectQuotas(login, project)),
    all(clusterState(login, project, location, cluster)),
    all(bucketVersioned(login, bucket)),
    readGiven(login, gke, names, all),
  ])
  return {
    state,
    billing,
    permissions,
    services,
    regionQuotas: region_,
    projectQuotas: project_,
    cluster: found,
    bucket: kept,
    given,
  }
}
