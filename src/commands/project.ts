import type { Affinity, BackendChoice, BalancerKind, Config, TargetName } from '../config/config.ts'
import { readConfig } from '../config/read.ts'
import { UserError } from '../errors.ts'
import { localPaths } from '../local/state.ts'
import type { Verb } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import { acquireLock, type Lock } from '../run/lock.ts'
import { prepareOwnFolder } from '../run/own-folder.ts'
import { gkeTarget } from '../targets/gke.ts'
import { kubernetesTarget } from '../targets/kubernetes.ts'
import { localRuntime, localTarget } from '../targets/local.ts'
import type { Runtime, Target } from '../targets/target.ts'

/** Flags that change a setting of rtdeploy.yaml for one run. */
export interface RunFlags {
  readonly target?: TargetName
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
  readonly dryRun?: boolean
  readonly forceConflicts?: boolean
  /** Of the kubeconfig, instead of the recorded one. */
  readonly context?: string
  /** Yes to every question. */
  readonly yes?: boolean
  readonly secretsFile?: string
  /** `repository@sha256:...`: nothing is built. */
  readonly image?: string
  readonly rollbackOnFailure?: boolean
  readonly deleteData?: boolean
  /** Of `verify`: what it takes away for a while, and whether it runs pods of its own. */
  readonly disrupt?: string
  readonly inCluster?: boolean
  /** `down` on GKE leaves the volumes. */
  readonly keepData?: boolean
}

export interface Project {
  readonly folder: string
  /** rtdeploy.yaml as it is written. */
  readonly written: Config
  /** The same with the flags of this run laid over it. */
  readonly config: Config
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

/** The project in the current folder, with its target. */
export async function openProject(host: Host, verb: Verb, flags: RunFlags): Promise<Project> {
  const folder = (await host.realPath(host.cwd)) ?? host.cwd
  const written = await readConfig(host, folder)
  const config = withFlags(written, flags)
  if (config.target === 'kubernetes' && verb !== 'dev')
    return {
      folder,
      written,
      config,
      target: kubernetesTarget(host, { verb, project: folder, config, flags }),
    }
  if (config.target === 'gke' && verb !== 'dev')
    return { folder, written, config, target: gkeTarget(host, { verb, project: folder, config, flags }) }
  const { download = false, requireReal = false } = flags
  const target = localTarget(host, {
    verb,
    project: folder,
    config,
    dev: verb === 'dev',
    download,
    requireReal,
  })
  return { folder, written, config, target }
}

/**
 * What runs for the current folder. For the local target whatever its rtdeploy.yaml says by now: a broken file must not
 * keep `down` from its work.
 */
export async function openRuntime(
  host: Host,
  verb: Verb,
  flags: RunFlags,
): Promise<{ readonly folder: string; readonly runtime: Runtime }> {
  const folder = (await host.realPath(host.cwd)) ?? host.cwd
  if ((await targetName(host, folder, flags)) !== 'local') {
    const { target } = await openProject(host, verb, flags)
    return { folder, runtime: target }
  }
  if ((await host.kindOf(localPaths(folder).root)) === undefined) await readConfig(host, folder)
  return { folder, runtime: localRuntime(host, folder) }
}

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
