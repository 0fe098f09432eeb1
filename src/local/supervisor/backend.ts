import { connect } from 'node:net'
import { join } from 'node:path'
import { UserError } from '../../errors.ts'
import type { Host } from '../../run/host.ts'
import type { BackendSpec, LocalPaths } from '../state.ts'
import { type Child, superviseChild } from './child.ts'

export interface RunningBackend {
  /** Absent for the rung `url`. */
  readonly child?: Child
  /** What the replicas get in their environment. */
  readonly env: Readonly<Record<string, string>>
}

/** True when something accepts a connection on the port. */
function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    const done = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
    socket.setTimeout(1000, () => done(false))
  })
}

/** Starts a backend on a port that it keeps over its own restarts, and waits until it accepts connections. */
export async function startBackend(
  host: Host,
  name: string,
  spec: BackendSpec,
  paths: LocalPaths,
  cwd: string,
  onChange: () => void,
  timeoutMs: number,
): Promise<RunningBackend> {
  const { start } = spec
  if (start === undefined) return { env: { [spec.variable]: host.env[spec.url] ?? '' } }
  const port = await host.freePort()
  const data = join(paths.data, name)
  await host.makeFolder(data, 0o700)
  const fill = (text: string) => text.replaceAll('$PORT', String(port)).replaceAll('$DATA', data)
  const [program = '', ...args] = start.map(fill)
  const log = join(paths.logs, `${name}.log`)
  const child = superviseChild(host, {
    name,
    kind: 'backend',
    command: async () => ({ command: { program, args, cwd, env: spec.env ?? {} }, port }),
    log,
    onChange,
    graceMs: 5000,
  })
  await child.start()
  const deadline = host.now() + timeoutMs
  while (!(await accepts(port))) {
    if (host.now() > deadline || child.state().restarts >= 3) {
      await child.stop()
      throw new Error(
        `${spec.label} does not accept connections on port ${port} (${child.state().lastEnd ?? 'no answer'})`,
      )
    }
    await host.sleep(20)
  }
  return { child, env: { [spec.variable]: fill(spec.url) } }
}
