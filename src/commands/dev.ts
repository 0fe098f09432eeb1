import { exitCodes, UserError } from '../errors.ts'
import { readLocalFacts } from '../facts/local.ts'
import { localPaths } from '../local/state.ts'
import type { Emit } from '../report/events.ts'
import type { Report } from '../report/report.ts'
import { backendsLine } from '../report/text.ts'
import type { Host } from '../run/host.ts'
import { runPlan } from '../run/run-plan.ts'
import { findLogs, followLogs, showLines } from './local-logs.ts'
import { lockProject, openProject, type Project, type RunFlags } from './project.ts'
import { runStages } from './stages.ts'

/** The longest that a timer of Node takes: 24 days. */
const longestSleepMs = 2 ** 31 - 1

export interface DevOptions extends RunFlags {
  readonly json?: boolean
}

/** The app in the foreground: hot reload for the client, new replicas for a new server, everything gone at the end. */
export async function dev(host: Host, options: DevOptions, emit: Emit): Promise<Report> {
  const began = host.now()
  const project = await openProject(host, 'dev', options)
  const { config } = project
  const lock = await lockProject(host, project.folder, 'dev')
  // Interrupted is how this verb ends, so what follows must not be stopped by the same signal.
  const calm: Host = { ...host, interrupted: new AbortController().signal }
  const end = async () => runPlan(calm, await project.target.planDown(), { emit })
  try {
    await refuseRunning(host, project.folder)
    const before = await sizesOf(host, project.folder)
    const steps = await runStages(host, project, project.target.stages, emit).catch(async error => {
      if (host.interrupted.aborted) await end()
      throw error
    })
    const running = await project.target.running()
    if (config.app.build !== undefined && config.dev.build === undefined)
      emit({
        type: 'note',
        text: 'dev.build is not set in rtdeploy.yaml: nothing builds the app again when it changes',
      })
    if (running !== undefined) {
      const behind = running.clientUrl === undefined ? '' : `  (front door ${running.url})`
      emit({ type: 'note', text: backendsLine(running.backends) })
      emit({
        type: 'note',
        text: `open ${running.clientUrl ?? running.url}${behind}; Ctrl-C ends it`,
      })
    }
    if (options.json) await host.sleep(longestSleepMs, host.interrupted).catch(() => undefined)
    else await follow(host, project, before)
    steps.push(...(await end()))
    return {
      schemaVersion: 1,
      verb: 'dev',
      outcome: 'done',
      steps,
      checks: [],
      next: ['rtdeploy up'],
      tookMs: host.now() - began,
    }
  } finally {
    await lock.release()
  }
}

/** What `up` started goes on in the background for good: nobody expects `dev` to end it. */
async function refuseRunning(host: Host, folder: string): Promise<void> {
  const { alive, state } = await readLocalFacts(host, folder)
  if (!alive || state === undefined || state.spec.dev !== undefined) return
  const runs = `\`rtdeploy up\` runs this app in the background, at ${state.url}`
  if (host.terminal.canAsk && (await host.askYes(`${runs}; end it and go on?`, false))) return
  throw new UserError(runs, {
    code: 'local.running',
    hint: 'rtdeploy down, then rtdeploy dev',
    exitCode: exitCodes.usage,
  })
}

/** Of every log, so that only what this run writes is shown, from its first line on. */
async function sizesOf(host: Host, folder: string): Promise<ReadonlyMap<string, number>> {
  const { logs } = localPaths(folder)
  const names = ((await host.list(logs)) ?? []).map(entry => entry.name)
  const sizes = await Promise.all(names.map(async name => (await host.sizeOf(`${logs}/${name}`)) ?? 0))
  return new Map(names.map((name, at) => [`${logs}/${name}`, sizes[at] ?? 0]))
}

/** The replicas, and what builds the server and serves the client: that is where mistakes in the code are told. */
async function follow(
  host: Host,
  { folder, config }: Project,
  before: ReadonlyMap<string, number>,
): Promise<void> {
  const { logs } = localPaths(folder)
  const helpers = (['build', 'client'] as const).filter(name => config.dev[name] !== undefined)
  const sources = [
    ...helpers.map(name => ({ name, path: `${logs}/${name}.log` })),
    ...(await findLogs(host, folder, undefined)),
  ]
  const offsets = sources.map(source => before.get(source.path) ?? 0)
  await followLogs(host, folder, sources, offsets, showLines(host, sources))
}
