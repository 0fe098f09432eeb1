import { UserError } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import type { StepResult } from '../report/report.ts'
import type { Host } from './host.ts'
import { type RunPlanOptions, runPlan } from './run-plan.ts'

export interface RanBeside {
  /** In the order of the plans, whichever ended first. */
  readonly results: readonly StepResult[]
  /** What ended the plan beside; the other one was done to its end all the same. */
  readonly problem?: unknown
}

/**
 * Runs a plan, and what stands beside it at the same time. When the plan fails, what runs beside it is interrupted and
 * waited for, and the plan's error is thrown. The other way round the plan goes on to its end: what it makes is wanted
 * in any case, and half of it is worth less.
 */
export async function runBeside(host: Host, plan: Plan, options: RunPlanOptions): Promise<RanBeside> {
  const { beside } = plan
  if (beside === undefined) return { results: await runPlan(host, plan, options) }
  const stop = new AbortController()
  let underWay = true
  let failed: unknown
  const side = { ...host, interrupted: AbortSignal.any([host.interrupted, stop.signal]) }
  const main = runPlan(host, plan, options)
  const other = runPlan(side, beside, { ...options, stop: stop.signal }).then(
    results => ({ results }),
    (problem: unknown) => {
      if (underWay && !side.interrupted.aborted) {
        failed = problem
        tellFailed(options, problem)
      }
      return { results: [], problem }
    },
  )
  try {
    const results = await main
    underWay = false
    const ended = await other
    return { ...ended, results: [...results, ...ended.results] }
  } catch (error) {
    stop.abort(error)
    await other
    throw withOther(error, failed)
  }
}

/** Both failed: the error that is thrown names the other one, which would come next. */
function withOther(error: unknown, other: unknown): unknown {
  if (!(error instanceof UserError) || !(other instanceof UserError)) return error
  const also = [`besides: ${other.message}`, ...other.details.slice(0, 5)]
  return new UserError(error.message, { ...error, details: [...error.details, ...also] })
}

/** Nobody is to wait minutes to hear of it. */
function tellFailed({ emit }: RunPlanOptions, problem: unknown): void {
  const what = problem instanceof UserError ? problem.message : 'that failed'
  emit({ type: 'note', text: `${what}; what runs at the same time is finished first, then this run ends` })
}
