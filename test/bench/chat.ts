import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startEmbeddedRedis } from '../../src/local/redis/server.ts'
import { freePort } from '../support/free-port.ts'
import { optional } from '../support/needs.ts'
import { Crowd, type Figures } from './chat-crowd-process.ts'
import type { Row } from './row.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const crowdSize = Number(process.env.BENCH_CHAT_CLIENTS ?? 300)
const stepMs = Number(process.env.BENCH_CHAT_STEP_MS ?? 4_000)
const slowestMs = 50

interface Server {
  child: ChildProcess
  port: number
}

/**
 * One room of 300 people on three replicas, 100-byte messages: the chat app with validation, history and
 * acknowledgements against plain Socket.IO with the Redis adapter, which has none of them, and against the same with one
 * insert into MongoDB before each emit, as Socket.IO's tutorial has it, which is the least that has a history.
 */
export async function benchChat(): Promise<Row[]> {
  execFileSync('npm', ['run', 'build', '--silent'], { cwd: join(root, 'chat-template'), stdio: 'ignore' })
  const folder = mkdtempSync(join(tmpdir(), 'bench-chat-'))
  const stops: (() => unknown)[] = []
  process.once('exit', () => {
    for (const stop of stops) stop()
  })
  try {
    const redis = await startRedis(folder, stops)
    const mongo = await startMongo(folder, stops)
    // Nine processes on few cores: next to other work the figures say nothing.
    const load = loadavg()[0] ?? 0
    const busy = load > availableParallelism() ? `, machine busy: load ${load.toFixed(1)}` : ''
    const note = `${mongo.kind}, ${redis.kind}${busy}`
    const plain = () => startServers(3, 'chat-plain.mjs', { REDIS_URL: redis.url, ADAPTER_KEY: 'plain' })
    const both = { REDIS_URL: redis.url, MONGODB_URL: mongo.url }
    const app = () => startServers(3, 'chat-app.mjs', both)
    const measured = await measure([
      { name: 'plain', start: plain, rates: [100, 300, 200, 400, 500, 700] },
      {
        name: 'plain with a store',
        start: () => startServers(3, 'chat-plain.mjs', { ...both, ADAPTER_KEY: 'stored' }),
        rates: [100, 300, 200, 400],
      },
      { name: 'app', start: app, rates: [100, 300, 600, 1_000, 1_500, 2_000, 2_500, 3_000, 4_000] },
    ])
    const [before, storing, after] = measured as [Figures[], Figures[], Figures[]]
    const heap = { plain: await heapPerIdle(plain), app: await heapPerIdle(app) }
    return [
      ratio('chat: highest msg/s with p99 <= 50 ms / plain', highest(after), highest(before), '>=', 5, note),
      ratio('chat: p99 at 300 msg/s / plain', p99(after, 300), p99(before, 300), '<=', 0.35, note),
      ratio('chat: p99 at 100 msg/s / plain', p99(after, 100), p99(before, 100), '<=', 1.15, note),
      ratio('chat: highest / plain with a store', highest(after), highest(storing), '>=', 5, note),
      ratio('chat: p99 at 300 / plain with a store', p99(after, 300), p99(storing, 300), '<=', 0.35, note),
      ratio('chat: p99 at 100 / plain with a store', p99(after, 100), p99(storing, 100), '<=', 1.15, note),
      ratio('chat: server heap per idle connection / plain', heap.app, heap.plain, '<=', 0.85, 'bytes'),
    ]
  } finally {
    for (const stop of stops.splice(0).reverse()) await stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function ratio(
  name: string,
  ours: number,
  plain: number,
  sign: '<=' | '>=',
  bound: number,
  note: string,
): Row {
  const value = ours / plain
  const round = (figure: number) => Number(figure.toPrecision(3))
  const ok = sign === '<=' ? value <= bound : value >= bound
  return {
    name,
    value,
    unit: 'x',
    target: `${sign} ${bound}`,
    ok,
    note: `${round(ours)} / ${round(plain)}; ${note}`,
  }
}

function highest(figures: Figures[]): number {
  return Math.max(
    0,
    ...figures.filter(({ p99, complete }) => complete && p99 <= slowestMs).map(({ rate }) => rate),
  )
}

function p99(figures: Figures[], rate: number): number {
  const found = figures.find(figure => figure.rate === rate)
  if (found === undefined) return Number.NaN
  return found.complete ? found.p99 : Number.POSITIVE_INFINITY
}

interface Side {
  name: string
  start: () => Promise<Server[]>
  /** Messages a second, in the order in which they are tried. */
  rates: number[]
}

/**
 * All sides in turn, rate by rate and twice, the better of the two: what else the machine does meets all alike. A side
 * goes no further when it was beyond its end twice. Warmed up for some thousand messages: a database's driver has more
 * code than the rest, and it is slow until it is compiled. Answers with the figures in the order of the sides.
 */
async function measure(all: Side[]): Promise<Figures[][]> {
  const sides = []
  for (const { name, start, rates } of all) {
    const servers = await start()
    const crowd = await Crowd.open(
      servers.map(({ port }) => port),
      crowdSize,
    )
    await crowd.talk(200, 15_000)
    sides.push({ name, servers, crowd, figures: [] as Figures[], left: [...rates], beyond: 0 })
  }
  try {
    while (sides.some(({ left }) => left.length > 0)) {
      for (const side of sides) {
        const rate = side.left.shift()
        if (rate === undefined) continue
        // Beyond its end plain Socket.IO falls: the adapter lets a publish that Redis did not take in time reject unheard.
        if (side.servers.some(({ child }) => !child.connected)) {
          side.left = []
          continue
        }
        const [before, began, own] = [await cpuMs(side.servers), performance.now(), process.cpuUsage()]
        const best = better(await side.crowd.talk(rate, stepMs), await side.crowd.talk(rate, stepMs))
        const tookMs = performance.now() - began
        const cores = ((await cpuMs(side.servers)) - before) / tookMs
        const { user, system } = process.cpuUsage(own)
        const crowdCores = (user + system) / 1_000 / tookMs
        side.figures.push(best)
        process.stderr.write(
          `  ${side.name}, ${rate} msg/s: p50 ${best.p50.toFixed(1)} ms, p99 ${best.p99.toFixed(1)} ms, servers ${cores.toFixed(2)} cores, crowd ${crowdCores.toFixed(2)}\n`,
        )
        if (best.p99 > slowestMs) side.beyond++
        if (side.beyond === 2 && rate > 300) side.left = []
      }
    }
  } finally {
    for (const { crowd, servers } of sides) {
      crowd.close()
      await stopServers(servers)
    }
  }
  return sides.map(({ figures }) => figures)
}

function better(one: Figures, other: Figures): Figures {
  if (one.complete !== other.complete) return one.complete ? one : other
  return one.p99 <= other.p99 ? one : other
}

/** Bytes of heap that one more connection costs which does nothing. */
async function heapPerIdle(start: () => Promise<Server[]>): Promise<number> {
  const servers = await start()
  const [first] = servers
  try {
    // The first thousand warm the compiler up: its code must not be counted with the connections.
    const warm = await Crowd.open([first!.port], 1_000)
    await sleep(1_000)
    const before = await heapOf(first!)
    const crowd = await Crowd.open([first!.port], 2_000)
    await sleep(2_000)
    const after = await heapOf(first!)
    warm.close()
    crowd.close()
    return (after - before) / 2_000
  } finally {
    await stopServers(servers)
  }
}

async function heapOf(server: Server): Promise<number> {
  return (await ask(server, 'heap')).heap
}

async function cpuMs(servers: readonly Server[]): Promise<number> {
  const answers = await Promise.all(servers.map(server => ask(server, 'cpu')))
  return answers.reduce((sum, answer) => sum + answer.cpuMs, 0)
}

function ask({ child }: Server, what: 'heap' | 'cpu'): Promise<{ heap: number; cpuMs: number }> {
  return new Promise(resolve => {
    const gone = () => resolve({ heap: Number.NaN, cpuMs: Number.NaN })
    if (!child.connected) return gone()
    child.once('disconnect', gone)
    child.once('message', message => {
      child.off('disconnect', gone)
      resolve(message as { heap: number; cpuMs: number })
    })
    child.send(what)
  })
}

async function startServers(count: number, file: string, env: Record<string, string>): Promise<Server[]> {
  const one = async (at: number): Promise<Server> => {
    const more = {
      NODE_ENV: 'production',
      COOKIE_SECRET: 'the same for all replicas',
      LOG_LEVEL: 'info',
      POD_NAME: `chat-${at}`,
    }
    const limits = {
      EVENTS_PER_SECOND: '100000',
      EVENT_BURST: '100000',
      PORT: '0',
      METRICS_PORT: '0',
      DRAIN_WAIT_MS: '0',
      DRAIN_MS: '0',
    }
    const child = fork(join(root, 'test', 'bench', file), {
      cwd: root,
      env: { PATH: process.env.PATH, ...more, ...limits, ...env },
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const port = await new Promise<number>((resolve, reject) => {
      child.once('message', message => resolve((message as { port: number }).port))
      child.once('exit', code => reject(new Error(`${file} ended with ${code}`)))
    })
    return { child, port }
  }
  const servers = await Promise.all(Array.from({ length: count }, (_, at) => one(at)))
  await sleep(1_500)
  return servers
}

async function stopServers(servers: Server[]): Promise<void> {
  await Promise.all(
    servers.map(({ child }) => {
      child.removeAllListeners('exit')
      // Plain Socket.IO may have ended by itself, beyond its end.
      if (child.exitCode !== null || child.signalCode !== null) return undefined
      const ended = new Promise(resolve => child.once('exit', resolve))
      child.kill('SIGKILL')
      return ended
    }),
  )
}

interface BackendServer {
  kind: string
  url: string
}

async function startRedis(folder: string, stops: (() => unknown)[]): Promise<BackendServer> {
  const program = optional('redis-server')
  if (program === undefined) {
    const server = await startEmbeddedRedis({ port: 0 })
    stops.push(() => server.close())
    return { kind: 'embedded Redis', url: `redis://127.0.0.1:${server.port}` }
  }
  const port = await freePort()
  const child = spawn(
    program,
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder],
    { stdio: 'ignore' },
  )
  stops.push(() => child.kill('SIGKILL'))
  await listens(port)
  return { kind: 'redis-server', url: `redis://127.0.0.1:${port}` }
}

/** A mongod when there is one; otherwise the embedded server, in a process of its own like any database. */
async function startMongo(folder: string, stops: (() => unknown)[]): Promise<BackendServer> {
  const program = optional('mongo-server')
  const port = await freePort()
  const url = `mongodb://127.0.0.1:${port}/bench`
  if (program !== undefined) {
    const child = spawn(program, ['--port', String(port), '--dbpath', folder], {
      stdio: 'ignore',
      detached: true,
    })
    stops.push(() => process.kill(-child.pid!, 'SIGKILL'))
    await listens(port)
    return { kind: 'mongo-server', url }
  }
  const embedded = join(root, 'dist', 'embedded-mongo-main.js')
  const child = spawn(process.execPath, [embedded, '--port', String(port)], { stdio: 'ignore' })
  stops.push(() => child.kill('SIGKILL'))
  await listens(port)
  return { kind: 'embedded MongoDB', url }
}

async function listens(port: number): Promise<void> {
  const { connect } = await import('node:net')
  for (let tries = 0; tries < 300; tries++) {
    const open = await new Promise<boolean>(resolve => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })
    if (open) return
    await sleep(100)
  }
  throw new Error(`nothing listens on ${port}`)
}
