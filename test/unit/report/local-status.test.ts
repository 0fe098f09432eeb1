import { describe, expect, it } from 'vitest'
import type { LiveStatus } from '../../../src/facts/local.ts'
import type { ReplicaStatus } from '../../../src/local/front-door/status.ts'
import type { ChildState, LocalState } from '../../../src/local/state.ts'
import { renderLocalStatus, statusChecks } from '../../../src/report/local-status.ts'

const loadBalancer = { kind: 'envoy', affinity: 'cookie', timeout: 30, draining: 30 } as const
const child = (name: string, more: Partial<ChildState> = {}): ChildState => ({
  name,
  kind: 'replica',
  state: 'running',
  restarts: 0,
  port: 4001,
  process: { pid: 7, startedAt: 'x' },
  ...more,
})
const door = (name: string, more: Partial<ReplicaStatus> = {}): ReplicaStatus => ({
  name,
  host: '127.0.0.1',
  port: 4001,
  healthy: true,
  draining: false,
  openSockets: 2,
  openRequests: 0,
  requests: 10,
  errors: 1,
  ...more,
})
const live = (children: ChildState[], replicas: ReplicaStatus[] | undefined): LiveStatus => ({
  state: {
    url: 'http://127.0.0.1:8080',
    phase: 'up',
    since: 0,
    spec: {
      name: 'chat',
      loadBalancer,
      backends: {
        redis: { rung: 'program', label: 'redis-server 7.0.15' },
        mongo: { rung: 'embedded', label: 'embedded' },
        cache: { rung: 'url', label: 'from CACHE_URL' },
      },
    },
    children,
  } as unknown as LocalState,
  frontDoor:
    replicas === undefined
      ? undefined
      : ({
          url: 'http://127.0.0.1:8080',
          settings: loadBalancer,
          replicas,
          connections: 4,
        } as unknown as LiveStatus['frontDoor']),
})
const redis = child('redis', { kind: 'backend', restarts: 2, port: 6000 })
const mongo = child('mongo', { kind: 'backend', port: 6001 })

describe('renderLocalStatus', () => {
  it('shows the front door, each replica and each backend with its rung', () => {
    const text = renderLocalStatus(
      live(
        [redis, mongo, child('chat-0'), child('chat-1', { restarts: 3 })],
        [door('chat-0'), door('chat-1', { healthy: false })],
      ),
      61_000,
    )
    expect(text).toBe(`chat on this machine, up for 1m01s

front door  http://127.0.0.1:8080  4 connections
            affinity cookie, envoy, timeout 30 s, draining 30 s

replica  state      sockets  requests  errors  restarts  pid  port
chat-0   ready      2        10        1       0         7    4001
chat-1   not ready  2        10        1       3         7    4001

backend  rung      what                 state    restarts  address
redis    program   redis-server 7.0.15  running  2         127.0.0.1:6000
mongo    embedded                       running  0         127.0.0.1:6001
cache    url       from CACHE_URL       yours    -         -
`)
  })

  it('has words for a replica that waits, and for a front door that is not open', () => {
    const waiting = { name: 'chat-0', kind: 'replica', state: 'waiting', restarts: 1 } as const
    const text = renderLocalStatus(live([waiting], undefined), 0)
    expect(text).toMatch(/chat-0 {3}waiting {2}0 {8}0 {9}0 {7}1 {9}- {4}-/)
    expect(text).toContain('redis    program   redis-server 7.0.15  yours')
  })

  it('stays within 80 columns for a long name and the largest numbers', () => {
    const name = `${'a'.repeat(18)}-9`
    const text = renderLocalStatus(
      live([child(name, { port: 65_535, process: { pid: 4_194_304, startedAt: '' } })], [door(name)]),
      0,
    )
    expect(text.split('\n').filter(line => line.length > 80)).toEqual([])
  })
})

describe('statusChecks', () => {
  const last = { ok: false, at: 0, ms: 1, found: 'HTTP 503' }
  it.each<[string, ChildState, ReplicaStatus[], string, string]>([
    ['is ready', child('chat-0'), [door('chat-0')], 'pass', 'running'],
    [
      'is not ready',
      child('chat-0'),
      [door('chat-0', { healthy: false, lastCheck: last })],
      'fail',
      'not ready: HTTP 503',
    ],
    ['was not asked yet', child('chat-0'), [door('chat-0', { healthy: false })], 'fail', 'not checked yet'],
    [
      'waits after a crash',
      child('chat-0', { state: 'waiting', lastEnd: 'exit 7' }),
      [],
      'fail',
      'waiting (exit 7)',
    ],
    [
      'is on its way out, with its successor in',
      child('chat-0'),
      [door('chat-0', { draining: true }), door('chat-0')],
      'pass',
      'running',
    ],
    ['is a backend that runs', redis, [], 'pass', 'running'],
    [
      'is a backend that waits',
      { ...redis, state: 'waiting', lastEnd: 'SIGKILL' },
      [],
      'fail',
      'waiting (SIGKILL)',
    ],
  ])('tells one that %s', (_what, one, doors, status, found) => {
    const [check] = statusChecks(live([one], doors))
    expect(check).toMatchObject({ status, found })
    expect(check?.hint).toBe(status === 'fail' ? `rtdeploy logs ${one.name}` : undefined)
  })

  it('leaves the helpers of dev out', () => {
    expect(statusChecks(live([child('client', { kind: 'dev' })], []))).toEqual([])
  })
})
