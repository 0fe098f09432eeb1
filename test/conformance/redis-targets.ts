import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type EmbeddedRedisOptions, startEmbeddedRedis } from '../../src/local/redis/server.ts'
import { freePort } from '../support/free-port.ts'

/** A server under test. */
export interface RedisTarget {
  readonly host: string
  readonly port: number
  readonly password?: string
  stop(): Promise<void>
}

export async function startEmbedded(options: Partial<EmbeddedRedisOptions> = {}): Promise<RedisTarget> {
  const server = await startEmbeddedRedis({ port: 0, ...options })
  return { host: '127.0.0.1', port: server.port, ...passwordOf(options), stop: server.close }
}

/** A redis-server that keeps nothing, on `port` or a free one. */
export async function startRealRedis(
  program: string,
  options: { readonly port?: number; readonly password?: string } = {},
): Promise<RedisTarget> {
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort())
    const args = ['--save', '', '--appendonly', 'no', '--port', String(port), '--bind', '127.0.0.1']
    if (options.password !== undefined) args.push('--requirepass', options.password)
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    if (await isReady(child)) {
      return { host: '127.0.0.1', port, ...passwordOf(options), stop: () => end(child) }
    }
    if (attempt === 5) throw new Error(`${program} did not start on port ${port}`)
  }
}

/** Whether its replies can be compared to the letter: the embedded one speaks as 7.0 does, and texts change. */
export function speaksRedis70(program: string | undefined): program is string {
  return program !== undefined && / v=7\.0\./.test(execFileSync(program, ['--version'], { encoding: 'utf8' }))
}

function passwordOf({ password }: { readonly password?: string }): { readonly password?: string } {
  return password === undefined ? {} : { password }
}

function isReady(child: ChildProcess): Promise<boolean> {
  return new Promise(resolve => {
    let output = ''
    child.once('exit', () => resolve(false))
    child.stdout?.on('data', chunk => {
      output += chunk
      if (output.includes('Ready to accept connections')) resolve(true)
    })
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
