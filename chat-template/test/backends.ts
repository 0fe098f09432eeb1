import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createClient } from 'redis'
import { MongoStore } from '../server/store/mongo.ts'
import { until } from './person.ts'

export interface Backend {
  url: string
  stop(): Promise<void>
}

const folders = (process.env.PATH ?? '').split(delimiter)
const redisProgram = folders.map(folder => join(folder, 'redis-server')).find(path => existsSync(path))

/** Whether there is a Redis to test with: REDIS_URL, or redis-server on the PATH. */
export const hasRedis = (process.env.REDIS_URL ?? '') !== '' || redisProgram !== undefined
/** For tests that need one of their own. */
export const hasRedisServer = redisProgram !== undefined
export const hasMongo = (process.env.MONGODB_URL ?? '') !== ''

/** REDIS_URL, or a redis-server of our own. */
export async function redis(): Promise<Backend> {
  const given = process.env.REDIS_URL
  if (given !== undefined && given !== '') return { url: given, stop: async () => undefined }
  return redisServer()
}

/** A redis-server of our own, which a test can end; `port` is for one that comes back. */
export async function redisServer(more: string[] = [], port?: number): Promise<Backend> {
  const folder = mkdtempSync(join(tmpdir(), 'chat-redis-'))
  const at = String(port ?? (await freePort()))
  const args = ['--port', at, '--bind', '127.0.0.1', '--save', '', '--dir', folder, ...more]
  const child = spawn(redisProgram!, args, { stdio: 'ignore' })
  const url = `redis://127.0.0.1:${at}`
  await until('redis-server answers', () => answers(url))
  return {
    url,
    stop: async () => {
      child.kill('SIGKILL')
      await new Promise(resolve =>
        child.exitCode === null ? child.once('exit', resolve) : resolve(undefined),
      )
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Three masters that have a third of the slots each; `url` is the one that has not the slot of `key`. */
export async function redisCluster(key: string): Promise<Backend & { nodes: Backend[] }> {
  const nodes: Backend[] = []
  // The port for the others is given: the default is 10,000 above, and may be taken or no port at all.
  for (const _ of [1, 2, 3])
    nodes.push(await redisServer(['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())]))
  const first = new URL(nodes[0]!.url)
  const hosts = nodes.map(({ url }) => new URL(url).host)
  const made = spawnSync(join(dirname(redisProgram!), 'redis-cli'), [
    ...['--cluster', 'create', ...hosts, '--cluster-yes'],
  ])
  if (made.status !== 0) throw new Error(`${made.stdout}${made.stderr}`)
  const slot = Number(await redisCli(first.href, 'CLUSTER', 'KEYSLOT', key))
  const other = nodes.findIndex((_, at) => Math.floor((slot * 3) / 16_384) !== at)
  return {
    url: nodes[other]!.url,
    nodes,
    stop: async () => void (await Promise.all(nodes.map(node => node.stop()))),
  }
}

/** One command, as redis-cli would send it; resolves with what it is answered. */
export async function redisCli(url: string, ...command: string[]): Promise<unknown> {
  const client = createClient({ url })
  client.on('error', () => undefined)
  await client.connect()
  return client.sendCommand(command).finally(() => client.destroy())
}

/** MONGODB_URL with a database of its own. */
export function mongoUrl(): string {
  const url = new URL(process.env.MONGODB_URL!)
  url.pathname = `/chat-test-${randomBytes(6).toString('hex')}`
  return url.href
}

export async function mongoStore(url: string): Promise<MongoStore> {
  const store = new MongoStore({ url, database: new URL(url).pathname.slice(1) })
  await store.connection.prepare()
  await store.createRoom({ id: 'lobby', title: 'Lobby', private: false, head: 0 })
  return store
}

async function answers(url: string): Promise<boolean> {
  const client = createClient({ url, socket: { reconnectStrategy: false } })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.close()
    return true
  } catch {
    return false
  }
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
