import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { startEmbeddedRedis } from '../../src/local/redis/server.ts'

/** A server under test. */
export interface RedisTarget {
  readonly host: string
  readonly port: number
  readonly password?: string
  stop(): Promise<void>
}

export async function startEmbedded(port = 0): Promise<RedisTarget> {
  const server = await startEmbeddedRedis({ port })
  return { host: '127.0.0.1', port: server.port, stop: server.close }
}

/** A redis-server that keeps nothing, on `port` or a free one. */
export async function startRealRedis(program: string, port?: number): Promise<RedisTarget> {
  for (let attempt = 1; ; attempt++) {
    const chosen = port ?? (await freePort())
    const child = spawn(
      program,
      ['--save', '', '--appendonly', 'no', '--port', String(chosen), '--bind', '127.0.0.1'],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    )
    if (await isReady(child)) return { host: '127.0.0.1', port: chosen, stop: () => end(child) }
    if (attempt === 5) throw new Error(`${program} did not start on port ${chosen}`)
  }
}

/** Somebody else may take it before we do: the caller tries again. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
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
