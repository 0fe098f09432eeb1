import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Affinity } from '../../src/config/config.ts'
import { type FrontDoor, startFrontDoor } from '../../src/local/front-door/front-door.ts'
import { startEmbeddedMongo } from '../../src/local/mongo/server.ts'
import { startEmbeddedRedis } from '../../src/local/redis/server.ts'
import { optional } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { builtChat } from './built-chat.ts'

export interface ChatReplica {
  readonly name: string
  readonly port: number
  readonly child: ChildProcess
  /** Exit code, or -1 for a signal. */
  readonly ended: Promise<number>
  output(): string
}

/** The built chat app in processes of their own, behind the front door. */
export interface ChatWorld {
  readonly url: string
  readonly door: FrontDoor
  readonly replicas: Map<string, ChatReplica>
  /** Starts a replica, of a new name or of one that has ended, and puts it behind the door. */
  start(name: string): Promise<ChatReplica>
  /** Sends the signal and resolves with the exit code; the replica is then out of the door. */
  stop(name: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<number>
  close(): Promise<void>
}

export interface ChatWorldOptions {
  readonly replicas?: number
  readonly affinity?: Affinity
  readonly env?: Readonly<Record<string, string>>
  /** A MongoDB to use instead of the embedded one. */
  readonly mongoUrl?: string
}

export async function chatWorld(options: ChatWorldOptions = {}): Promise<ChatWorld> {
  const main = await builtChat()
  const undo: (() => unknown)[] = []
  const mongo = options.mongoUrl === undefined ? await startEmbeddedMongo({ port: 0 }) : undefined
  undo.push(() => mongo?.close())
  const redisUrl = await startRedis(undo)
  const affinity = options.affinity ?? 'cookie'
  const settings = { kind: 'classic', affinity, timeout: 3_600, draining: 30 } as const
  const door = await startFrontDoor({ port: 0, settings, readyPath: '/readyz', checkEveryMs: 200 })
  undo.push(() => door.close())
  const replicas = new Map<string, ChatReplica>()
  const env = {
    PATH: process.env.PATH ?? '',
    NODE_ENV: 'production',
    REPLICAS: '3',
    HOST: '127.0.0.1',
    METRICS_PORT: '0',
    COOKIE_SECRET: 'the same for all replicas',
    REDIS_URL: redisUrl,
    MONGODB_URL: options.mongoUrl ?? `mongodb://127.0.0.1:${mongo?.port}/chat`,
    DRAIN_WAIT_MS: '600',
    DRAIN_MS: '800',
    ...options.env,
  }
  const announce = () => {
    const addresses = [...replicas.values()].map(({ name, port }) => ({ name, host: '127.0.0.1', port }))
    door.setReplicas(addresses)
  }
  const start = async (name: string) => {
    const replica = await startReplica(main, name, env, undo)
    replicas.set(name, replica)
    announce()
    return replica
  }
  const stop = async (name: string, signal: 'SIGTERM' | 'SIGKILL') => {
    const replica = replicas.get(name)
    if (replica === undefined) throw new Error(`there is no ${name}`)
    replica.child.kill(signal)
    const code = await replica.ended
    replicas.delete(name)
    announce()
    return code
  }
  const { url } = door
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    await Promise.all(Array.from({ length: options.replicas ?? 3 }, (_, at) => start(`chat-${at}`)))
    await until('the door lets through', async () => (await fetch(`${url}/readyz`)).ok, 60_000)
  } catch (error) {
    await close()
    throw error
  }
  return {
    url,
    door,
    replicas,
    start,
    stop,
    close,
  }
}

async function startReplica(
  main: string,
  name: string,
  env: Record<string, string>,
  undo: (() => unknown)[],
): Promise<ChatReplica> {
  const child = spawn(process.execPath, [main], {
    env: { ...env, POD_NAME: name, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      output += chunk
    })
  }
  const ended = new Promise<number>(resolve => child.once('exit', code => resolve(code ?? -1)))
  undo.push(() => {
    child.kill('SIGKILL')
    return ended
  })
  const port = () => output.match(/"msg":"listening".*?"port":(\d+)/)?.[1]
  await until(`${name} listens`, () => port() !== undefined || child.exitCode !== null, 60_000)
  if (port() === undefined) throw new Error(`${name} ended at once:\n${output}`)
  await until(`${name} is ready`, async () => (await fetch(`http://127.0.0.1:${port()}/readyz`)).ok, 60_000)
  return { name, port: Number(port()), child, ended, output: () => output }
}

/** redis-server when it is there, the embedded one otherwise. */
async function startRedis(undo: (() => unknown)[]): Promise<string> {
  const program = optional('redis-server')
  if (program === undefined) {
    const server = await startEmbeddedRedis({ port: 0 })
    undo.push(() => server.close())
    return `redis://127.0.0.1:${server.port}`
  }
  const folder = mkdtempSync(join(tmpdir(), 'chat-world-'))
  const socket = join(folder, 'redis.sock')
  const child = spawn(program, ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', folder], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  undo.push(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    rmSync(folder, { recursive: true, force: true })
  })
  await until('redis-server is ready', () => /ready to accept connections/i.test(output))
  return `unix://${socket}`
}
