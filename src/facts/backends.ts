import { type BackendFacts, type BackendName, kinds, programsOf } from '../local/backends/choose.ts'
import type { Host } from '../run/host.ts'
import { dockerDaemon, dockerHasImage, mongoVersion, redisVersion } from '../tools/backends.ts'
import { ask } from './ask.ts'

/** Variables that may hold a URL, in the order they count. */
const urlVariables: Readonly<Record<BackendName, readonly string[]>> = {
  redis: ['REDIS_URL'],
  mongo: ['MONGODB_URL', 'MONGODB_URI', 'MONGO_URL'],
}
const daemonTimeoutMs = 2000

/** Docker or Podman, the first whose daemon answers. */
export async function findDocker(
  host: Host,
): Promise<{ readonly program: string; readonly version: string } | undefined> {
  for (const program of ['docker', 'podman']) {
    if ((await host.which(program)) === undefined) continue
    const version = await ask(host, dockerDaemon(program), daemonTimeoutMs)
    if (version !== undefined) return { program, version }
  }
  return undefined
}

/**
 * What there is for one backend. Docker is asked only when nothing before it in the chain is there or when `everything`
 * is wanted: its answer takes longer than all the rest.
 */
export async function readBackendFacts(
  host: Host,
  name: BackendName,
  everything: boolean,
): Promise<BackendFacts> {
  const urlVariable = urlVariables[name].find(variable => host.env[variable])
  const program = await findProgram(host, name)
  const enough = urlVariable !== undefined || program !== undefined
  const docker = enough && !everything ? undefined : await dockerFacts(host, name)
  return {
    ...(urlVariable === undefined ? {} : { urlVariable }),
    ...(program === undefined ? {} : { program }),
    ...(docker === undefined ? {} : { docker }),
  }
}

async function findProgram(host: Host, name: BackendName): Promise<BackendFacts['program']> {
  for (const program of programsOf[name]) {
    const path = await host.which(program)
    if (path === undefined) continue
    const version = await ask(host, name === 'redis' ? redisVersion(path) : mongoVersion(path), 5000)
    return { name: program, path, label: version === undefined ? program : `${program} ${version}` }
  }
  return undefined
}

async function dockerFacts(host: Host, name: BackendName): Promise<BackendFacts['docker']> {
  const found = await findDocker(host)
  if (found === undefined) return undefined
  const hasImage =
    (await ask(host, dockerHasImage(found.program, kinds[name].image), daemonTimeoutMs)) ?? false
  return { program: found.program, hasImage }
}
