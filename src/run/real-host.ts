import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Host, HttpAnswer } from './host.ts'
import { realFiles } from './real/files.ts'
import { readProcessTableId, readSelf } from './real/process-table.ts'
import { realProcesses } from './real/processes.ts'
import { realPrompts } from './real/prompts.ts'

export interface RealHostOptions {
  readonly env: Host['env']
  readonly cwd: string
  readonly packageRoot: string
  /** Made by Node when they are first asked for, which takes longer than `--help`: nobody asks without need. */
  readonly streams: Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr'>
  readonly interrupted: AbortSignal
}

/** Listens on the port for a moment; 0 takes a free one. Undefined when it is taken. */
async function listenOnce(port: number): Promise<number | undefined> {
  const { createServer } = await import('node:net')
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
  const { env, cwd, streams, interrupted } = options
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
    self: readSelf(env),
    processTable: readProcessTableId,
    terminal: {
      get canAsk() {
        return !inCi && streams.stdin.isTTY === true && streams.stderr.isTTY === true
      },
      get stdout() {
        return streams.stdout.isTTY === true
      },
      get stderr() {
        return streams.stderr.isTTY === true && env.TERM !== 'dumb'
      },
      columns: () => streams.stderr.columns ?? 80,
    },
    interrupted,
    out: text => void streams.stdout.write(text),
    err: text => void streams.stderr.write(text),
    now: () => Date.now(),
    sleep: async (ms, signal) => {
      try {
        await delay(ms, undefined, signal === undefined ? {} : { signal })
      } catch (error) {
        throw signal?.aborted ? signal.reason : error
      }
    },
    token: () => Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(24))).toString('hex'),
    portIsFree: async port => (await listenOnce(port)) !== undefined,
    freePort: async () => (await listenOnce(0)) as number,
    request,
    ...processes,
    ...realFiles(),
    ...realPrompts(streams),
  }
}
