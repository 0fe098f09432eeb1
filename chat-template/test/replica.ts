import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createReplication } from '../server/adapter.ts'
import { type App, createApp } from '../server/app.ts'
import { type Config, loadConfig } from '../server/config.ts'
import { createLog, type Log } from '../server/log.ts'
import { Metrics } from '../server/metrics.ts'
import { MemoryStore } from '../server/store/memory.ts'
import type { Store } from '../server/store/store.ts'
import type { Clock } from '../server/types.ts'

export interface Replica {
  url: string
  app: App
  metrics: Metrics
  /** What was logged, one object a line. */
  lines: Record<string, unknown>[]
  stop(): Promise<void>
}

export interface ReplicaOptions {
  name?: string
  store?: Store
  redisUrl?: string | undefined
  config?: Partial<Config>
  clock?: Clock
}

/** A store with the first room in it. */
export async function storeWithLobby(): Promise<MemoryStore> {
  const store = new MemoryStore()
  await store.createRoom({ id: 'lobby', title: 'Lobby', private: false, head: 0 })
  return store
}

/** The app on a free port, in this process. */
export async function startReplica({
  name = 'one',
  store,
  redisUrl,
  config = {},
  clock,
}: ReplicaOptions = {}): Promise<Replica> {
  const lines: Record<string, unknown>[] = []
  const log: Log = createLog('debug', { replica: name }, line => void lines.push(JSON.parse(line)))
  const defaults = loadConfig({ POD_NAME: name, PORT: '0', DRAIN_WAIT_MS: '0', DRAIN_MS: '200' }).config
  const full: Config = { ...defaults, cookieSecret: 'the same for all replicas', ...config }
  const metrics = new Metrics()
  const publishFailed = () => metrics.publishFailed()
  const adapter = createReplication({ url: redisUrl, kind: full.adapter, log, publishFailed })
  const server = createServer()
  const app = createApp(server, {
    config: full,
    store: store ?? (await storeWithLobby()),
    adapter,
    log,
    metrics,
    ...(clock === undefined ? {} : { clock }),
  })
  server.listen(full.port, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    app,
    metrics,
    lines,
    stop: async () => {
      server.closeAllConnections()
      await app.drain()
    },
  }
}
