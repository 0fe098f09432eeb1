import { Secret } from '../command.ts'
import { toolError, UserError } from '../errors.ts'
import type { CloudCondition, ClusterCondition, Condition, Plan, Step } from '../plan/plan.ts'
import type { Emit } from '../report/events.ts'
import type { StepResult } from '../report/report.ts'
import { terraformProgress } from '../tools/terraform-progress.ts'
import type { Host, HttpAnswer, ProcessId } from './host.ts'
import type { Journal } from './journal.ts'

export interface RunPlanOptions {
  readonly emit: Emit
  readonly journal?: Journal
  /** Called with the full output of each tool, for `.rtdeploy/logs`. */
  readonly onOutput?: (step: Step, line: string) => Promise<void>
  /** Looks at a cluster, for plans that wait for something there. Throws when waiting is of no use. */
  readonly look?: Look
}

/** Whether a condition holds; `tell` says how far it is. Called again and again with the same condition. */
export type Look = (
  until: ClusterCondition | CloudCondition,
  tell: (text: string) => void,
) => Promise<boolean>

/**
 * Runs the steps in order and tells each. Stops at the first that fails by throwing its error, after it was told;
 * after an interrupt no further step is begun.
 */
export async function runPlan(host: Host, plan: Plan, options: RunPlanOptions): Promise<StepResult[]> {
  const results: StepResult[] = []
  const context: Context = {}
  for (const step of plan.steps) {
    host.interrupted.throwIfAborted()
    const began = host.now()
    const finish = async (status: StepResult['status'], detail?: string) => {
      const result = {
        id: step.id,
        title: step.title,
        status,
        tookMs: host.now() - began,
        ...(detail === undefined ? {} : { detail }),
      }
      results.push(result)
      options.emit({ type: 'step-finished', step: result, quiet: step.quiet ?? false })
    }
    if (step.skip !== undefined) {
      await finish('skipped', step.skip)
      continue
    }
    const entry = { verb: plan.verb, stage: plan.stage, step: step.id }
    options.emit({ type: 'step-started', id: step.id, title: step.title })
    await options.journal?.write({ ...entry, state: 'about-to' })
    try {
      await perform(host, step, options, context)
    } catch (error) {
      await options.journal?.write({ ...entry, state: 'failed' })
      await finish('failed', host.interrupted.aborted ? 'interrupted' : undefined)
      throw error
    }
    await options.journal?.write({ ...entry, state: 'done' })
    await finish('done')
  }
  return results
}

/** The process that the plan started last: a wait for what it writes ends with it. */
interface Context {
  started?: ProcessId
}

async function perform(host: Host, step: Step, options: RunPlanOptions, context: Context): Promise<void> {
  const { action } = step
  switch (action.kind) {
    case 'run': {
      const lines: Promise<void>[] = []
      const progress = action.tells === undefined ? undefined : terraformProgress(action.tells.total)
      const ran = await host.run(action.command, {
        changes: true,
        onLine: line => {
          options.emit({ type: 'step-output', id: step.id, line })
          const text = progress?.(line)
          if (text !== undefined) options.emit({ type: 'step-progress', id: step.id, text })
          if (options.onOutput !== undefined) lines.push(options.onOutput(step, line))
        },
      })
      await Promise.all(lines)
      host.interrupted.throwIfAborted()
      if (ran.notFound) {
        throw new UserError(`${action.command.program} is not installed`, {
          code: 'program.missing',
          hint: 'rtdeploy doctor',
          exitCode: 3,
        })
      }
      if (ran.exitCode === 0) return
      throw toolError(
        action.command,
        `exited with ${ran.exitCode ?? 'a signal'}`,
        `${ran.stdout}\n${ran.stderr}`,
        {
          code: 'tool.failed',
          hint: step.hint ?? 'put that right and run this again; finished steps are not repeated',
        },
      )
    }
    case 'start':
      context.started = await host.start(action.command, { log: action.log, detached: true })
      return
    case 'write':
      return host.writeFile(
        action.path,
        action.contents,
        action.mode === undefined ? {} : { mode: action.mode },
      )
    case 'remove':
      return host.remove(action.path)
    case 'end':
      return end(host, action.process, action.graceMs)
    case 'request': {
      const headers = Object.entries(action.headers ?? {}).map(([name, value]) => [
        name,
        value instanceof Secret ? value.reveal() : value,
      ])
      const answer = await host.request(action.url, {
        method: action.method,
        headers: Object.fromEntries(headers),
        timeoutMs: action.timeoutMs ?? 5000,
        ...(action.body === undefined ? {} : { body: action.body }),
      })
      if (answer !== undefined && answer.status < 300) return
      throw refused(action.url, answer)
    }
    case 'wait':
      return waitFor(host, step, options, context.started)
  }
}

const forcedMs = 2000

async function end(host: Host, process: Parameters<Host['kill']>[0], graceMs: number): Promise<void> {
  await host.kill(process, 'SIGTERM')
  const deadline = host.now() + graceMs
  let forced = false
  while (await host.isAlive(process)) {
    const late = host.now() - deadline
    if (late >= 0 && !forced) await host.kill(process, 'SIGKILL')
    forced = late >= 0
    // Even by force it takes the system a moment; who hangs in the kernel is not waited for.
    if (late >= forcedMs) return
    await host.sleep(50)
  }
}

async function waitFor(
  host: Host,
  step: Step,
  options: RunPlanOptions,
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
      throw new UserError(`${step.title}: not there after ${timeoutMs / 1000} s`, {
        code: 'wait.timeout',
        hint: step.hint ?? 'rtdeploy status',
        details: told === '' ? [] : [told],
      })
    }
    await host.sleep(everyMs, host.interrupted)
  }
}

/** The server's own words, where it has some: `error`, `code`, `hint`, `details`. */
function refused(url: string, answer: HttpAnswer | undefined): UserError {
  const told = parseFields(answer?.body)
  const known = typeof told.error === 'string'
  return new UserError(known ? String(told.error) : `${url} answered ${answer?.status ?? 'nothing'}`, {
    code: String(told.code ?? 'request.failed'),
    hint: String(told.hint ?? 'rtdeploy status'),
    details: Array.isArray(told.details)
      ? told.details.map(String)
      : known || answer === undefined
        ? []
        : answer.body.split('\n').slice(0, 20),
  })
}

/** Nothing yet, or not what was waited for: looked at again. */
function parseFields(text: string | undefined): { readonly [key: string]: unknown } {
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
