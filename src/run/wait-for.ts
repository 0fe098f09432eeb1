import { UserError } from '../errors.ts'
import type { CloudCondition, ClusterCondition, Condition, Step } from '../plan/plan.ts'
import type { Emit } from '../report/events.ts'
import type { Host, ProcessId } from './host.ts'

/** Whether a condition holds; `tell` says how far it is. Called again and again with the same condition. */
export type Look = (
  until: ClusterCondition | CloudCondition,
  tell: (text: string) => void,
) => Promise<boolean>

export interface WaitOptions {
  readonly emit: Emit
  readonly look?: Look
}

/** Waits for a step's condition. Throws `wait.timeout` when it does not come true in time. */
export async function waitFor(
  host: Host,
  step: Step,
  options: WaitOptions,
  started: ProcessId | undefined,
): Promise<void> {
  if (step.action.kind !== 'wait') return
  const { until, timeoutMs, everyMs } = step.action
  const deadline = host.now() + timeoutMs
  let told = ''
  const tell = (text: string) => {
    if (text !== told) options.emit({ type: 'step-progress', id: step.id, text })
    told = text
  }
  while (!(await holds(host, until, started, options.look, tell))) {
    if (host.now() >= deadline) {
      throw new UserError(`${step.during ?? step.title}: not there after ${timeoutMs / 1000} s`, {
        code: 'wait.timeout',
        hint: step.hint ?? 'rtdeploy status',
        details: told === '' ? [] : [told],
      })
    }
    await host.sleep(everyMs, host.interrupted)
  }
}

/** Nothing yet, or not what was waited for: looked at again. */
export function parseFields(text: string | undefined): { readonly [key: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

async function holds(
  host: Host,
  condition: Condition,
  started: ProcessId | undefined,
  look: Look | undefined,
  tell: (text: string) => void,
): Promise<boolean> {
  switch (condition.kind) {
    case 'rollout':
    case 'address':
    case 'answers':
    case 'apis':
    case 'built':
    case 'settled':
    case 'released':
      if (look === undefined) throw new Error(`nobody can look at ${condition.kind}`)
      return look(condition, tell)
    case 'gone':
      return !(await host.isAlive(condition.process))
    case 'http': {
      const answer = await host.request(condition.url, { timeoutMs: 2000 })
      return answer?.status === condition.status
    }
    case 'state': {
      const fields = parseFields(await host.readFile(condition.path))
      if (fields[condition.field] === condition.failsOn) {
        throw new UserError(String(fields.problem ?? 'it failed'), {
          code: String(fields.problemCode ?? 'local.failed'),
          hint: String(fields.problemHint ?? 'rtdeploy logs'),
          details: Array.isArray(fields.problemDetails) ? fields.problemDetails.map(String) : [],
          exitCode: typeof fields.problemExit === 'number' ? fields.problemExit : 1,
        })
      }
      if (typeof fields.waiting === 'string') tell(fields.waiting)
      const owner = (fields[condition.owner] as ProcessId | undefined) ?? started
      if (owner !== undefined && !(await host.isAlive(owner))) {
        throw new UserError(`the ${condition.owner} ended while it was waited for`, {
          code: 'local.ended',
          hint: `rtdeploy logs ${condition.owner}; \`rtdeploy up\` starts again from where things are`,
        })
      }
      return fields[condition.field] === condition.is
    }
  }
}
