import { exitCodes, UserError } from '../errors.ts'
import { certain, readApi } from '../facts/gke-project.ts'
import { cloudError, initDigest } from '../facts/gke-terraform.ts'
import { terraformValues } from '../scaffold/terraform.ts'
import { getCredentials } from '../tools/gcloud.ts'
import { type ClusterState, clusterState } from '../tools/google-apis.ts'
import { terraformInit, type Workspace } from '../tools/terraform.ts'
import { noteMark } from './gke-marks.ts'
import type { GkeSession } from './gke-session.ts'

/** What terraform gets as values: a pure function of rtdeploy.yaml. */
export const valuesOf = ({ gke, names }: Pick<GkeSession, 'gke' | 'names'>): string =>
  `${JSON.stringify(terraformValues(gke, names), undefined, 2)}\n`

/** What a look ahead and a `down` from another machine need, and `up` writes as a step of its own. */
export async function writeValues(session: GkeSession): Promise<void> {
  const { host, paths } = session
  const contents = valuesOf(session)
  if ((await host.readFile(paths.values)) !== contents)
    await host.writeFile(paths.values, contents, { mode: 0o600 })
}

/** `terraform init` where it has not been run yet: another machine, a fresh clone. */
export async function ensureInit({ host, paths, where }: GkeSession, workspace: Workspace): Promise<void> {
  const digest = await initDigest(host, workspace)
  if ((await host.readFile(paths.initialised)) === digest) return
  const command = terraformInit(workspace)
  host.interrupted.throwIfAborted()
  const ran = await host.run(command, { changes: true })
  host.interrupted.throwIfAborted()
  if (ran.exitCode !== 0) throw cloudError(command, ran, where)
  await noteInit(host, paths.initialised, workspace)
}

/** Remembers for which bucket and which providers `terraform init` was run. */
export async function noteInit(host: GkeSession['host'], path: string, workspace: Workspace): Promise<void> {
  await host.writeFile(path, await initDigest(host, workspace), { mode: 0o600 })
}

/**
 * Asked anew each time: one short answer, and everything depends on it. No answer is not the same as no cluster: throws
 * `gke.unknown` (exit 3), except for a look ahead, which may be that of an account that sees little.
 */
async function readCluster(session: GkeSession): Promise<ClusterState | undefined> {
  const { host, verb, flags, names, login } = session
  const who = await login()
  const { project, location, cluster } = names
  const answer = await readApi(host, who, clusterState(who, project, location, cluster))
  if (flags.dryRun === true && verb !== 'down') return answer?.ok === true ? answer.value : undefined
  return certain(answer, `a cluster ${cluster}`)
}

/** Whether our kubeconfig leads to a cluster that was there, and answered, when the facts were read. */
export async function wasConnected({ host, paths, names, facts }: GkeSession): Promise<boolean> {
  const { project } = await facts()
  const kubeconfig = await host.readFile(paths.kubeconfig)
  if (project?.cluster?.ok !== true) return false
  const { value } = project.cluster
  return usable.includes(value.status) && leadsTo(kubeconfig, names, value)
}

const leadsTo = (
  kubeconfig: string | undefined,
  { context }: Pick<GkeSession['names'], 'context'>,
  { endpoint }: Pick<ClusterState, 'endpoint'>,
) => kubeconfig?.includes(context) === true && kubeconfig.includes(endpoint)

/** Whether our kubeconfig leads to the cluster that is there now. One that was made anew has another address. */
export async function isConnected(session: GkeSession): Promise<boolean> {
  const { host, paths, names } = session
  const kubeconfig = await host.readFile(paths.kubeconfig)
  if (kubeconfig?.includes(names.context) !== true) return false
  const found = await readCluster(session)
  return found === undefined || kubeconfig.includes(found.endpoint)
}

const usable: readonly string[] = ['RUNNING', 'RECONCILING', 'DEGRADED']

/** Whether there is a cluster to talk to; logs in where somebody else made it, into a kubeconfig of ours. */
export async function connectOwn(session: GkeSession): Promise<boolean> {
  const { host, names, paths } = session
  const cluster = await readCluster(session)
  if (cluster === undefined || !usable.includes(cluster.status)) return false
  const kubeconfig = await host.readFile(paths.kubeconfig)
  const mark = () => noteMark(session, cluster.endpoint)
  if (leadsTo(kubeconfig, names, cluster)) {
    await mark()
    return true
  }
  const command = getCredentials(names.project, names.cluster, names.location, paths.kubeconfig)
  await host.makeFolder(paths.root, 0o700)
  const ran = await host.run(command, { signal: host.interrupted })
  host.interrupted.throwIfAborted()
  if (ran.exitCode !== 0) throw cloudError(command, ran, session.where)
  await mark()
  return true
}

/** For what is of no use without one. Throws `target.not-running` (exit 3). */
export async function requireCluster(session: GkeSession): Promise<void> {
  if (await connectOwn(session)) return
  throw new UserError(`there is no cluster ${session.names.cluster} in ${session.names.project}`, {
    code: 'target.not-running',
    hint: session.names.given === 'cluster' ? 'rtdeploy doctor' : 'rtdeploy up',
    exitCode: exitCodes.missing,
  })
}
