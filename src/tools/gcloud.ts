import { type Command, type Query, Secret } from '../command.ts'

/** In every call: the project is named, nobody is asked, and the user's own settings stay as they are. */
export function gcloudEnv(project: string): Record<string, string> {
  return {
    CLOUDSDK_CORE_PROJECT: project,
    CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: '1',
    CLOUDSDK_CORE_SHOW_STRUCTURED_LOGS: 'never',
  }
}

/** `gcloud` in a project. */
export function gcloud(
  project: string,
  args: readonly (string | Secret)[],
  more: Partial<Command> = {},
): Command {
  return { program: 'gcloud', args, ...more, env: { ...gcloudEnv(project), ...more.env } }
}

/** Who is logged in, and with what. */
export interface Login {
  readonly account: string
  readonly token: Secret
  /** Milliseconds since 1970; undefined when gcloud does not know. */
  readonly expiresAt: number | undefined
  /** gcloud's own project, which decides nothing here. */
  readonly project: string | undefined
  /** Where APIs are when they are not where Google has them, by name: `compute`. */
  readonly endpoints: Readonly<Record<string, string>>
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** Account, project, endpoints and a token that is good for half an hour at least, from one process. */
export function configHelper(project: string): Query<Login> {
  return {
    command: gcloud(project, ['config', 'config-helper', '--min-expiry=30m', '--format=json']),
    parse: stdout => {
      const answer = record(JSON.parse(stdout))
      const properties = record(record(answer.configuration).properties)
      const core = record(properties.core)
      const credential = record(answer.credential)
      const token = text(credential.access_token)
      if (token === undefined) throw new Error('gcloud config-helper should print an access token')
      const expiry = Date.parse(text(credential.token_expiry) ?? '')
      return {
        account: text(core.account) ?? 'unknown',
        token: new Secret(token),
        expiresAt: Number.isNaN(expiry) ? undefined : expiry,
        project: text(core.project),
        endpoints: Object.fromEntries(
          Object.entries(record(properties.api_endpoint_overrides)).map(([name, url]) => [name, String(url)]),
        ),
      }
    },
  }
}

/** What the person works with otherwise: a proposal, never more. */
export function currentProject(): Query<string> {
  const env = { CLOUDSDK_CORE_DISABLE_PROMPTS: '1' }
  return {
    command: { program: 'gcloud', args: ['config', 'get-value', 'project', '--quiet'], env },
    parse: stdout => stdout.trim(),
  }
}

/** Digits that Google gives a project beside its id; the names of identity pools have them. */
export function projectNumber(project: string): Query<string> {
  const args = ['projects', 'describe', project, '--format=value(projectNumber)']
  return { command: gcloud(project, args), parse: stdout => stdout.trim() }
}

/** Why gcloud has no login to give. Wordings of gcloud 528 (`core/credentials`, recorded). */
export type LoginProblem = 'none' | 'expired' | 'failed'

/** Pure. */
export function loginProblem(stderr: string): LoginProblem {
  if (
    /do not currently have an active account|No credentialed accounts|does not have any valid credentials/i.test(
      stderr,
    )
  )
    return 'none'
  if (
    /Reauthentication|invalid_grant|refreshing your current auth tokens|invalid_rapt|token has been expired/i.test(
      stderr,
    )
  )
    return 'expired'
  return 'failed'
}

/** Switches APIs on; those that are on stay so. */
export function enableServices(project: string, services: readonly string[]): Command {
  return gcloud(project, ['services', 'enable', ...services])
}

/** The bucket for Terraform's state: versioned, private by rule and not by care. */
export function createBucket(project: string, bucket: string, region: string): Command {
  return gcloud(project, [
    'storage',
    'buckets',
    'create',
    `gs://${bucket}`,
    `--location=${region}`,
    '--uniform-bucket-level-access',
    '--public-access-prevention',
  ])
}

/** `buckets create` has no flag for versions. */
export function setBucket(
  project: string,
  bucket: string,
  labels: Readonly<Record<string, string>>,
): Command {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
  return gcloud(project, [
    'storage',
    'buckets',
    'update',
    `gs://${bucket}`,
    '--versioning',
    `--update-labels=${pairs.join(',')}`,
  ])
}

export function removeBucket(project: string, bucket: string): Command {
  return gcloud(project, ['storage', 'rm', '--recursive', `gs://${bucket}`])
}

/** Everything below a folder of a bucket, with its older versions. */
export function removeObjects(project: string, bucket: string, folder: string): Command {
  return gcloud(project, ['storage', 'rm', '--recursive', `gs://${bucket}/${folder}`])
}

/** A new version of a secret, over stdin: it is in no argument and in no file. */
export function addSecretVersion(project: string, name: string, value: Secret): Command {
  return gcloud(project, ['secrets', 'versions', 'add', name, '--data-file=-'], { stdin: value })
}

/** Writes a context into a kubeconfig of our own; the user's is not touched. */
export function getCredentials(
  project: string,
  cluster: string,
  location: string,
  kubeconfig: string,
): Command {
  const args = ['container', 'clusters', 'get-credentials', cluster, `--location=${location}`]
  return gcloud(project, args, { env: { KUBECONFIG: kubeconfig } })
}

/** Sends the folder to Cloud Build, which builds its Dockerfile and pushes the image; sources and log go into a bucket of ours. */
export function submitBuild(project: string, bucket: string, folder: string, tag: string): Command {
  const staging = [`--gcs-source-staging-dir=gs://${bucket}/builds`, `--gcs-log-dir=gs://${bucket}/builds`]
  // The same context as Docker's; without an ignore file of its own, gcloud would write one into the project.
  const context = ['.', '--ignore-file=.dockerignore']
  const args = ['builds', 'submit', ...context, `--tag=${tag}`, ...staging, '--async', '--timeout=30m']
  return gcloud(project, args, { cwd: folder })
}
