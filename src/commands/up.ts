import { describePlan, type Plan } from '../plan/plan.ts'
import { planUnseen } from '../plan/unseen.ts'
import { environmentLine } from '../report/environment.ts'
import type { Emit } from '../report/events.ts'
import { outcomeOf, type Report } from '../report/report.ts'
import { explanation } from '../report/rules.ts'
import { backendsLine } from '../report/text.ts'
import type { Host } from '../run/host.ts'
import type { Stage } from '../targets/target.ts'
import { flagsAgain } from './flags-again.ts'
import { lockProject, openProject, type Project, type RunFlags } from './project.ts'
import { runStages } from './stages.ts'
import { recallVerified, rememberVerified } from './verified.ts'
import { verifyRunning } from './verify.ts'

export interface UpOptions extends RunFlags {
  /** False for `--no-verify`. */
  readonly verify?: boolean
}

/** `rtdeploy verify` holds its silent socket longer; here a person waits for the prompt. */
const upIdleSec = 1

const again = {
  failed: 'nothing changed, and the last verification failed: verifying again',
  none: 'nothing changed, but this was not verified yet',
} as const

/** From whatever is there to a running, verified app. */
export async function up(host: Host, options: UpOptions, emit: Emit): Promise<Report> {
  const began = host.now()
  const project = await openProject(host, 'up', options)
  if (options.dryRun) return planned(host, project, 'up', began, options)
  const lock = await lockProject(host, project.folder, 'up')
  try {
    const steps = await runStages(host, project, project.target.stages, emit)
    const running = await project.target.running()
    const changed = steps.some(step => step.status === 'done')
    const unwell = running?.checks.filter(check => check.status === 'fail') ?? []
    for (const check of unwell) emit({ type: 'check-done', check })
    const wanted = running?.url !== undefined && options.verify !== false
    const before = wanted && !changed ? await recallVerified(host, project, running) : 'none'
    if (wanted && !changed && before !== 'passed') emit({ type: 'note', text: again[before] })
    const verified =
      wanted && before !== 'passed'
        ? (await verifyRunning(host, running, project.written, { idle: upIdleSec }, emit)).checks
        : []
    if (running !== undefined && verified.length > 0) await rememberVerified(host, project, running, verified)
    const checks = [...unwell, ...verified]
    const noWayIn = running?.url === undefined ? 'no way in from outside  ' : ''
    const note = running === undefined ? '' : `${noWayIn}${backendsLine(running.backends)}`.trim()
    if (note !== '') emit({ type: 'note', text: note })
    return {
      schemaVersion: 1,
      verb: 'up',
      outcome: outcomeOf(verified.length === 0 ? steps : [], checks),
      steps,
      checks,
      ...(running === undefined ? {} : { backends: running.backends, result: { url: running.url } }),
      next: [...explanation(checks), changed ? 'rtdeploy status' : 'rtdeploy verify', 'rtdeploy down'],
      tookMs: host.now() - began,
    }
  } finally {
    await lock.release()
  }
}

/** On GKE a look ahead may be that of an account that cannot change anything: the one that plans pull requests. */
async function lookAhead({ target }: Project, verb: 'up' | 'plan', stage: Stage): Promise<Plan> {
  try {
    return await stage.plan()
  } catch (problem) {
    const unseen = target.name === 'gke' ? planUnseen(verb, stage.name, problem) : undefined
    if (unseen === undefined) throw problem
    return unseen
  }
}

/** What `up` would do, read anew and changing nothing. */
export async function planned(
  host: Host,
  project: Project,
  verb: 'up' | 'plan',
  began: number,
  flags: RunFlags = {},
): Promise<Report> {
  const plans: Plan[] = []
  for (const stage of project.target.stages) plans.push(await lookAhead(project, verb, stage))
  const told = plans.map(plan => `${plan.stage}\n${describePlan(plan)}`).join('\n\n')
  const text = `${environmentLine(flags.env)}${told}`
  const steps = plans
    .flatMap(plan => [...plan.steps, ...(plan.beside?.steps ?? [])])
    .map(({ id, title, during, skip }) => ({
      id,
      title: during ?? title,
      status: skip === undefined ? ('planned' as const) : ('skipped' as const),
      tookMs: 0,
      ...(skip === undefined ? {} : { detail: skip }),
    }))
  return {
    schemaVersion: 1,
    verb,
    outcome: 'planned',
    steps,
    checks: [],
    result: { plans, text },
    next: [`rtdeploy up${flagsAgain(flags)}`],
    tookMs: host.now() - began,
  }
}
