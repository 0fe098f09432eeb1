// The simplest verb, and the one to copy for a new one: read facts, judge them, tell each, report.
import { UserError } from '../errors.ts'
import { judgeMachine } from '../facts/machine-checks.ts'
import { type MachineFacts, readMachineFacts } from '../facts/programs.ts'
import type { Emit } from '../report/events.ts'
import { type Check, outcomeOf, type Report } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import { defaults } from '../scaffold/answers.ts'

/** What the target `kubernetes` or `gke` needs besides, in a project that is for it. */
async function cloudChecks(host: Host, facts: MachineFacts): Promise<Check[]> {
  const { config } = facts
  if (config === undefined || config instanceof UserError) return []
  if (config.target === 'kubernetes' && config.kubernetes !== undefined) {
    const kubernetes = await import('../facts/kubernetes-checks.ts')
    return kubernetes.judgeKubernetes(await kubernetes.readKubernetesFacts(host, config.kubernetes, facts))
  }
  if (config.target !== 'gke' || config.gke === undefined) return []
  const [{ readGkeFacts }, { judgeGke }] = await Promise.all([
    import('../facts/gke.ts'),
    import('../facts/gke-checks.ts'),
  ])
  return judgeGke(await readGkeFacts(host, config.name, config.gke, config.environment?.name))
}

export interface DoctorOptions {
  readonly json?: boolean
  readonly env?: string
}

/** Looks at the machine and the folder: what is there, what is missing, and how each is put right. Changes nothing. */
export async function doctor(host: Host, options: DoctorOptions, emit: Emit): Promise<Report> {
  const began = host.now()
  const facts = await readMachineFacts(host, defaults.port, options.env)
  const checks = [...judgeMachine(facts), ...(await cloudChecks(host, facts))]
  for (const check of checks) emit({ type: 'check-done', check })
  const outcome = outcomeOf([], checks)
  const inProject = facts.config !== undefined
  return {
    schemaVersion: 1,
    verb: 'doctor',
    outcome,
    steps: [],
    checks,
    next: outcome === 'unhealthy' ? ['rtdeploy doctor'] : [inProject ? 'rtdeploy up' : 'rtdeploy init chat'],
    tookMs: host.now() - began,
  }
}
