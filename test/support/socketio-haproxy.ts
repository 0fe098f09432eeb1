import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort } from './free-port.ts'

export interface Haproxy extends AsyncDisposable {
  readonly url: string
}

/** HAProxy before the given ports, with a backend section of the test's own. */
export async function startHaproxy(
  program: string,
  folder: string,
  options: {
    readonly mode: 'http' | 'tcp'
    readonly backend: readonly string[]
    readonly ports: readonly number[]
  },
): Promise<Haproxy> {
  const port = await freePort()
  const servers = options.ports.map((one, at) => `  server chat-${at} 127.0.0.1:${one} cookie chat-${at}`)
  const path = join(folder, 'haproxy.cfg')
  await writeFile(
    path,
    [
      'global',
      '  maxconn 1000',
      'defaults',
      `  mode ${options.mode}`,
      '  timeout connect 5s',
      '  timeout client 60s',
      '  timeout server 60s',
      '  timeout tunnel 60s',
      'frontend door',
      `  bind 127.0.0.1:${port}`,
      '  default_backend replicas',
      'backend replicas',
      ...options.backend.map(line => `  ${line}`),
      ...(options.mode === 'tcp' ? servers.map(line => line.replace(/ cookie .*$/, '')) : servers),
      '',
    ].join('\n'),
  )
  const child = spawn(program, ['-db', '-f', path], { stdio: 'ignore' })
  const ended = new Promise<void>(resolve => child.on('close', () => resolve()))
  const deadline = Date.now() + 15_000
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('haproxy did not start')
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    const settle = (open: boolean): void => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', () => settle(true)).once('error', () => settle(false))
  })
}
