import type { Login } from './gcloud.ts'

/** A read of one of Google's APIs, made with the login of gcloud: one process of gcloud answers for all of them. */
export interface ApiRead<T> {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly body?: string
  /** Throws when the answer is not what the API documents. */
  parse(body: string): T
}

/** What an API answered: a value, or its refusal. */
export type ApiAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false
      readonly status: number
      readonly reason: string
      readonly message: string
      /** Whose API is off: `projects/123`. With a person's login it may be a project of gcloud's own. */
      readonly consumer?: string
    }
  /** Nobody answered: no network, a proxy in between. */
  | undefined

/** Google's own addresses: https://cloud.google.com/apis/docs/overview; gcloud's `api_endpoint_overrides` come first. */
function base(login: Login, api: string): string {
  return login.endpoints[api] ?? `https://${api}.googleapis.com/`
}

function read<T>(
  login: Login,
  api: string,
  path: string,
  pick: (answer: Answer) => T,
  body?: unknown,
): ApiRead<T> {
  return {
    url: `${base(login, api)}${path}`,
    method: body === undefined ? 'GET' : 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    parse: text => pick(answerOf(JSON.parse(text))),
  }
}

export type Answer = Readonly<Record<string, unknown>>
const answerOf = (value: unknown): Answer => (typeof value === 'object' && value !== null ? { ...value } : {})
const listOf = (value: unknown): readonly Answer[] => (Array.isArray(value) ? value.map(answerOf) : [])

/** `ACTIVE`, `DELETE_REQUESTED`. */
export const projectState = (login: Login, project: string): ApiRead<string> =>
  read(login, 'cloudresourcemanager', `v1/projects/${project}`, answer => String(answer.lifecycleState))

export const billingEnabled = (login: Login, project: string): ApiRead<boolean> =>
  read(login, 'cloudbilling', `v1/projects/${project}/billingInfo`, answer => answer.billingEnabled === true)

/** The list is left out when it is empty. */
const heldOf = (answer: Answer): readonly string[] =>
  Array.isArray(answer.permissions) ? answer.permissions.map(String) : []

/** Those of the permissions that the login has. */
export const heldPermissions = (
  login: Login,
  project: string,
  permissions: readonly string[],
): ApiRead<readonly string[]> =>
  read(login, 'cloudresourcemanager', `v1/projects/${project}:testIamPermissions`, heldOf, { permissions })

/** Those of the APIs that are on. At most 20 in one read. */
export const enabledServices = (
  login: Login,
  project: string,
  services: readonly string[],
): ApiRead<readonly string[]> => {
  const names = services.map(name => `names=projects/${project}/services/${name}`).join('&')
  return read(login, 'serviceusage', `v1/projects/${project}/services:batchGet?${names}`, answer =>
    listOf(answer.services)
      .filter(service => service.state === 'ENABLED')
      .map(service => String(service.name).split('/').at(-1) ?? ''),
  )
}

export interface Quota {
  readonly metric: string
  readonly limit: number
  readonly usage: number
}

const quotasOf = (answer: Answer): readonly Quota[] =>
  listOf(answer.quotas).map(({ metric, limit, usage }) => ({
    metric: String(metric),
    limit: Number(limit),
    usage: Number(usage),
  }))

export const regionQuotas = (login: Login, project: string, region: string): ApiRead<readonly Quota[]> =>
  read(login, 'compute', `compute/v1/projects/${project}/regions/${region}`, quotasOf)

export const projectQuotas = (login: Login, project: string): ApiRead<readonly Quota[]> =>
  read(login, 'compute', `compute/v1/projects/${project}`, quotasOf)

export interface ClusterState {
  /** `PROVISIONING`, `RUNNING`, `RECONCILING`, `STOPPING`, `ERROR`, `DEGRADED`. */
  readonly status: string
  /** Address of the control plane; empty while it is made. */
  readonly endpoint: string
  /** Its label `rtdeploy`: whose it is, when it was made by us. */
  readonly owner: string | undefined
}

const ownerOf = (labels: unknown): string | undefined => {
  const { rtdeploy } = answerOf(labels)
  return typeof rtdeploy === 'string' ? rtdeploy : undefined
}

export const clusterState = (
  login: Login,
  project: string,
  location: string,
  cluster: string,
): ApiRead<ClusterState> =>
  read(login, 'container', `v1/projects/${project}/locations/${location}/clusters/${cluster}`, answer => ({
    status: String(answer.status),
    endpoint: String(answer.endpoint ?? ''),
    owner: ownerOf(answer.resourceLabels),
  }))

/** The digest that a tag of an image stands for: https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories.packages.tags */
export const taggedDigest = (login: Login, repository: string, image: string, tag: string): ApiRead<string> =>
  read(login, 'artifactregistry', `v1/${repository}/packages/${image}/tags/${tag}`, answer =>
    String(answer.version).slice(String(answer.version).indexOf('sha256:')),
  )

/** The newest version of a secret: https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access */
export const secretValue = (login: Login, project: string, name: string): ApiRead<string> =>
  read(login, 'secretmanager', `v1/projects/${project}/secrets/${name}/versions/latest:access`, answer =>
    Buffer.from(String(answerOf(answer.payload).data ?? ''), 'base64').toString('utf8'),
  )

/** `host:port` of a Memorystore, and its password: https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances */
export const memorystoreUrl = (
  login: Login,
  instance: string,
): { readonly where: ApiRead<string>; readonly password: ApiRead<string> } => ({
  where: read(login, 'redis', `v1/${instance}`, answer => `${answer.host}:${answer.port}`),
  password: read(login, 'redis', `v1/${instance}/authString`, answer => String(answer.authString ?? '')),
})

export interface CloudBuild {
  /** `QUEUED`, `WORKING`, `SUCCESS`, `FAILURE`, `TIMEOUT`, ... */
  readonly status: string
  readonly detail: string
  readonly log: string
}

/** The newest build of an image: https://cloud.google.com/build/docs/api/reference/rest/v1/projects.builds/list */
export const newestBuild = (login: Login, project: string, tag: string): ApiRead<CloudBuild | undefined> =>
  read(login, 'cloudbuild', `v1/projects/${project}/builds?pageSize=20`, answer => {
    const build = listOf(answer.builds).find(one => Array.isArray(one.images) && one.images.includes(tag))
    if (build === undefined) return undefined
    const { type, detail: why = build.statusDetail } = answerOf(build.failureInfo)
    // That the account was refused is told by the kind of failure; why a step failed, by the detail.
    const kind = type === 'PUSH_NOT_AUTHORIZED' || type === 'FETCH_SOURCE_FAILED' ? type : undefined
    const detail = [why, kind].filter(Boolean).join(': ')
    return { status: String(build.status), detail, log: String(build.logUrl ?? '') }
  })

/** Any resource by its path, as its API shows it. */
export const getResource = (login: Login, api: string, path: string): ApiRead<Answer> =>
  read(login, api, path, answer => answer)

const bucketUrl = (login: Login, bucket: string) =>
  `${login.endpoints.storage ?? 'https://storage.googleapis.com/storage/v1/'}b/${bucket}`

/** The metadata of a bucket; its project is a number there. */
export const bucketVersioned = (login: Login, bucket: string): ApiRead<boolean> => ({
  ...read(login, 'storage', `b/${bucket}`, answer => answerOf(answer.versioning).enabled === true),
  url: bucketUrl(login, bucket),
})

/** Those of the permissions that the login has in a bucket: https://cloud.google.com/storage/docs/json_api/v1/buckets/testIamPermissions */
export const heldInBucket = (
  login: Login,
  bucket: string,
  permissions: readonly string[],
): ApiRead<readonly string[]> => ({
  ...read(login, 'storage', '', heldOf),
  url: `${bucketUrl(login, bucket)}/iam/testPermissions?${permissions.map(name => `permissions=${name}`).join('&')}`,
})

/** The refusal in an answer's body: https://cloud.google.com/apis/design/errors. `reason` is the most telling word there. Pure. */
export function refusalOf(status: number, body: string): Exclude<ApiAnswer<never>, undefined> {
  const error = answerOf(answerOf(parsed(body)).error)
  const details = listOf(error.details)
  const reasons = [...details, ...listOf(error.errors)].map(one => one.reason)
  const [first] = [...reasons, error.status].filter(Boolean)
  const message = String(error.message ?? body).slice(0, 500)
  const consumer = details.map(detail => answerOf(detail.metadata).consumer).find(Boolean)
  // Older APIs name it in their sentence only.
  const [, named] = /has not been used in project (\S+) before/.exec(message) ?? []
  const whose = consumer ?? (named === undefined ? undefined : `projects/${named}`)
  return {
    ok: false,
    status,
    reason: String(first ?? ''),
    message,
    ...(whose === undefined ? {} : { consumer: String(whose) }),
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
