import type { Config } from '../config/config.ts'
import { readConfig } from '../config/read.ts'
import { UserError } from '../errors.ts'
import type { BackendFacts } from '../local/backends/choose.ts'
import type { Host, ProcessInfo } from '../run/host.ts'
import { versionOf } from '../tools/version.ts'
import { ask } from './ask.ts'
import { findDocker, readBackendFacts } from './backends.ts'
import { type LocalFacts, readLocalFacts } from './local.ts'

/** A program that the project or we call. */
export interface FoundProgram {
  readonly name: string
  /** Undefined when it is not on PATH. */
  readonly path: string | undefined
  /** Undefined when it does not say one. */
  readonly version: string | undefined
}

/** What `doctor` looks at. */
export interface MachineFacts {
  readonly folder: string
  readonly platform: string
  readonly nodeVersion: string
  readonly nodePath: string
  /** Those that the project's commands begin with; npm and git when there is no project. */
  readonly programs: readonly FoundProgram[]
  readonly git: FoundProgram
  readonly docker: { readonly program: string; readonly version: string } | undefined
  readonly redis: BackendFacts
  readonly mongo: BackendFacts
  /** Undefined when there is no rtdeploy.yaml. */
  readonly config: Config | UserError | undefined
  readonly port: { readonly number: number; readonly free: boolean; readonly holder: ProcessInfo | undefined }
  readonly writable: boolean
  readonly local: LocalFacts
}

/** Asks everything at the same time: the slowest program decides how long it takes. Changes nothing. */
export async function readMachineFacts(
  host: Host,
  defaultPort: number,
  environment?: string,
): Promise<MachineFacts> {
  const folder = (await host.realPath(host.cwd)) ?? host.cwd
  const config = await findConfig(host, folder, environment)
  const known = config instanceof UserError ? undefined : config
  const number = known?.local.port ?? defaultPort
  const [programs, git, docker, redis, mongo, free, writable, local] = await Promise.all([
    Promise.all(programsOf(known).map(name => findProgram(host, name))),
    findProgram(host, 'git'),
    findDocker(host),
    readBackendFacts(host, 'redis', false),
    readBackendFacts(host, 'mongo', false),
    number === 0 ? true : host.portIsFree(number),
    host.canWrite(folder),
    readLocalFacts(host, folder),
  ])
  const { platform, nodeVersion, nodePath } = host
  return {
    folder,
    platform,
    nodeVersion,
    nodePath,
    programs,
    git,
    docker,
    redis,
    mongo,
    config,
    port: { number, free, holder: free ? undefined : await host.holderOf(number) },
    writable,
    local,
  }
}

async function findConfig(
  host: Host,
  folder: string,
  environment: string | undefined,
): Promise<MachineFacts['config']> {
  try {
    return await readConfig(host, folder, environment)
  } catch (error) {
    if (!(error instanceof UserError) || error.code === 'config.environment') throw error
    return error.code === 'config.missing' ? undefined : error
  }
}

/** Programs that the project's commands begin with, apart from Node, which runs us. Pure. */
function programsOf(config: Config | undefined): string[] {
  const { app, dev } = config ?? {}
  const lines = [app?.install ?? ['npm'], app?.build, app?.start, dev?.build, dev?.client]
  const names = lines.flatMap(line => (line?.[0] === undefined ? [] : [line[0]]))
  return [...new Set(names)].filter(name => name !== 'node' && !name.includes('/'))
}

async function findProgram(host: Host, name: string): Promise<FoundProgram> {
  const path = await host.which(name)
  if (path === undefined) return { name, path: undefined, version: undefined }
  return { name, path, version: await ask(host, versionOf(path), 10_000) }
}
