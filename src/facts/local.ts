import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import type { FrontDoorStatus } from '../local/front-door/status.ts'
import { digestSources } from '../local/sources.ts'
import {
  containerName,
  type LocalPaths,
  type LocalState,
  localPaths,
  parseState,
  runId,
} from '../local/state.ts'
import type { Host, ProcessInfo } from '../run/host.ts'
import { dockerContainers } from '../tools/backends.ts'
import { ask } from './ask.ts'

/** What the supervisor answers to GET /status. */
export interface LiveStatus {
  readonly state: LocalState
  readonly frontDoor: FrontDoorStatus | undefined
}

/** What is there of a project's local target. */
export interface LocalFacts {
  readonly run: string
  readonly paths: LocalPaths
  /** The state file, whoever wrote it. */
  readonly state: LocalState | undefined
  /** Its supervisor is alive: not merely its pid. */
  readonly alive: boolean
  /** What the supervisor says now; undefined when it is not alive or does not answer. */
  readonly live: LiveStatus | undefined
  /** Processes that carry the project's mark though no supervisor that answers looks after them; a supervisor comes first. */
  readonly orphans: readonly ProcessInfo[]
  /** The run's folder is there, whatever is in it. */
  readonly leftState: boolean
  /** Containers with the project's label; asked only when Docker was used. */
  readonly containers:
    | {
        readonly program: string
        readonly names: readonly string[]
        readonly ids: readonly string[] | undefined
      }
    | undefined
}

/** Looks for a running local target, by its state file and by the mark that its processes carry. */
export async function readLocalFacts(host: Host, project: string): Promise<LocalFacts> {
  const folder = (await host.realPath(project)) ?? project
  const paths = localPaths(folder)
  const run = runId(folder)
  const state = parseState(await host.readFile(paths.state))
  const alive = state !== undefined && (await host.isAlive(state.supervisor))
  const live = alive ? await askSupervisor(host, state) : undefined
  const orphans = live === undefined ? await findOrphans(host, run, paths, state) : []
  const leftState = (await host.kindOf(paths.local)) !== undefined
  return {
    run,
    paths,
    state,
    alive,
    live,
    orphans,
    leftState,
    containers: await findContainers(host, run, paths),
  }
}

/**
 * By the mark in their environment; by the folder they work in, since redis-server overwrites its environment to change its
 * title; and by the last record of a supervisor, for systems whose process table tells neither.
 */
async function findOrphans(
  host: Host,
  run: string,
  paths: LocalPaths,
  state: LocalState | undefined,
): Promise<ProcessInfo[]> {
  const children = state?.children.flatMap(child => child.process ?? []) ?? []
  const recorded = state === undefined ? [] : [state.supervisor, ...children]
  const found = (await host.processes()).filter(process => {
    if (process.pid === host.self.pid) return false
    const known = recorded.some(one => one.pid === process.pid && one.startedAt === process.startedAt)
    return known || process.run === run || process.cwd?.startsWith(`${paths.local}/`) === true
  })
  // A supervisor would start again what ended before it.
  const isSupervisor = (process: ProcessInfo) => Number(process.command.includes('supervisor-main.js'))
  return found.sort((a, b) => isSupervisor(b) - isSupervisor(a))
}

/** A busy machine is no reason to take a supervisor for a dead one. */
const answerTimeoutMs = 10_000

async function askSupervisor(host: Host, state: LocalState): Promise<LiveStatus | undefined> {
  const answer = await host.request(`http://127.0.0.1:${state.control.port}/status`, {
    headers: { authorization: `Bearer ${state.control.token}` },
    timeoutMs: answerTimeoutMs,
  })
  return answer?.status === 200 ? (JSON.parse(answer.body) as LiveStatus) : undefined
}

async function findContainers(host: Host, run: string, paths: LocalPaths): Promise<LocalFacts['containers']> {
  const spec = await host.readFile(paths.spec)
  const program = ['docker', 'podman'].find(
    name => spec?.includes(`"rung": "docker"`) && spec.includes(`"${name}"`),
  )
  if (program === undefined) return undefined
  const names = ['redis', 'mongo'].map(name => containerName(run, name))
  return { program, names, ids: await ask(host, dockerContainers(program, run), 5000) }
}

/** Whether the project's dependencies and its build are up to date. */
export interface BuildFacts {
  readonly installed: boolean
  readonly hasLockFile: boolean
  /** Digest over path, size and time of all source files. */
  readonly sources: string
  /** The digest of the last build; undefined when there was none or its output is gone. */
  readonly built: string | undefined
}

/** Looks at times and sizes only: a person waits for this at each `up`. */
export async function readBuildFacts(host: Host, project: string, config: Config): Promise<BuildFacts> {
  const modified = (path: string) => host.modifiedAt(join(project, path))
  const installs = [
    'node_modules/.package-lock.json',
    'node_modules/.modules.yaml',
    'node_modules/.yarn-state.yml',
  ]
  const installedAt = Math.max(
    ...(await Promise.all(installs.map(async path => (await modified(path)) ?? 0))),
  )
  const lock = await modified('package-lock.json')
  const manifest = await modified('package.json')
  const stored = parseBuild(await host.readFile(localPaths(project).build))
  const output = config.app.start.slice(1).filter(word => /^[\w.-]+\/[\w./-]+$/.test(word))
  const present = await Promise.all(
    output.map(async path => (await host.kindOf(join(project, path))) !== undefined),
  )
  return {
    installed: manifest === undefined || (installedAt > 0 && installedAt >= Math.max(lock ?? 0, manifest)),
    hasLockFile: lock !== undefined,
    sources: await digestSources(host, project, { outputs: config.app.build === undefined }),
    built: present.every(Boolean) ? stored : undefined,
  }
}

function parseBuild(text: string | undefined): string | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    if (typeof value === 'object' && value !== null && 'sources' in value) return String(value.sources)
  } catch {
    return undefined
  }
  return undefined
}
