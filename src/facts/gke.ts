import type { GkeConfig } from '../config/gke.ts'
import { type GkeNames, gkeNames } from '../config/gke-names.ts'
import type { Host } from '../run/host.ts'
import { configHelper, type Login, type LoginProblem, loginProblem } from '../tools/gcloud.ts'
import { type GkePrograms, readGkePrograms } from './gke-programs.ts'
import { type ProjectFacts, readProject } from './gke-project.ts'

/** Gcloud's login, or why there is none: `absent` when there is no gcloud. */
export type LoginFact =
  | { readonly ok: true; readonly login: Login }
  | { readonly ok: false; readonly problem: LoginProblem | 'absent'; readonly output: string }

/** What must be there before anything in Google Cloud is made. */
export interface GkeFacts {
  readonly platform: string
  readonly gke: GkeConfig
  readonly names: GkeNames
  readonly programs: GkePrograms
  readonly login: LoginFact
  /** Undefined without a login. */
  readonly project: ProjectFacts | undefined
  /** What Terraform logs in with, when not with gcloud's login. */
  readonly credentials: CredentialsFact | undefined
}

/** A variable that the person set, which Terraform's provider prefers. */
export interface CredentialsFact {
  readonly variable: string
  /** The file it names, when it names one that is not there. */
  readonly missing: string | undefined
}

/** It takes a second; on a machine that is busy, or behind a proxy that does not answer, a minute. */
const gcloudTimeoutMs = 90_000

/** Gcloud's login, from one process of it. */
export async function readLogin(host: Host, project: string): Promise<LoginFact> {
  const query = configHelper(project)
  const ran = await host.run(query.command, { timeoutMs: gcloudTimeoutMs, signal: host.interrupted })
  host.interrupted.throwIfAborted()
  if (ran.notFound) return { ok: false, problem: 'absent', output: '' }
  if (ran.timedOut)
    return {
      ok: false,
      problem: 'failed',
      output: `gcloud did not answer within ${gcloudTimeoutMs / 1000} s`,
    }
  if (ran.exitCode !== 0) return { ok: false, problem: loginProblem(ran.stderr), output: ran.stderr }
  return { ok: true, login: query.parse(ran.stdout) }
}

/** Everything overlapped: gcloud is the slowest and begins first; what its login opens follows at once. Changes nothing. */
export async function readGkeFacts(
  host: Host,
  name: string,
  gke: GkeConfig,
  environment?: string,
): Promise<GkeFacts> {
  const names = gkeNames(name, gke, environment)
  const google = readLogin(host, names.project).then(async login => ({
    login,
    project: login.ok ? await readProject(host, login.login, gke, names) : undefined,
  }))
  const [{ login, project }, programs, credentials] = await Promise.all([
    google,
    readGkePrograms(host),
    readCredentials(host),
  ])
  return { platform: host.platform, gke, names, programs, login, project, credentials }
}

// In the order of the google provider, see https://cloud.google.com/docs/terraform/authentication
const credentialVariables = [
  'GOOGLE_CREDENTIALS',
  'GOOGLE_OAUTH_ACCESS_TOKEN',
  'GOOGLE_APPLICATION_CREDENTIALS',
] as const

async function readCredentials(host: Host): Promise<CredentialsFact | undefined> {
  const variable = credentialVariables.find(name => host.env[name])
  if (variable === undefined) return undefined
  const value = host.env[variable] ?? ''
  const isFile = variable === 'GOOGLE_APPLICATION_CREDENTIALS'
  const missing = isFile && (await host.kindOf(value)) === undefined ? value : undefined
  return { variable, missing }
}
