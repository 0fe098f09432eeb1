import { UserError } from '../errors.ts'
import { localPaths } from '../local/state.ts'
import { hasWork, type Plan } from '../plan/plan.ts'
import type { Emit } from '../report/events.ts'
import type { StepResult } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import { type Journal, openJournal } from '../run/journal.ts'
import { runBeside } from '../run/run-beside.ts'
import type { PlaceLock, Runtime, Stage, Target } from '../targets/target.ts'

interface Place {
  readonly folder: string
  /** Undefined for production. */
  readonly environment?: string | undefined
  readonly target: Runtime & Pick<Target, 'recover'>
}

/**
 * Runs stages one after the other, reading the facts anew before each, under the lock of the place where the app runs as
 * soon as there is such a place. When one fails, the target may put right what it left; then the error goes on.
 */
export async function runStages(
  host: Host,
  { folder, environment, target }: Place,
  stages: readonly Stage[],
  emit: Emit,
): Promise<StepResult[]> {
  const journal = openJournal(host, localPaths(folder).root, environment)
  if (stages[0]?.name !== 'teardown') await tellCutShort(journal, emit)
  const log = `${localPaths(folder).logs}/tools.log`
  const onOutput = (step: { readonly id: string }, line: string) =>
    host.appendFile(log, `${step.id} | ${line}\n`)
  const results: StepResult[] = []
  let lock: PlaceLock | undefined
  /** The problem of what ran beside the plan, which itself was done. */
  const run = async (plan: Plan): Promise<unknown> => {
    await confirm(host, plan)
    const signals = lock === undefined ? [] : [lock.lost]
    const guarded = { ...host, interrupted: AbortSignal.any([host.interrupted, ...signals]) }
    const look = target.look === undefined ? {} : { look: target.look }
    const ran = await runBeside(guarded, plan, { emit, journal, onOutput, ...look })
    results.push(...ran.results)
    return ran.problem
  }
  try {
    for (const stage of stages) {
      let plan = await stage.plan()
      // Who finds nothing to do is in nobody's way. With the lock it is looked at again: it may be done by now.
      if (lock === undefined && hasWork(plan)) {
        lock = await target.lock?.()
        if (lock !== undefined) plan = await stage.plan()
      }
      let beside: unknown
      try {
        beside = await run(plan)
      } catch (error) {
        if (!(error instanceof UserError) || lock?.lost.aborted) throw error
        const recovery = await target.recover?.(stage, error)
        if (recovery?.plan !== undefined) await run(recovery.plan)
        throw recovery?.error ?? error
      }
      if (beside !== undefined) throw beside
    }
    return results
  } catch (error) {
    target.forget?.()
    throw error
  } finally {
    await lock?.release()
  }
}

/** What a killed run was doing is not known: the steps are done again. */
async function tellCutShort(journal: Journal, emit: Emit): Promise<void> {
  const unfinished = await journal.unfinished()
  const [first] = unfinished
  if (first === undefined) return
  const steps = unfinished.map(({ step }) => step).join(' and ')
  emit({
    type: 'note',
    text: `an earlier \`rtdeploy ${first.verb}\` was cut short at ${steps}; going on from there`,
  })
  for (const { verb, stage, step } of unfinished) await journal.write({ verb, stage, step, state: 'failed' })
}

/** A plan that takes something away asks first. Without a terminal only `--yes` is a yes. */
async function confirm(host: Host, { asks, verb }: Plan): Promise<void> {
  if (asks === undefined) return
  if (!host.terminal.canAsk) {
    throw new UserError(asks, {
      code: 'plan.unconfirmed',
      hint: 'if that is what you want, say the same with --yes',
      exitCode: 2,
    })
  }
  if (await host.askYes(`${asks}; go on?`, false)) return
  throw new UserError('nothing was changed, as you answered', {
    code: 'plan.declined',
    hint: `rtdeploy ${verb} --dry-run shows what it would do`,
    exitCode: 1,
  })
}
