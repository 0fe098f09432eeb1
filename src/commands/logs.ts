import { exitCodes, printable, UserError } from '../errors.ts'
import { localPaths } from '../local/state.ts'
import type { Emit } from '../report/events.ts'
import { lastLines, mergeLogs } from '../report/merge-logs.ts'
import { paintFor } from '../report/paint.ts'
import type { Report } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import type { Runtime } from '../targets/target.ts'
import { openRuntime, type RunFlags } from './project.ts'

export interface LogsOptions extends Pick<RunFlags, 'target' | 'context'> {
  readonly replica?: string
  readonly follow?: boolean
  readonly tail: number
  /** `10m`, `2h`; where the target keeps times. */
  readonly since?: string
  readonly json?: boolean
  readonly color?: boolean
}

const pollMs = 200

/** What the replicas wrote: the last lines in order of time, then what comes. Works after `down` too. */
export async function logs(host: Host, options: LogsOptions, _emit: Emit): Promise<Report> {
  const began = host.now()
  const { folder, runtime } = await openRuntime(host, 'logs', options)
  if (runtime.logs !== undefined) return remoteLogs(host, options, runtime.logs, began)
  const sources = await findLogs(host, localPaths(folder).logs, options.replica)
  const texts = await Promise.all(sources.map(async source => (await host.readFile(source.path)) ?? ''))
  const lines = mergeLogs(
    sources.map((source, at) => ({ name: source.name, lines: lastLines(texts[at] ?? '', options.tail) })),
  )
  const width = Math.max(...sources.map(source => source.name.length))
  const single = options.replica !== undefined
  const show = (name: string, line: string) =>
    host.out(`${single ? '' : `${name.padEnd(width)} | `}${printable(line)}\n`)
  if (options.json !== true) for (const { name, line } of lines) show(name, line)
  if (options.follow && options.json !== true) {
    const offsets = texts.map(text => Buffer.byteLength(text))
    await followLogs(host, sources, offsets, show)
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

interface Source {
  readonly name: string
  readonly path: string
}

async function findLogs(host: Host, folder: string, wanted: string | undefined): Promise<Source[]> {
  const names = ((await host.list(folder)) ?? [])
    .filter(entry => entry.kind === 'file' && entry.name.endsWith('.log'))
    .map(entry => entry.name.slice(0, -'.log'.length))
    .sort()
  const replicas = names.filter(name => /-\d+$/.test(name))
  const chosen = wanted === undefined ? replicas : names.filter(name => name === wanted)
  if (chosen.length === 0) {
    const message =
      wanted === undefined || names.length === 0
        ? 'there are no logs yet'
        : `there is no log called ${wanted}`
    throw new UserError(message, {
      code: 'logs.missing',
      hint: names.length === 0 ? 'rtdeploy up' : `rtdeploy logs [${names.join('|')}]`,
      exitCode: names.length === 0 ? exitCodes.missing : exitCodes.usage,
    })
  }
  return chosen.map(name => ({ name, path: `${folder}/${name}.log` }))
}

/** Until Ctrl-C, which is the normal end of it. */
async function followLogs(
  host: Host,
  sources: readonly Source[],
  offsets: number[],
  show: (name: string, line: string) => void,
): Promise<void> {
  const rests = sources.map(() => '')
  while (!host.interrupted.aborted) {
    for (const [at, source] of sources.entries()) {
      const more = await host.readFrom(source.path, offsets[at] ?? 0)
      if (more === undefined) continue
      offsets[at] = more.offset
      const parts = `${rests[at] ?? ''}${more.text}`.split('\n')
      rests[at] = parts.pop() ?? ''
      for (const line of parts) show(source.name, line)
    }
    await host.sleep(pollMs, host.interrupted).catch(() => undefined)
  }
}
