import type { Emit } from '../report/events.ts'
import type { Report } from '../report/report.ts'
import { backendsLine } from '../report/text.ts'
import type { Host } from '../run/host.ts'
import { runPlan } from '../run/run-plan.ts'
import { logs } from './logs.ts'
import { lockProject, openProject, type RunFlags } from './project.ts'
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
  const lock = await lockProject(host, project.folder, 'dev')
  // Interrupted is how this verb ends, so what follows must not be stopped by the same signal.
  const calm: Host = { ...host, interrupted: new AbortController().signal }
  const end = async () => runPlan(calm, await project.target.planDown(), { emit })
  try {
    const steps = await runStages(host, project, project.target.stages, emit).catch(async error => {
      if (host.interrupted.aborted) await end()
      throw error
    })
    const running = await project.target.running()
    if (running !== undefined) {
      const behind = running.clientUrl === undefined ? '' : `  (front door ${running.url})`
      emit({ type: 'note', text: backendsLine(running.backends) })
      emit({
        type: 'note',
        text: `open ${running.clientUrl ?? running.url}${behind}; Ctrl-C ends it`,
      })
    }
    if (options.json) await host.sleep(longestSleepMs, host.interrupted).catch(() => undefined)
    else await logs(host, { target: 'local', follow: true, tail: 0 }, emit)
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
