import { setMaxListeners } from 'node:events'
import { exitCodes, formatError, Interrupted, systemProblem, UserError } from './errors.ts'
import { createProgram, type Invocation } from './program.ts'
import { stepsAsBegun } from './report/begun.ts'
import { voiceOf } from './report/environment.ts'
import type { Event } from './report/events.ts'
import { renderJson, reportedError } from './report/json.ts'
import { paintFor } from './report/paint.ts'
import { type Check, exitCodeOf, type Report } from './report/report.ts'
import { renderNext, renderVerdict } from './report/text.ts'
import type { Host } from './run/host.ts'
import { createProgress } from './run/progress.ts'
import { createRealHost } from './run/real-host.ts'

type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

const asError = (error: unknown) =>
  systemProblem(error) ?? (error instanceof Error ? error : new Error(String(error)))

/** Runs one verb: parsed arguments and a host in, exit code out. The only place that catches everything. */
async function runVerb(host: Host, invocation: Invocation): Promise<number> {
  const { verb, json, verbose, color, environment } = invocation.global
  const voice = voiceOf(environment)
  const paint = paintFor(host.env, host.terminal.stderr, json ? false : color)
  const painted = paintFor(host.env, host.terminal.stdout, json ? false : color)
  const isAnswer = verb === 'verify' || verb === 'status' || verb === 'doctor'
  const progress = createProgress({
    write: text => host.err(text),
    paint,
    ...(isAnswer && !json ? { answer: { write: (text: string) => host.out(text), paint: painted } } : {}),
    terminal: host.terminal.stderr && !json,
    columns: host.terminal.columns,
    verbose,
    now: host.now,
  })
  if (!json) host.interrupted.addEventListener('abort', progress.interrupted)
  const steps = stepsAsBegun()
  const checks: Check[] = []
  const began = host.now()
  const emit = (event: Event) => {
    steps.note(event)
    if (event.type === 'check-done') checks.push(event.check)
    if (!json || verbose) progress.emit(voice.event(event))
  }
  const asking = { ...host, askYes: (text: string, yes: boolean) => host.askYes(voice.text(text), yes) }
  const quiet = json ? { ...asking, terminal: { ...host.terminal, canAsk: false } } : asking
  try {
    const report = voice.report(await invocation.handle(quiet, emit))
    progress.stop()
    if (json) host.out(renderJson(report))
    else {
      if (invocation.render !== undefined) host.out(invocation.render(report, painted))
      if (isAnswer) host.out(renderVerdict(report, painted))
      else host.err(renderVerdict(report, paint))
      host.err(renderNext(report, paint))
    }
    return exitCodeOf(report)
  } catch (error) {
    progress.stop()
    const reason = host.interrupted.aborted ? host.interrupted.reason : undefined
    // What breaks because of the interrupt, an aborted request for instance, is not news of its own.
    const ended = error instanceof UserError ? undefined : reason
    if (error instanceof Interrupted || ended instanceof Interrupted) {
      if (json) host.out(renderJson(partial('cancelled')))
      else
        host.err(
          `${paint('yellow', 'interrupted')}${steps.results().length > 0 ? voice.text('; `rtdeploy up` goes on from here, `rtdeploy down` takes it away') : ''}\n`,
        )
      return error instanceof Interrupted ? error.exitCode : ended.exitCode
    }
    const shown = voice.error(asError(error))
    if (json) host.out(renderJson(partial('failed'), reportedError(shown)))
    else host.err(`${formatError(shown, paint)}\n`)
    return shown instanceof UserError ? shown.exitCode : exitCodes.bug
  }
  function partial(outcome: 'failed' | 'cancelled'): Report {
    return voice.report({
      schemaVersion: 1,
      verb,
      outcome,
      steps: steps.results(),
      checks,
      next: [],
      tookMs: host.now() - began,
    })
  }
}

/** Parses the arguments and runs the verb they name. */
export async function main(argv: readonly string[], host: Host): Promise<number> {
  try {
    const parsed = await createProgram(host, argv).parse()
    return parsed.kind === 'exit' ? parsed.exitCode : await runVerb(host, parsed.invocation)
  } catch (error) {
    const json = argv.includes('--json')
    const shown = asError(error)
    if (json)
      host.out(
        `${JSON.stringify({ schemaVersion: 1, outcome: 'failed', error: reportedError(shown) }, undefined, 2)}\n`,
      )
    else
      host.err(
        `${formatError(shown, paintFor(host.env, host.terminal.stderr, argv.includes('--no-color') ? false : undefined))}\n`,
      )
    return shown instanceof UserError ? shown.exitCode : exitCodes.bug
  }
}

/** Connects a Node process to `main`: streams, signals, exit code. A closed pipe on stdout is a reader that had enough. */
export async function runProcess(node: NodeJS.Process, packageRoot: string): Promise<void> {
  const interrupt = new AbortController()
  // One listener an open connection is no leak.
  setMaxListeners(0, interrupt.signal)
  const onSignal = (signal: Signal) => {
    if (interrupt.signal.aborted) {
      node.stderr.write('\ninterrupted again: leaving now, without waiting for what still runs\n')
      node.exit(new Interrupted(signal).exitCode)
    }
    interrupt.abort(new Interrupted(signal))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) node.on(signal, onSignal)
  // Thrown where nobody waits for it, in an event of a socket for instance.
  node.on('uncaughtException', error => {
    const problem = asError(error)
    node.stderr.write(`${formatError(problem, paintFor(node.env, false, false))}\n`)
    node.exit(problem instanceof UserError ? problem.exitCode : exitCodes.bug)
  })
  const watched = new Set<NodeJS.WriteStream>()
  const guarded = <Stream extends NodeJS.WriteStream>(stream: Stream): Stream => {
    if (watched.has(stream)) return stream
    watched.add(stream)
    return stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      node.exit(exitCodes.done)
    })
  }
  const host = createRealHost({
    env: node.env,
    cwd: node.cwd(),
    packageRoot,
    streams: {
      get stdin() {
        return node.stdin
      },
      get stdout() {
        return guarded(node.stdout)
      },
      get stderr() {
        return guarded(node.stderr)
      },
    },
    interrupted: interrupt.signal,
  })
  node.exitCode = await main(node.argv.slice(2), host)
}
