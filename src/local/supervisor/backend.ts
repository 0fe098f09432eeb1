import { join } from 'node:path'
import { UserError } from '../../errors.ts'
import type { Host } from '../../run/host.ts'
import { accepts, untilUrlAnswers } from '../backends/reach.ts'
import type { BackendSpec, LocalPaths } from '../state.ts'
import { type Child, superviseChild } from './child.ts'

export interface RunningBackend {
  /** Absent for the rung `url`. */
  readonly child?: Child
  /** What the replicas get in their environment. */
  readonly env: Readonly<Record<string, string>>
  /** Resolves when it accepts connections; rejects with a UserError, showing its last words, when it does not get there. */
  ready(timeoutMs: number, signal: AbortSignal): Promise<void>
}

/** A backend that ended this often before it took a connection will not get there by itself. */
const hopelessRestarts = 3
/** Starts a backend on a port that it keeps over its own restarts. */
export async function startBackend(
  host: Host,
  name: string,
  spec: BackendSpec,
  paths: LocalPaths,
  onChange: () => void,
): Promise<RunningBackend> {
  const { start } = spec
  if (start === undefined) {
    const url = host.env[spec.url] ?? ''
    return {
      env: { [spec.variable]: url },
      ready: (_timeoutMs, signal) => untilUrlAnswers(host, name, spec, signal),
    }
  }
  const port = await host.freePort()
  const data = join(paths.data, name)
  const log = join(paths.logs, `${name}.log`)
  await host.makeFolder(data, 0o700)
  const fill = (text: string) => text.replaceAll('$PORT', String(port)).replaceAll('$DATA', data)
  const [program = '', ...args] = start.map(fill)
  const command = { program, args, cwd: data, env: spec.env ?? {} }
  const child = superviseChild(host, {
    name,
    kind: 'backend',
    command: async () => ({ command, port }),
    log,
    onChange,
    graceMs: 5000,
  })
  await child.start()
  const ready = async (timeoutMs: number, signal: AbortSignal) => {
    const deadline = host.now() + timeoutMs
    while (!(await accepts(port))) {
      const { restarts, lastEnd } = child.state()
      if (host.now() > deadline || restarts >= hopelessRestarts) {
        throw new UserError(
          `${name} (${spec.label}) takes no connections: ${lastEnd ?? 'it does not answer'}`,
          {
            code: 'backend.failed',
            hint: `rtdeploy logs ${name}; without it: rtdeploy up --${name} embedded`,
            details: (await child.words()).trimEnd().split('\n').slice(-15),
          },
        )
      }
      await host.sleep(20, signal)
    }
  }
  return { child, env: { [spec.variable]: fill(spec.url) }, ready }
}
