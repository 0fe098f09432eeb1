import { join } from 'node:path'
import type { Config, KubernetesConfig } from '../config/config.ts'
import type { GkeConfig } from '../config/gke.ts'
import { type GkeNames, gkeNames } from '../config/gke-names.ts'
import { exitCodes, UserError } from '../errors.ts'
import { type GkeFacts, type LoginFact, readGkeFacts, readLogin } from '../facts/gke.ts'
import { type GkePaths, gkePaths, terraformFolders, workspaceOf } from '../facts/gke-workspace.ts'
import type { Verb } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import type { Login } from '../tools/gcloud.ts'
import type { Workspace } from '../tools/terraform.ts'
import type { FailurePlace } from '../tools/terraform-failures.ts'
import type { KubernetesFlags } from './kubernetes-session.ts'

export interface GkeFlags extends KubernetesFlags {
  /** `down` leaves the volumes and what is on them. */
  readonly keepData?: boolean
}

export interface GkeOptions {
  readonly verb: Verb
  readonly project: string
  readonly config: Config
  readonly flags: GkeFlags
}

/** One run against one Google Cloud project. */
export interface GkeSession extends GkeOptions {
  readonly host: Host
  readonly gke: GkeConfig
  readonly names: GkeNames
  readonly paths: GkePaths
  readonly where: FailurePlace
  /** Read once, and anew once something was changed. */
  facts(): Promise<GkeFacts>
  /** Something changes: what is known by now has to be asked for again. */
  forget(): void
  /** Throws `gke.login` (exit 3). */
  login(): Promise<Login>
  workspace(): Promise<Workspace>
}

/** gcloud gives a token for half an hour at least; what is begun with one, a build and a rollout, may take as long. */
const shortMs = 28 * 60_000
/** A token that does not say how long it lasts, from a file for instance, may be another one by then. */
const undatedMs = 10 * 60_000
/** Where gcloud has no better token, or no answer, it is not asked each time. */
const againMs = 2 * 60_000

export function openGke(host: Host, options: GkeOptions): GkeSession {
  const { config, project } = options
  const gke = gkeOf(config)
  const names = gkeNames(config.name, gke, config.environment?.name)
  let found: Promise<GkeFacts> | undefined
  let renewed: Promise<LoginFact> | undefined
  let askedAt = 0
  const facts = () => {
    if (found === undefined) askedAt = host.now()
    found ??= readGkeFacts(host, config.name, gke, config.environment?.name)
    return found
  }
  const current = async () => renewed ?? (await facts()).login
  const isShort = ({ expiresAt }: Login) => {
    const age = host.now() - askedAt
    if (expiresAt === undefined) return age > undatedMs
    return age > againMs && expiresAt - host.now() < shortMs
  }
  const renew = async (known: LoginFact & { ok: true }): Promise<LoginFact> => {
    const again = await readLogin(host, names.project)
    const { expiresAt } = known.login
    // Where gcloud has no answer for a moment, the token goes on as long as it lasts.
    return again.ok || (expiresAt !== undefined && expiresAt <= host.now()) ? again : known
  }
  const login = async (): Promise<Login> => {
    const known = await current()
    if (known.ok && isShort(known.login)) {
      askedAt = host.now()
      renewed = renew(known)
      renewed.catch(() => {
        renewed = undefined
      })
    }
    const fact = await current()
    if (fact.ok) return fact.login
    throw new UserError(fact.problem === 'absent' ? 'gcloud is not installed' : 'gcloud is not logged in', {
      code: fact.problem === 'absent' ? 'program.missing' : 'gke.login',
      hint: fact.problem === 'absent' ? 'rtdeploy doctor' : 'gcloud auth login',
      details: fact.output.trim().split('\n').filter(Boolean).slice(0, 10),
      exitCode: exitCodes.missing,
    })
  }
  return {
    ...options,
    host,
    gke,
    names,
    paths: gkePaths(project, names),
    where: { project: names.project, region: names.region, terraform: terraformFolders(gke, names) },
    facts,
    forget: () => {
      found = undefined
      renewed = undefined
    },
    login,
    workspace: async () => workspaceOf(host, project, gke, names, await login()),
  }
}

/** The section of rtdeploy.yaml. Throws `config.target` (exit 2) when there is none. */
function gkeOf({ gke }: Config): GkeConfig {
  if (gke !== undefined) return gke
  throw new UserError('rtdeploy.yaml has no section `gke`', {
    code: 'config.target',
    hint: 'add it: gke: { project: ..., region: ... }; `gcloud projects list` lists projects',
    exitCode: exitCodes.usage,
  })
}

/** What the Kubernetes half of the target needs to know; all of it follows from the names. Pure. */
export function asKubernetes({ config, gke, names }: Pick<GkeSession, 'config' | 'gke' | 'names'>): Config {
  const kubernetes: KubernetesConfig = {
    context: names.context,
    namespace: gke.namespace ?? config.name,
    image: names.image,
    platform: 'linux/amd64',
    manifests: gke.manifests,
    secrets: gke.secrets,
  }
  return { ...config, kubernetes }
}

/** The file that Terraform leaves when it cannot save its state. */
export const unsavedState = ({ folder }: Pick<Workspace, 'folder'>): string => join(folder, 'errored.tfstate')
