import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Host, HttpAnswer } from './host.ts'
import { realFiles } from './real/files.ts'
import { readLinuxProcess } from './real/process-table.ts'
import { realProcesses } from './real/processes.ts'
import { realPrompts } from './real/prompts.ts'

export interface RealHostOptions {
  readonly env: Host['env']
  readonly cwd: string
  readonly packageRoot: string
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly interrupted: AbortSignal
}

/** Listens on the port for a moment; 0 takes a free one. Undefined when it is taken. */
function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(undefined) : reject(error),
    )
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined))
    })
  })
}

async function request(
  url: string,
  options: Parameters<Host['request']>[1] = {},
): Promise<HttpAnswer | undefined> {
  try {
    const answer = await fetch(url, {
      method: options.method ?? 'GET',
      redirect: 'manual',
      signal: AbortSignal.timeout(options.timeoutMs ?? 5000),
      ...(options.headers === undefined ? {} : { headers: options.headers }),
      ...(options.body === undefined ? {} : { body: options.body }),
    })
    return { status: answer.status, body: await answer.text() }
  } catch {
    return undefined
  }
}

/** The machine that we run on: the only place that touches processes, files, prompts and the terminal. */
export function createRealHost(options: RealHostOptions): Host {
  const { env, cwd, stdin, stdout, stderr, interrupted } = options
  const inCi = env.CI !== undefined && env.CI !== '' && env.CI !== 'false'
  const processes = realProcesses(env, cwd, interrupted)
  return {
    env,
    cwd,
    packageRoot: options.packageRoot,
    platform: process.platform,
    machine: hostname(),
    nodePath: process.execPath,
    nodeVersion: process.versions.node,
    self: readLinuxProcess(process.pid) ?? { pid: process.pid, startedAt: 'self' },
    terminal: {
      canAsk: stdin.isTTY === true && stderr.isTTY === true && !inCi,
      stdout: stdout.isTTY === true,
      stderr: stderr.isTTY === true && env.TERM !== 'dumb',
      columns: () => stderr.columns ?? 80,
    },
    interrupted,
    out: text => void stdout.write(text),
    err: text => void stderr.write(text),
    now: () => Date.now(),
    sleep: async (ms, signal) => {
      try {
        await delay(ms, undefined, signal === undefined ? {} : { signal })
      } catch (error) {
        throw signal?.aborted ? signal.reason : error
      }
    },
    token: () => randomBytes(24).toString('hex'),
    portIsFree: async port => (await listenOnce(port)) !== undefined,
    freePort: async () => (await listenOnce(0)) as number,
    request,
    ...processes,
    ...realFiles(),
    ...realPrompts(stderr, stdin),
  }
}
