import { exitCodes, printable, UserError } from '../errors.ts'
import { localPaths, parseState } from '../local/state.ts'
import type { Host } from '../run/host.ts'

export interface LogSource {
  readonly name: string
  readonly path: string
}

/** `chat-0 | line`, the names padded to one width; the bare line when there is nothing to tell apart. */
export function showLines(host: Host, sources: readonly LogSource[]): (name: string, line: string) => void {
  const width = Math.max(0, ...sources.map(source => source.name.length))
  return (name, line) => host.out(`${width === 0 ? '' : `${name.padEnd(width)} | `}${printable(line)}\n`)
}

/**
 * The log called `wanted`, or those of the replicas: of what runs now, otherwise of all that ever ran here. Throws
 * `logs.missing` when there is none.
 */
export async function findLogs(
  host: Host,
  project: string,
  wanted: string | undefined,
): Promise<LogSource[]> {
  const paths = localPaths(project)
  const names = ((await host.list(paths.logs)) ?? [])
    .filter(entry => entry.kind === 'file' && entry.name.endsWith('.log'))
    .map(entry => entry.name.slice(0, -'.log'.length))
    .sort()
  const children = parseState(await host.readFile(paths.state))?.children
  const running = children?.filter(child => child.kind === 'replica').map(child => child.name)
  const replicas = names.filter(name => running?.includes(name) ?? /-\d+$/.test(name))
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
  return chosen.map(name => ({ name, path: `${paths.logs}/${name}.log` }))
}

const pollMs = 200

/** Shows what comes after `offsets`, until Ctrl-C, which is the normal end of it, or until the run that writes it is gone. */
export async function followLogs(
  host: Host,
  project: string,
  sources: readonly LogSource[],
  offsets: number[],
  show: (name: string, line: string) => void,
): Promise<'interrupted' | 'ended'> {
  const { state } = localPaths(project)
  const rests = sources.map(() => '')
  let ran = false
  const look = async () => {
    for (const [at, source] of sources.entries()) {
      const more = await host.readFrom(source.path, offsets[at] ?? 0)
      if (more === undefined) continue
      offsets[at] = more.offset
      const parts = `${rests[at] ?? ''}${more.text}`.split('\n')
      rests[at] = parts.pop() ?? ''
      for (const line of parts) show(source.name, line)
    }
  }
  while (!host.interrupted.aborted) {
    const runs = (await host.kindOf(state)) !== undefined
    await look()
    if (ran && !runs) return 'ended'
    ran = runs
    await host.sleep(pollMs, host.interrupted).catch(() => undefined)
  }
  return 'interrupted'
}
