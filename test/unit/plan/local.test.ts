import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { parseConfig } from '../../../src/config/parse.ts'
import type { BuildFacts, LocalFacts } from '../../../src/facts/local.ts'
import { type BackendSpec, type LocalState, localPaths, parseState } from '../../../src/local/state.ts'
import { localSpec, planDown, planRelease } from '../../../src/plan/local.ts'
import { differences } from '../../../src/plan/local-differences.ts'
import { planProvision } from '../../../src/plan/local-provision.ts'
import { describePlan } from '../../../src/plan/plan.ts'

const golden = join(import.meta.dirname, '../../golden/plans')
/** UPDATE_GOLDEN=1 rewrites what is expected. */
function expectGolden(name: string, text: string): void {
  const path = join(golden, `${name}.txt`)
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(golden, { recursive: true })
    writeFileSync(path, `${text}\n`)
  }
  expect(`${text}\n`).toBe(readFileSync(path, 'utf8'))
}

const project = '/project'
const token = 'canary-token'
const config = parseConfig(
  'version: 1\nname: chat\napp:\n  replicas: 3\n  build: [npm, run, build]\n  start: [node, dist/server.js]\nlocal: { port: 8080 }\n',
  'rtdeploy.yaml',
)
const redis: BackendSpec = {
  rung: 'program',
  label: 'redis-server 7.0.15',
  variable: 'REDIS_URL',
  url: 'redis://127.0.0.1:$PORT',
  start: ['/usr/bin/redis-server', '--port', '$PORT'],
}
const nothing: LocalFacts = {
  run: 'cafe',
  paths: localPaths(project),
  state: undefined,
  alive: false,
  live: undefined,
  orphans: [],
  leftState: false,
  containers: undefined,
}
const specOf = (change: Partial<Config> = {}, facts = nothing) =>
  localSpec({
    config: { ...config, ...change },
    facts,
    project,
    backends: { redis },
    dev: false,
    sources: 'aa',
  })
const state: LocalState = {
  schemaVersion: 1,
  run: 'cafe',
  phase: 'up',
  supervisor: { pid: 100, startedAt: 'a' },
  control: { port: 9999, token },
  url: 'http://127.0.0.1:8080',
  since: 0,
  spec: specOf(),
  children: [
    { name: 'redis', kind: 'backend', state: 'running', restarts: 0, process: { pid: 101, startedAt: 'b' } },
    { name: 'chat-0', kind: 'replica', state: 'running', restarts: 0, process: { pid: 102, startedAt: 'c' } },
    { name: 'chat-1', kind: 'replica', state: 'waiting', restarts: 2 },
  ],
}
const running: LocalFacts = {
  ...nothing,
  state,
  alive: true,
  live: { state, frontDoor: undefined },
  leftState: true,
}
const keeping = {
  ...state,
  spec: { ...specOf(), backends: { mongo: { ...redis, rung: 'embedded' as const } } },
}
const withMongo: LocalFacts = { ...running, state: keeping, live: { state: keeping, frontDoor: undefined } }
const orphan = (pid: number, command: string) => ({
  pid,
  startedAt: 'x',
  command,
  run: 'cafe',
  cwd: undefined,
})
const killed: LocalFacts = {
  ...nothing,
  state,
  leftState: true,
  orphans: [orphan(101, 'redis-server'), orphan(102, 'node dist/server.js')],
}
const silent: LocalFacts = {
  ...killed,
  alive: true,
  orphans: [orphan(100, 'node supervisor-main.js'), ...killed.orphans],
}
const containers = { program: 'docker', names: ['rtdeploy-cafe-redis', 'rtdeploy-cafe-mongo'] }
const fresh: BuildFacts = { installed: true, hasLockFile: true, sources: 'aa', built: 'aa' }

const release = (
  facts: LocalFacts,
  change: Partial<Config> = {},
  more: { readonly rebuilt?: boolean | undefined; readonly sources?: string } = {},
) =>
  planRelease({
    verb: 'up',
    facts,
    spec: { ...specOf(change), sources: more.sources ?? 'aa' },
    nodePath: '/node',
    packageRoot: '/package',
    rebuilt: false,
    ...more,
  })
const provision = (build: Partial<BuildFacts>, facts = nothing) =>
  planProvision('up', config, project, { ...fresh, ...build }, facts)
const balanced = (change: Partial<Config['loadBalancer']>) => ({
  loadBalancer: { ...config.loadBalancer, ...change },
})
const scaled = (replicas: number) => ({ app: { ...config.app, replicas } })

describe('the plan', () => {
  it.each([
    ['provision-first', provision({ installed: false, built: undefined })],
    ['provision-changed', provision({ sources: 'bb' })],
    ['provision-up-to-date', provision({})],
    ['provision-after-kill', provision({}, { ...killed, containers: { ...containers, ids: ['c0ffee'] } })],
    ['provision-silent-supervisor', provision({}, silent)],
    ['release-first', release(nothing)],
    ['release-same', release(running)],
    ['release-affinity', release(running, balanced({ affinity: 'none' }))],
    ['release-replicas', release(running, scaled(5))],
    [
      'release-affinity-replicas-build',
      release(running, { ...balanced({ timeout: 30 }), ...scaled(1) }, { rebuilt: true }),
    ],
    ['release-sources', release(running, {}, { rebuilt: undefined, sources: 'bb' })],
    ['release-port', release(running, { local: { ...config.local, port: 8081 } })],
    ['release-restart', release(running, { app: { ...config.app, start: ['node', 'other.js'] } })],
    ['release-dead-supervisor', release({ ...killed, orphans: [] })],
    ['down-running', planDown(running)],
    ['down-embedded-mongo', planDown(withMongo)],
    ['down-nothing', planDown(nothing)],
    ['down-after-kill', planDown(killed)],
    ['down-silent-supervisor', planDown(silent)],
    [
      'down-containers-known',
      planDown({ ...killed, containers: { ...containers, ids: ['c0ffee', 'beef'] } }),
    ],
    ['down-containers-unknown', planDown({ ...killed, containers: { ...containers, ids: undefined } })],
    ['down-left-folder', planDown({ ...nothing, leftState: true })],
  ])('%s is what is expected', (name, plan) => {
    expectGolden(name, describePlan(plan))
    expect(describePlan(plan) + JSON.stringify(plan)).not.toContain('canary')
    const ids = plan.steps.map(step => step.id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[a-z-]+\.[a-z-]+(?:\.[\w-]+)?$/)
  })

  it('removes no container that docker says is gone', () => {
    expect(planDown({ ...nothing, containers: { ...containers, ids: [] } }).steps).toEqual([])
  })

  it('downloads before it starts what needs the download', () => {
    const spec = { ...specOf(), backends: { mongo: { ...redis, rung: 'download' as const } } }
    const plan = planRelease({
      verb: 'up',
      facts: nothing,
      spec,
      nodePath: '/node',
      packageRoot: '/package',
      rebuilt: false,
    })
    expect(plan.steps.map(step => step.id).slice(0, 2)).toEqual(['mongo.download', 'state.clear'])
  })
})

describe('differences', () => {
  const same = { restart: false, port: false, balancer: false, scale: false, sources: false }
  it.each<[string, Partial<Config>, object]>([
    ['nothing', {}, same],
    ['replicas', scaled(4), { ...same, scale: true }],
    ['affinity', balanced({ affinity: 'client-ip' }), { ...same, balancer: true }],
    ['timeout', balanced({ timeout: 31 }), { ...same, balancer: true }],
    ['kind', balanced({ kind: 'classic' }), { ...same, balancer: true }],
    ['draining', balanced({ draining: 0 }), { ...same, balancer: true }],
    ['port', { local: { ...config.local, port: 8081 } }, { ...same, port: true }],
    ['any free port', { local: { ...config.local, port: 0 } }, same],
    ['start', { app: { ...config.app, start: ['node', 'x.js'] } }, { ...same, restart: true }],
    ['environment', { app: { ...config.app, env: { A: '1' } } }, { ...same, restart: true }],
    ['readiness', { app: { ...config.app, ready: '/ok' } }, { ...same, restart: true }],
    ['name', { name: 'other' }, { ...same, restart: true }],
  ])('in %s need no more than they must', (_what, change, expected) => {
    expect(differences(state, specOf(change))).toEqual(expected)
  })

  it('are none but sources when only those changed', () => {
    expect(differences(state, { ...specOf(), sources: 'bb' })).toEqual({ ...same, sources: true })
  })

  it.each(['starting', 'stopping', 'failed'] as const)('of a run that is %s need a restart', phase => {
    expect(differences({ ...state, phase }, specOf()).restart).toBe(true)
  })

  it('are none after the state went through its file', () => {
    expect(differences(parseState(JSON.stringify(state)) as LocalState, specOf())).toEqual(same)
  })
})

describe('parseState', () => {
  it.each([
    undefined,
    '',
    'null',
    '[]',
    '{',
    '{"schemaVersion":2}',
    '{"schemaVersion":1}',
    '{"schemaVersion":1,"supervisor":{"pid":"1"}}',
    JSON.stringify({ ...state, children: {} }),
    JSON.stringify({ ...state, spec: null }),
    JSON.stringify({ ...state, control: [] }),
  ])('is undefined for %j', text => expect(parseState(text)).toBeUndefined())
})
