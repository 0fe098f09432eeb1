import { localPaths } from '../local/state.ts'
import { describePlan } from '../plan/plan.ts'
import type { Emit } from '../report/events.ts'
import type { Report, StepResult } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import { openJournal } from '../run/journal.ts'
import { runPlan } from '../run/run-plan.ts'
import { lockProject, openRuntime, type RunFlags } from './project.ts'

export interface DownOptions extends Pick<RunFlags, 'target' | 'dryRun'> {}

const rounds = 3

/** Ends everything that `up` started; a second time it finds nothing to do. */
export async function down(host: Host, options: DownOptions, emit: Emit): Promise<Report> {
  const began = host.now()
  const { folder, runtime } = await openRuntime(host, 'down', options)
  const base = { schemaVersion: 1, verb: 'down', checks: [] } as const
  const next = ['rtdeploy up']
  if (options.dryRun) {
    const plan = await runtime.planDown()
    const steps = plan.steps.map(({ id, title }) => ({ id, title, status: 'planned' as const, tookMs: 0 }))
    return {
      ...base,
      outcome: 'planned',
      steps,
      result: { plans: [plan], text: describePlan(plan) },
      next: ['rtdeploy down'],
      tookMs: host.now() - began,
    }
  }
  const lock = await lockProject(host, folder, 'down')
  try {
    const journal = openJournal(host, localPaths(folder).root)
    const steps: StepResult[] = []
    // Looked at again afterwards: who had to be ended by force may leave processes behind.
    for (let round = 0; round < rounds; round++) {
      const plan = await runtime.planDown()
      if (plan.steps.length === 0) break
      steps.push(...(await runPlan(host, plan, { emit, journal })))
    }
    if (steps.length === 0) emit({ type: 'note', text: 'nothing is running, nothing is left' })
    return {
      ...base,
      outcome: steps.length === 0 ? 'nothing-to-do' : 'done',
      steps,
      next,
      tookMs: host.now() - began,
    }
  } finally {
    await lock.release()
  }
}
