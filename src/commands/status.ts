import { UserError } from '../errors.ts'
import { localPaths } from '../local/state.ts'
import { environmentLine } from '../report/environment.ts'
import type { Emit } from '../report/events.ts'
import { outcomeOf, type Report } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import { type AtWork, readHolder } from '../run/lock.ts'
import type { Running, Runtime } from '../targets/target.ts'
import { openRuntime, type RunFlags } from './project.ts'

/** What an `up` at work here has half done is nobody's fault, and nothing for a person to put right. */
async function find(runtime: Runtime, starting: boolean): Promise<Running | undefined> {
  try {
    return await (runtime.status ?? runtime.running)()
  } catch (error) {
    const halfDone = error instanceof UserError && /^local\.(?:orphaned|starting|silent)$/.test(error.code)
    if (!starting || !halfDone) throw error
    return undefined
  }
}

/** `dev` stays: once it has begun, what its supervisor leaves behind is nobody's. */
async function isStarting(host: Host, folder: string, { command }: AtWork): Promise<boolean> {
  if (command === 'rtdeploy up') return true
  return command === 'rtdeploy dev' && (await host.kindOf(localPaths(folder).state)) === undefined
}

/** What runs: replicas, front door, backends with their rungs, connections. */
export async function status(host: Host, options: RunFlags, _emit: Emit): Promise<Report> {
  const began = host.now()
  const { runtime, folder } = await openRuntime(host, 'status', options)
  const holder = await readHolder(host, localPaths(folder).root)
  const starting = holder?.here === true && (await isStarting(host, folder, holder))
  const running = await find(runtime, starting)
  const heading = `${environmentLine(options.env)}${holder === undefined ? '' : `${holder.text}\n`}`
  const atWork = holder === undefined ? {} : { atWork: holder.text }
  const base = { schemaVersion: 1, verb: 'status', steps: [] } as const
  if (running === undefined) {
    const text = `${heading}nothing is running${starting ? ' yet' : ''}\n`
    return {
      ...base,
      outcome: 'done',
      checks: [],
      result: { running: false, ...atWork, text },
      next: [starting ? 'rtdeploy status' : 'rtdeploy up'],
      tookMs: host.now() - began,
    }
  }
  const { checks, backends, details, text } = running
  return {
    ...base,
    outcome: outcomeOf([], checks),
    checks,
    backends,
    result: { ...(details as object), ...atWork, text: `${heading}${text}` },
    next: ['rtdeploy verify', 'rtdeploy logs -f'],
    tookMs: host.now() - began,
  }
}
