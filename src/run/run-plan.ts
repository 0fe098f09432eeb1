import { Secret } from '../command.ts'
import { toolError, UserError } from '../errors.ts'
import type { Plan, Step } from '../plan/plan.ts'
import type { Emit } from '../report/events.ts'
import type { StepResult } from '../report/report.ts'
import { terraformProgress } from '../tools/terraform-progress.ts'
import type { Host, HttpAnswer, ProcessId } from './host.ts'
import type { Journal } from './journal.ts'
import { type Look, parseFields, waitFor } from './wait-for.ts'

export interface RunPlanOptions {
  readonly emit: Emit
  readonly journal?: Journal
  /** Called with the full output of each tool, for `.rtdeploy/logs`. */
  readonly onOutput?: (step: Step, line: string) => Promise<void>
  /** Looks at a cluster, for plans that wait for something there. Throws when waiting is of no use. */
  readonly look?: Look
  /** Ends what runs, like a Ctrl-C of the person's. */
  readonly stop?: AbortSignal
}

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
        title: status === 'done' ? step.title : (step.during ?? step.title),
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
    options.emit({ type: 'step-started', id: step.id, title: step.during ?? step.title })
    await options.journal?.write({ ...entry, state: 'about-to' })
    try {
      host.interrupted.throwIfAborted()
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
        ...(options.stop === undefined ? {} : { signal: options.stop }),
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
