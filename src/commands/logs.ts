import { exitCodes, printable, UserError } from '../errors.ts'
import { localPaths } from '../local/state.ts'
import type { Emit } from '../report/events.ts'
import { lastLines, mergeLogs } from '../report/merge-logs.ts'
import { paintFor } from '../report/paint.ts'
import type { Report } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import type { Runtime } from '../targets/target.ts'
import { findLogs, followLogs, showLines } from './local-logs.ts'
import { openRuntime, type RunFlags } from './project.ts'

export interface LogsOptions extends Pick<RunFlags, 'target' | 'env' | 'context'> {
  readonly replica?: string
  readonly follow?: boolean
  readonly tail: number
  /** `10m`, `2h`; where the target keeps times. */
  readonly since?: string
  readonly json?: boolean
  readonly color?: boolean
}

/** What the replicas wrote: the last lines in order of time, then what comes. Works after `down` too. */
export async function logs(host: Host, options: LogsOptions, emit: Emit): Promise<Report> {
  const began = host.now()
  if (options.follow && options.json) {
    throw new UserError('--json is one document at the end, and --follow has no end', {
      code: 'usage.invalid',
      hint: 'rtdeploy logs --json, or rtdeploy logs -f',
      exitCode: exitCodes.usage,
    })
  }
  const { folder, runtime } = await openRuntime(host, 'logs', options)
  if (runtime.logs !== undefined) return remoteLogs(host, options, runtime.logs, began)
  const sources = await findLogs(host, folder, options.replica)
  const texts = await Promise.all(sources.map(async source => (await host.readFile(source.path)) ?? ''))
  const lines = mergeLogs(
    sources.map((source, at) => ({ name: source.name, lines: lastLines(texts[at] ?? '', options.tail) })),
  )
  const show = showLines(host, options.replica === undefined ? sources : [])
  if (options.json !== true) for (const { name, line } of lines) show(name, line)
  if (options.follow) {
    if ((await host.kindOf(localPaths(folder).state)) === undefined)
      emit({ type: 'note', text: 'nothing runs here now: waiting for the next rtdeploy up' })
    const offsets = texts.map(text => Buffer.byteLength(text))
    if ((await followLogs(host, folder, sources, offsets, show)) === 'ended')
      emit({ type: 'note', text: 'the app was taken down: nothing more comes' })
  }
  return {
    schemaVersion: 1,
    verb: 'logs',
    outcome: 'done',
    steps: [],
    checks: [],
    result: { lines },
    next: [],
    tookMs: host.now() - began,
  }
}

const colours = ['cyan', 'green', 'yellow', 'red', 'bold'] as const

/** Each replica in a colour of its own. */
async function remoteLogs(
  host: Host,
  options: LogsOptions,
  read: NonNullable<Runtime['logs']>,
  began: number,
): Promise<Report> {
  const { replica, since, tail, json } = options
  const paint = paintFor(host.env, host.terminal.stdout, options.color === false ? false : undefined)
  const names: string[] = []
  const show = (name: string, line: string) => {
    if (json === true) return
    if (!names.includes(name)) names.push(name)
    const colour = colours[names.indexOf(name) % colours.length] ?? 'cyan'
    host.out(`${paint(colour, `${name} |`)} ${printable(line)}\n`)
  }
  const lines = await read({
    follow: options.follow === true && json !== true,
    tail,
    show,
    ...(replica === undefined ? {} : { replica }),
    ...(since === undefined ? {} : { since }),
  })
  const result = { lines }
  const tookMs = host.now() - began
  return { schemaVersion: 1, verb: 'logs', outcome: 'done', steps: [], checks: [], result, next: [], tookMs }
}
