import { connect } from 'node:net'
import { exitCodes, UserError } from '../../errors.ts'
import type { Host } from '../../run/host.ts'
import type { BackendSpec } from '../state.ts'

/** What runs already needs no time to start. */
const urlTimeoutMs = 5000
const usualPorts: Readonly<Record<string, number>> = { 'redis:': 6379, 'rediss:': 6379, 'mongodb:': 27017 }

/** True when something accepts a connection on the port. */
export function accepts(port: number, address = '127.0.0.1'): Promise<boolean> {
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

/**
 * A server of the person's own takes connections; throws `backend.failed` (exit 3) when it does not: an app that waits for
 * it for a minute would not say as clearly that it is not there.
 */
export async function untilUrlAnswers(
  host: Host,
  name: string,
  spec: Pick<BackendSpec, 'url'>,
  signal: AbortSignal,
): Promise<void> {
  const address = addressOf(host.env[spec.url] ?? '')
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
