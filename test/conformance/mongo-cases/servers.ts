import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { startEmbeddedMongo } from '../../../src/local/mongo/server.ts'
import { freePort } from '../../support/free-port.ts'

/** A first start of the stand-in compiles it. */
export const startWithinMs = 300_000

/** A MongoDB that a test started. */
export interface Running {
  readonly url: string
  stop(): Promise<void>
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}

/** A program that takes `--port N --dbpath DIR`, on data of its own. */
export async function startForeign(program: string): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'rtdeploy-mongo-'))
  const port = await freePort()
  const child = spawn(program, ['--port', String(port), '--dbpath', folder], { stdio: 'ignore' })
  const url = `mongodb://127.0.0.1:${port}/`
  const client = new MongoClient(url, { serverSelectionTimeoutMS: startWithinMs })
  await Promise.race([
    client.db().command({ ping: 1 }),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${program} ended with ${code}`))),
  ])
  await client.close()
  return {
    url,
    stop: async () => {
      await end(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export async function startEmbedded(): Promise<Running> {
  const server = await startEmbeddedMongo({ port: 0, ttlEveryMs: 50 })
  return { url: `mongodb://127.0.0.1:${server.port}/`, stop: () => server.close() }
}
