import { UserError } from '../errors.ts'
import type { Verb } from '../report/report.ts'
import type { Plan } from './plan.ts'

/**
 * What a cluster says to an account that may look at it but not change it: a dry run takes the rights of the real one. And
 * what Terraform says when it is to read what others made by an API that is still off.
 */
const refusals: readonly string[] = ['cluster.forbidden', 'namespace.forbidden', 'gke.api-off']

/**
 * The plan of a stage that this account may not look into: there may be something to do, and what is not known.
 * Undefined for any other problem. Pure.
 */
export function planUnseen(verb: Verb, stage: string, problem: unknown): Plan | undefined {
  if (!(problem instanceof UserError) || !refusals.includes(problem.code)) return undefined
  const step = {
    id: `${stage}.unseen`,
    title: `${stage}: what it changes is not known here, ${problem.message}`,
    action: { kind: 'run', command: { program: 'rtdeploy', args: ['up'] } },
  } as const
  return { verb, stage, steps: [step] }
}
