import { exitCodes, UserError } from '../errors.ts'
import { describePlan } from '../plan/plan.ts'
import type { Emit } from '../report/events.ts'
import { outcomeOf, type Report } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import { lockProject, openProject, type RunFlags } from './project.ts'
import { runStages } from './stages.ts'
import { verifyRunning } from './verify.ts'

export interface RollbackOptions extends RunFlags {
  readonly revision?: number
  /** False for `--no-verify`. */
  readonly verify?: boolean
}

/** Back to an earlier release, the last that came up when none is named. Result: `url`. */
export async function rollback(host: Host, options: RollbackOptions, emit: Emit): Promise<Report> {
  const began = host.now()
  const project = await openProject(host, 'rollback', options)
  const stage = project.target.rollback?.(options.revision)
  if (stage === undefined) {
    throw new UserError(`the target ${project.target.name} keeps no releases`, {
      code: 'rollback.impossible',
      hint: 'git checkout an earlier commit, then rtdeploy up',
      exitCode: exitCodes.usage,
    })
  }
  const base = { schemaVersion: 1, verb: 'rollback' } as const
  const next = ['rtdeploy status', 'rtdeploy logs']
  if (options.dryRun) {
    const plan = await stage.plan()
    const steps = plan.steps.map(({ id, title }) => ({ id, title, status: 'planned' as const, tookMs: 0 }))
    const result = { plans: [plan], text: describePlan(plan) }
    return { ...base, outcome: 'planned', steps, checks: [], result, next, tookMs: host.now() - began }
  }
  const lock = await lockProject(host, project.folder, 'rollback')
  try {
    const steps = await runStages(host, project, [stage], emit)
    const running = await project.target.running()
    const measured =
      running?.url === undefined || options.verify === false
        ? undefined
        : await verifyRunning(host, running, project.config, { idle: 1 }, emit)
    const checks = measured?.checks ?? []
    const result = { url: running?.url }
    const outcome = outcomeOf(steps, checks)
    return { ...base, outcome, steps, checks, result, next, tookMs: host.now() - began }
  } finally {
    await lock.release()
  }
}
