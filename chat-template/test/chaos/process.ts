import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { until } from '../person.ts'

export interface ReplicaProcess {
  name: string
  url: string
  child: ChildProcess
  /** The exit code, once it has ended; -1 for a signal. */
  ended: Promise<number>
  errors: () => string
}

const main = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url))

/** The built server as a process of its own. Resolves when it is ready. */
export async function startProcess(name: string, env: Record<string, string>): Promise<ReplicaProcess> {
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH ?? '',
      NODE_ENV: 'production',
      POD_NAME: name,
      HOST: '127.0.0.1',
      PORT: '0',
      METRICS_PORT: '0',
      COOKIE_SECRET: 'the same for all replicas',
      DRAIN_WAIT_MS: '1000',
      DRAIN_MS: '1500',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', chunk => {
    output = (output + chunk).slice(-50_000)
  })
  child.stderr.on('data', chunk => {
    errors += chunk
  })
  const ended = new Promise<number>(resolve => child.once('exit', code => resolve(code ?? -1)))
  const port = () => output.match(/"msg":"listening".*?"port":(\d+)/)?.[1]
  await until(`${name} listens`, () => port() !== undefined || child.exitCode !== null)
  if (port() === undefined) throw new Error(`${name} ended at once: ${errors}`)
  const url = `http://127.0.0.1:${port()}`
  await until(`${name} is ready`, async () => (await fetch(`${url}/readyz`)).ok)
  return { name, url, child, ended, errors: () => errors }
}
