import type { Plan } from '../plan/plan.ts'
import type { StepResult } from '../report/report.ts'

/** What became of the steps of a plan that writes files all at once: no step is done before all are. */
export function writtenSteps(plan: Plan, dryRun: boolean): StepResult[] {
  return plan.steps.map(({ id, title, skip }) => {
    const status = skip !== undefined ? 'skipped' : dryRun ? 'planned' : 'done'
    return { id, title, status, tookMs: 0, ...(skip === undefined ? {} : { detail: skip }) }
  })
}
