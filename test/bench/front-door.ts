import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { freePort } from '../support/free-port.ts'
import { raw } from '../support/front-door.ts'
import { optional } from '../support/needs.ts'
import { type ReplicaProcess, startReplicaProcess } from '../support/replica-process.ts'
import { until } from '../support/until.ts'
import type { Measured } from './front-door-process.ts'
import { median, type Row } from './row.ts'

const rounds = 5
const connections = 32
const secondsEach = 1.2
const bodyBytes = 200

/**
 * Requests per second through the front door against HAProxy (cookie stickiness, the same three backends), and what the
 * front door adds to one request after the other. Client, proxies and backends are processes of their own, measured in
 * turns, medians of five.
 */
export async function benchFrontDoor(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'rtdeploy-bench-'))
  const replicas: ReplicaProcess[] = []
  const children: ChildProcess[] = []
  try {
    for (const name of ['a', 'b', 'c']) replicas.push(await startReplicaProcess(name, bodyBytes))
    const program = join(folder, 'process.mjs')
    // The same relative path from the source and from where the bench is bundled to.
    const absWorkingDir = fileURLToPath(new URL('../..', import.meta.url))
    const entryPoints = ['test/bench/front-door-process.ts']
    const form = { bundle: true, platform: 'node', format: 'esm', logLevel: 'error' } as const
    buildSync({ absWorkingDir, entryPoints, outfile: program, ...form })
    const door = await startDoor(program, replicas, children)
    const haproxy = await startHaproxy(folder, replicas, children)
    const measure = (port: number, count: number) => runClient(program, port, count)

    const rates: { door: number[]; haproxy: number[] } = { door: [], haproxy: [] }
    const waits: { door: number[]; direct: number[] } = { door: [], direct: [] }
    for (let round = 0; round < rounds; round++) {
      rates.door.push((await measure(door, connections)).rate)
      if (haproxy !== undefined) rates.haproxy.push((await measure(haproxy, connections)).rate)
      waits.door.push((await measure(door, 1)).p50)
      waits.direct.push((await measure(replicas[0]?.port ?? 0, 1)).p50)
    }
    return rows(rates, waits)
  } finally {
    for (const child of children) await end(child)
    for (const replica of replicas) await replica.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

function rows(
  rates: { readonly door: readonly number[]; readonly haproxy: readonly number[] },
  waits: { readonly door: readonly number[]; readonly direct: readonly number[] },
): Row[] {
  const rate = Math.round(median(rates.door))
  const other = Math.round(median(rates.haproxy))
  const added = median(waits.door) - median(waits.direct)
  const ratio = { name: 'front door: requests/s against HAProxy', unit: 'x', target: '>= 0.3' }
  return [
    other === 0
      ? { name: ratio.name, value: 0, unit: 'x', note: 'not measured: haproxy is not on PATH' }
      : {
          ...ratio,
          value: Math.round((rate / other) * 100) / 100,
          ok: rate / other >= 0.3,
          note: `${rate}/s against ${other}/s, ${connections} kept connections, cookie, 3 backends`,
        },
    {
      name: 'front door: added p50',
      value: Math.round(added * 1000) / 1000,
      unit: 'ms',
      target: '<= 0.5',
      ok: added <= 0.5,
      note: `${median(waits.door).toFixed(3)} ms through it, ${median(waits.direct).toFixed(3)} ms direct`,
    },
  ]
}

async function startDoor(
  program: string,
  replicas: readonly ReplicaProcess[],
  children: ChildProcess[],
): Promise<number> {
  const child = fork(program, ['door', ...replicas.map(({ port }) => String(port))], { execArgv: [] })
  children.push(child)
  const [port] = await once(child, 'message')
  return Number(port)
}

async function runClient(program: string, port: number, count: number): Promise<Measured> {
  const child = fork(program, ['client', String(port), String(count), String(secondsEach)], { execArgv: [] })
  const [measured] = await once(child, 'message')
  return measured as Measured
}

async function startHaproxy(
  folder: string,
  replicas: readonly ReplicaProcess[],
  children: ChildProcess[],
): Promise<number | undefined> {
  const path = optional('haproxy')
  if (path === undefined) return undefined
  const port = await freePort()
  const servers = replicas.map(
    ({ name, host, port }) => `  server ${name} ${host}:${port} cookie ${name} check`,
  )
  const config = [
    'defaults',
    '  mode http',
    '  timeout connect 5s',
    '  timeout client 60s',
    '  timeout server 60s',
    'frontend front',
    `  bind 127.0.0.1:${port}`,
    '  default_backend back',
    'backend back',
    '  balance roundrobin',
    '  http-reuse always',
    '  option forwardfor',
    '  cookie GCLB insert indirect nocache',
    ...servers,
    '',
  ]
  await writeFile(join(folder, 'haproxy.cfg'), config.join('\n'))
  children.push(spawn(path, ['-f', join(folder, 'haproxy.cfg')], { stdio: 'ignore' }))
  const asked = 'GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n'
  await until('haproxy answers', () =>
    raw(port, asked).then(
      answer => answer.startsWith('HTTP/1.1 200'),
      () => false,
    ),
  )
  return port
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
