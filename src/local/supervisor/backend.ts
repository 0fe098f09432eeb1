import { connect } from 'node:net'
import { join } from 'node:path'
import { exitCodes, UserError } from '../../errors.ts'
import type { Host } from '../../run/host.ts'
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
/** What runs already needs no time to start. */
const urlTimeoutMs = 5000
const usualPorts: Readonly<Record<string, number>> = { 'redis:': 6379, 'rediss:': 6379, 'mongodb:': 27017 }

/** True when something accepts a connection on the port. */
function accepts(port: number, address = '127.0.0.1'): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, address)
    const done = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
    socket.setTimeout(1000, () => done(false))
  })
}

/** Where a URL leads; undefined when it names several servers or a way we do not know. */
function addressOf(url: string): { readonly host: string; readonly port: number } | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, hostname, port } = new URL(url)
  const usual = usualPorts[protocol]
  if (usual === undefined || hostname === '') return undefined
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) }
}

/** A server of the person's own: an app that waits for it for a minute would not say as clearly that it is not there. */
function fromUrl(host: Host, name: string, spec: BackendSpec): RunningBackend {
  const url = host.env[spec.url] ?? ''
  const address = addressOf(url)
  const ready = async (_timeoutMs: number, signal: AbortSignal) => {
    if (address === undefined) return
    const deadline = host.now() + urlTimeoutMs
    while (!(await accepts(address.port, address.host))) {
      if (host.now() > deadline) {
        throw new UserError(
          `nothing takes connections at ${address.host}:${address.port}, which ${spec.url} names`,
          {
            code: 'backend.failed',
            hint: `start it, correct ${spec.url}, or do without: rtdeploy up --${name} embedded`,
            exitCode: exitCodes.missing,
          },
        )
      }
      await host.sleep(100, signal)
    }
  }
  return { env: { [spec.variable]: url }, ready }
}

/** Starts a backend on a port that it keeps over its own restarts. */
export async function startBackend(
  host: Host,
  name: string,
  spec: BackendSpec,
  paths: LocalPaths,
  onChange: () => void,
): Promise<RunningBackend> {
  const { start } = spec
  if (start === undefined) return fromUrl(host, name, spec)
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
            details: ((await host.readFile(log)) ?? '').trimEnd().split('\n').slice(-15),
          },
        )
      }
      await host.sleep(20, signal)
    }
  }
  return { child, env: { [spec.variable]: fill(spec.url) }, ready }
}
