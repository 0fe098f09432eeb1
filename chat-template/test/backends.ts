import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
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
export const hasMongo = (process.env.MONGODB_URL ?? '') !== ''

/** REDIS_URL, or a redis-server of our own. */
export async function redis(): Promise<Backend> {
  const given = process.env.REDIS_URL
  if (given !== undefined && given !== '') return { url: given, stop: async () => undefined }
  const folder = mkdtempSync(join(tmpdir(), 'chat-redis-'))
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]
  const child = spawn(redisProgram!, args, { stdio: 'ignore' })
  const url = `redis://127.0.0.1:${port}`
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
