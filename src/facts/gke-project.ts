import type { GkeConfig } from '../config/gke.ts'
import type { GkeNames } from '../config/gke-names.ts'
import { bucketPermissions, neededPermissions, neededServices } from '../config/gke-needs.ts'
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
  heldInBucket,
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
  /** What it allows of `bucketPermissions`. */
  readonly objects?: ApiAnswer<readonly string[]>
  /** What others made, when the app is to use it. */
  readonly given?: GivenFacts | undefined
}

const timeoutMs = 15_000

/**
 * One read with the login of gcloud. What failed is not repeated, the person runs us again; but where Google looked at
 * gcloud's own project it is asked once more, on behalf of the project that the read is about:
 * https://cloud.google.com/docs/quotas/set-quota-project.
 */
export async function readApi<T>(host: Host, login: Login, read: ApiRead<T>): Promise<ApiAnswer<T>> {
  const answer = await readOnce(host, login, read)
  const [, project] = /\/projects\/([^/:?]+)/.exec(read.url) ?? []
  if (!isOffElsewhere(answer) || project === undefined) return answer
  const again = await readOnce(host, login, read, { 'x-goog-user-project': project })
  // An account that may not use the project so says nothing new.
  return again?.ok === true || isAbsent(again) ? again : answer
}

async function readOnce<T>(
  host: Host,
  login: Login,
  read: ApiRead<T>,
  more: Readonly<Record<string, string>> = {},
): Promise<ApiAnswer<T>> {
  const answer = await host.request(read.url, {
    method: read.method,
    timeoutMs,
    headers: {
      authorization: `Bearer ${login.token.reveal()}`,
      'content-type': 'application/json',
      // With a person's login some APIs are called through gcloud's own project; its name says that it is gcloud's.
      'user-agent': 'rtdeploy google-cloud-sdk',
      ...more,
    },
    ...(read.body === undefined ? {} : { body: read.body }),
  })
  if (answer === undefined) return undefined
  if (answer.status !== 200) return refusalOf(answer.status, answer.body)
  return { ok: true, value: read.parse(answer.body) }
}

/** Of an API that is off: its own word, and the one of older APIs. Nothing can be there: it is made with the API. */
const off: readonly string[] = ['SERVICE_DISABLED', 'accessNotConfigured']

/** Of gcloud and of Google's login libraries: https://cloud.google.com/docs/authentication/troubleshoot-adc#user-creds-client-based */
const toolProjects: readonly string[] = ['projects/32555940559', 'projects/764086051850']

/** An API is off, but in the project of the program that logged in: that says nothing of ours. Pure. */
export const isOffElsewhere = (answer: ApiAnswer<unknown>): boolean =>
  answer?.ok === false && off.includes(answer.reason) && toolProjects.includes(answer.consumer ?? '')

/** Whether Google said for certain that something is not there. Pure. */
export const isAbsent = (answer: ApiAnswer<unknown>): boolean =>
  answer?.ok === false && (answer.status === 404 || (off.includes(answer.reason) && !isOffElsewhere(answer)))

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
  const [state, billing, permissions, services, region_, project_, found, kept, objects, given] =
    await Promise.all([
      all(projectState(login, project)),
      all(billingEnabled(login, project)),
      all(heldPermissions(login, project, neededPermissions(gke))),
      all(enabledServices(login, project, neededServices(gke))),
      all(regionQuotas(login, project, region)),
      all(projectQuotas(login, project)),
      all(clusterState(login, project, location, cluster)),
      all(bucketVersioned(login, bucket)),
      all(heldInBucket(login, bucket, bucketPermissions)),
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
    objects,
    given,
  }
}
