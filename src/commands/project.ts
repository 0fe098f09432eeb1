import type { Affinity, BackendChoice, BalancerKind, Config, TargetName } from '../config/config.ts'
import { production } from '../config/environments.ts'
import { readConfig } from '../config/read.ts'
import { exitCodes, UserError } from '../errors.ts'
import { prepareOwnFolder } from '../facts/own-folder.ts'
import { localPaths } from '../local/state.ts'
import type { Verb } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import { acquireLock, type Lock } from '../run/lock.ts'
import { gkeTarget } from '../targets/gke.ts'
import type { GkeFlags } from '../targets/gke-session.ts'
import { kubernetesTarget } from '../targets/kubernetes.ts'
import { localRuntime, localTarget } from '../targets/local.ts'
import type { Runtime, Target } from '../targets/target.ts'

/** Flags that change a setting of rtdeploy.yaml for one run. */
export interface RunFlags extends GkeFlags {
  readonly target?: TargetName
  /** Of rtdeploy.yaml; production when absent. */
  readonly env?: string
  readonly replicas?: number
  readonly port?: number
  readonly affinity?: Affinity
  readonly timeout?: number
  readonly kind?: BalancerKind
  readonly draining?: number
  readonly redis?: BackendChoice
  readonly mongo?: BackendChoice
  readonly download?: boolean
  readonly requireReal?: boolean
}

export interface Project {
  readonly folder: string
  /** rtdeploy.yaml as it is written. */
  readonly written: Config
  /** The same with the flags of this run laid over it. */
  readonly config: Config
  /** Undefined for production. */
  readonly environment: string | undefined
  readonly target: Target
}

/** rtdeploy.yaml with the flags of this run laid over it. Pure. */
export function withFlags(config: Config, flags: RunFlags): Config {
  const { affinity, timeout, kind, draining } = flags
  const settings = Object.entries({ affinity, timeout, kind, draining }).filter(
    ([, value]) => value !== undefined,
  )
  return {
    ...config,
    target: flags.target ?? config.target,
    app: { ...config.app, replicas: flags.replicas ?? config.app.replicas },
    local: { ...config.local, port: flags.port ?? config.local.port },
    loadBalancer: { ...config.loadBalancer, ...Object.fromEntries(settings) },
    backends: { redis: flags.redis ?? config.backends.redis, mongo: flags.mongo ?? config.backends.mongo },
  }
}

/** Throws `usage.environment` (exit 2) where there is one place for all: this machine. */
function refuseHere({ target, environment }: Config, verb: Verb): void {
  if (environment === undefined || target !== 'local') return
  throw new UserError('the target local has one environment: this machine', {
    code: 'usage.environment',
    hint: `rtdeploy ${verb} --target gke, or --target kubernetes; for here leave --env out`,
    exitCode: exitCodes.usage,
  })
}

/** The project in the current folder, with its target. */
export async function openProject(host: Host, verb: Verb, flags: RunFlags): Promise<Project> {
  const folder = (await host.realPath(host.cwd)) ?? host.cwd
  const written = await readConfig(host, folder, flags.env)
  const config = withFlags(written, flags)
  refuseHere(config, verb)
  const environment = config.environment?.name
  const base = { folder, written, config, environment }
  const options = { verb, project: folder, config, flags }
  if (config.target === 'kubernetes' && verb !== 'dev')
    return { ...base, target: kubernetesTarget(host, options) }
  if (config.target === 'gke' && verb !== 'dev') return { ...base, target: gkeTarget(host, options) }
  const { download = false, requireReal = false } = flags
  const target = localTarget(host, {
    verb,
    project: folder,
    config,
    dev: verb === 'dev',
    download,
    requireReal,
  })
  return { ...base, target }
}

/**
 * What runs for the current folder. For the local target whatever its rtdeploy.yaml says by now: a broken file must not
 * keep `down` from its work.
 */
export async function openRuntime(
  host: Host,
  verb: Verb,
  flags: RunFlags,
): Promise<{
  readonly folder: string
  readonly runtime: Runtime
  readonly environment: string | undefined
}> {
  const folder = (await host.realPath(host.cwd)) ?? host.cwd
  if (isElsewhere(flags) || (await targetName(host, folder, flags)) !== 'local') {
    const { target, environment } = await openProject(host, verb, flags)
    return { folder, runtime: target, environment }
  }
  if ((await host.kindOf(localPaths(folder).root)) === undefined) await readConfig(host, folder)
  return { folder, runtime: localRuntime(host, folder), environment: undefined }
}

/** An environment is never on this machine. */
const isElsewhere = ({ env }: RunFlags) => env !== undefined && env !== production

async function targetName(host: Host, folder: string, flags: RunFlags): Promise<TargetName> {
  if (flags.target !== undefined) return flags.target
  try {
    return (await readConfig(host, folder)).target
  } catch (error) {
    if (error instanceof UserError) return 'local'
    throw error
  }
}

/** The lock of a project, for verbs that change something. */
export async function lockProject(host: Host, folder: string, verb: Verb): Promise<Lock> {
  await prepareOwnFolder(host, localPaths(folder).root)
  return acquireLock(host, localPaths(folder).root, `rtdeploy ${verb}`, host.machine)
}
