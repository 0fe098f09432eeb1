import { environmentLine } from '../report/environment.ts'
import type { Emit } from '../report/events.ts'
import { outcomeOf, type Report } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import { openRuntime, type RunFlags } from './project.ts'

/** What runs: replicas, front door, backends with their rungs, connections. */
export async function status(host: Host, options: RunFlags, _emit: Emit): Promise<Report> {
  const began = host.now()
  const { runtime } = await openRuntime(host, 'status', options)
  const running = await (runtime.status ?? runtime.running)()
  const heading = environmentLine(options.env)
  const base = { schemaVersion: 1, verb: 'status', steps: [] } as const
  if (running === undefined) {
    const text = `${heading}nothing is running\n`
    return {
      ...base,
      outcome: 'done',
      checks: [],
      result: { running: false, text },
      next: ['rtdeploy up'],
      tookMs: host.now() - began,
    }
  }
  const { checks, backends, details, text } = running
  return {
    ...base,
    outcome: outcomeOf([], checks),
    checks,
    backends,
    result: { ...(details as object), text: `${heading}${text}` },
    next: ['rtdeploy verify', 'rtdeploy logs -f'],
    tookMs: host.now() - began,
  }
}
