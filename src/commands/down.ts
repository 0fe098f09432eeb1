import { systemProblem } from '../errors.ts'
import { describePlan, type Plan } from '../plan/plan.ts'
import { environmentLine } from '../report/environment.ts'
import type { Emit } from '../report/events.ts'
import type { Report } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import type { Stage } from '../targets/target.ts'
import { flagsAgain } from './flags-again.ts'
import { lockProject, openRuntime, type RunFlags } from './project.ts'
import { runStages } from './stages.ts'

export interface DownOptions
  extends Pick<RunFlags, 'target' | 'env' | 'dryRun' | 'context' | 'yes' | 'deleteData' | 'keepData'> {}

/** A cloud goes in more rounds than a machine: app, protection, infrastructure, leftovers. */
const rounds = 10
const nothing: Plan = { verb: 'down', stage: 'teardown', steps: [] }

/** Ends everything that `up` started; a second time it finds nothing to do. */
export async function down(host: Host, options: DownOptions, emit: Emit): Promise<Report> {
  const began = host.now()
  const { folder, runtime, environment } = await openRuntime(host, 'down', options)
  const base = { schemaVersion: 1, verb: 'down', checks: [] } as const
  const next = ['rtdeploy up']
  if (options.dryRun) {
    const plan = await runtime.planDown()
    const steps = plan.steps.map(({ id, title }) => ({ id, title, status: 'planned' as const, tookMs: 0 }))
    return {
      ...base,
      outcome: 'planned',
      steps,
      result: { plans: [plan], text: `${environmentLine(options.env)}${describePlan(plan)}` },
      next: [`rtdeploy down${flagsAgain(options)}`],
      tookMs: host.now() - began,
    }
  }
  const held = await lockIfRoom(host, folder, emit)
  try {
    let left = true
    const look = async (): Promise<Plan> => {
      const plan = left ? await runtime.planDown() : nothing
      left = plan.steps.length > 0
      return options.yes === true ? { ...plan, asks: undefined } : plan
    }
    // Looked at again afterwards: who had to be ended by force may leave processes behind.
    const stages = Array.from({ length: rounds }, (): Stage => ({ name: 'teardown', plan: look }))
    const steps = await runStages(held.host, { folder, target: runtime, environment }, stages, emit)
    for (const text of (await runtime.leftovers?.()) ?? []) emit({ type: 'note', text })
    if (steps.length === 0) emit({ type: 'note', text: 'nothing is running, nothing is left' })
    return {
      ...base,
      outcome: steps.length === 0 ? 'nothing-to-do' : 'done',
      steps,
      next,
      tookMs: host.now() - began,
    }
  } finally {
    await held.release()
  }
}

/** A full disk must not keep `down` from its work, which makes room: it goes on without the lock and the journal then. */
async function lockIfRoom(
  host: Host,
  folder: string,
  emit: Emit,
): Promise<{ readonly host: Host; release(): Promise<void> }> {
  try {
    const lock = await lockProject(host, folder, 'down')
    return { host, release: () => lock.release() }
  } catch (error) {
    if (systemProblem(error)?.code !== 'disk.full') throw error
    emit({ type: 'note', text: 'the disk is full: going on without the lock and the journal' })
    const appendFile: Host['appendFile'] = (path, text) => host.appendFile(path, text).catch(() => undefined)
    return { host: { ...host, appendFile }, release: async () => undefined }
  }
}
