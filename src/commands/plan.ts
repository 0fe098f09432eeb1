import { exitCodes } from '../errors.ts'
import type { Emit } from '../report/events.ts'
import type { Report } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import { openProject, type RunFlags } from './project.ts'
import { planned } from './up.ts'

export interface PlanOptions extends RunFlags {
  readonly detailedExitcode?: boolean
}

/** What `up` would do, the very object that it would run. Result: `plans` and the same as `text`. Changes nothing. */
export async function plan(host: Host, options: PlanOptions, _emit: Emit): Promise<Report> {
  const began = host.now()
  // The plan of `up`, to the last letter.
  const project = await openProject(host, 'up', { ...options, dryRun: true })
  const report = await planned(host, project, 'plan', began, options)
  const changes = report.steps.some(step => step.status === 'planned')
  return options.detailedExitcode && changes ? { ...report, exitCode: exitCodes.changes } : report
}
