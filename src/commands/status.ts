import { UserError } from '../errors.ts'
import { localPaths } from '../local/state.ts'
import { environmentLine } from '../report/environment.ts'
import type { Emit } from '../report/events.ts'
import { outcomeOf, type Report } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import { describeHolder } from '../run/lock.ts'
import type { Running, Runtime } from '../targets/target.ts'
import { openRuntime, type RunFlags } from './project.ts'

/** What a run that is at work leaves half done is nobody's fault, and nothing for a person to put right. */
async function find(runtime: Runtime, atWork: string | undefined): Promise<Running | undefined> {
  try {
    return await (runtime.status ?? runtime.running)()
  } catch (error) {
    const halfDone = error instanceof UserError && ['local.orphaned', 'local.starting'].includes(error.code)
    if (atWork === undefined || !halfDone) throw error
    return undefined
  }
}

/** What runs: replicas, front door, backends with their rungs, connections. */
export async function status(host: Host, options: RunFlags, _emit: Emit): Promise<Report> {
  const began = host.now()
  const { runtime, folder } = await openRuntime(host, 'status', options)
  const atWork = await describeHolder(host, localPaths(folder).root)
  const running = await find(runtime, atWork)
  const heading = `${environmentLine(options.env)}${atWork === undefined ? '' : `${atWork}\n`}`
  const base = { schemaVersion: 1, verb: 'status', steps: [] } as const
  if (running === undefined) {
    const text = `${heading}nothing is running${atWork === undefined ? '' : ' yet'}\n`
    return {
      ...base,
      outcome: 'done',
      checks: [],
      result: { running: false, ...(atWork === undefined ? {} : { atWork }), text },
      next: [atWork === undefined ? 'rtdeploy up' : 'rtdeploy status'],
      tookMs: host.now() - began,
    }
  }
  const { checks, backends, details, text } = running
  return {
    ...base,
    outcome: outcomeOf([], checks),
    checks,
    backends,
    result: {
      ...(details as object),
      ...(atWork === undefined ? {} : { atWork }),
      text: `${heading}${text}`,
    },
    next: ['rtdeploy verify', 'rtdeploy logs -f'],
    tookMs: host.now() - began,
  }
}
