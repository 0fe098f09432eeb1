import { Secret } from '../command.ts'
import type { Config } from '../config/config.ts'
import type { LocalFacts } from '../facts/local.ts'
import type { BackendSpec, LocalState, SupervisorSpec } from '../local/state.ts'
import type { Verb } from '../report/report.ts'
import { differences } from './local-differences.ts'
import { sweepSteps } from './local-provision.ts'
import type { Plan, Step } from './plan.ts'

/** SIGTERM to SIGKILL for a supervisor, which itself waits for replicas and backends. */
const supervisorGraceMs = 25_000
const readyTimeoutMs = 60_000

export interface SpecOptions {
  readonly config: Config
  readonly facts: LocalFacts
  readonly project: string
  readonly backends: Readonly<Record<string, BackendSpec>>
  readonly dev: boolean
  readonly sources: string
}

/** What the supervisor is told. Pure. */
export function localSpec(options: SpecOptions): SupervisorSpec {
  const { config, facts } = options
  const { app, local, dev } = config
  return {
    schemaVersion: 1,
    run: facts.run,
    project: options.project,
    logs: facts.paths.logs,
    name: config.name,
    replicas: app.replicas,
    start: app.start,
    env: { ...app.env, ...local.env },
    readyPath: app.ready,
    port: local.port,
    loadBalancer: config.loadBalancer,
    backends: options.backends,
    readyTimeoutMs,
    sources: options.sources,
    ...(options.dev
      ? {
          dev: {
            watch: dev.watch,
            ...(dev.build && { build: dev.build }),
            ...(dev.client && { client: dev.client }),
          },
        }
      : {}),
  }
}

const bearer = (state: LocalState) => ({ authorization: new Secret(`Bearer ${state.control.token}`) })

const ask = (
  state: LocalState,
  id: string,
  title: string,
  path: string,
  body: unknown,
  timeoutMs: number,
): Step => ({
  id,
  title,
  action: {
    kind: 'request',
    method: 'POST',
    url: `http://127.0.0.1:${state.control.port}${path}`,
    headers: bearer(state),
    body: JSON.stringify(body),
    timeoutMs,
  },
})

export interface ReleaseOptions {
  readonly verb: Verb
  readonly facts: LocalFacts
  readonly spec: SupervisorSpec
  readonly nodePath: string
  readonly packageRoot: string
  /** The app was built in this run; undefined when it has no build. */
  readonly rebuilt: boolean | undefined
}

/** From what runs to what is wanted, with as little disturbance as possible. Pure. */
export function planRelease(options: ReleaseOptions): Plan {
  const { verb, facts, spec } = options
  const plan = (steps: readonly Step[]): Plan => ({ verb, stage: 'release', steps })
  const names = `${spec.replicas} replica${spec.replicas === 1 ? '' : 's'}`
  const { state } = facts
  if (state === undefined || facts.live === undefined)
    return plan([...sweepSteps(facts), ...startSteps(options)])
  const differs = differences(state, spec)
  if (differs.restart) return plan([...stopSteps(facts), ...startSteps(options)])
  const settings = spec.loadBalancer
  const told = `affinity ${settings.affinity}, ${settings.kind}, timeout ${settings.timeout} s, draining ${settings.draining} s`
  const steps: Step[] = []
  if (differs.port)
    steps.push(
      ask(state, 'front-door.move', `front door: to port ${spec.port}`, '/port', { port: spec.port }, 5000),
    )
  if (differs.balancer)
    steps.push(ask(state, 'front-door.configure', `front door: ${told}`, '/load-balancer', settings, 5000))
  if (differs.scale)
    steps.push(
      ask(state, 'replicas.scale', `go to ${names}`, '/scale', { replicas: spec.replicas }, readyTimeoutMs),
    )
  if (differs.sources || options.rebuilt) {
    const what = options.rebuilt === undefined ? 'changed app' : 'new build'
    steps.push(
      ask(
        state,
        'replicas.roll-out',
        `roll the ${what} out, one replica after the other`,
        '/roll-out',
        { sources: spec.sources },
        spec.replicas * readyTimeoutMs,
      ),
    )
  }
  return plan(steps)
}

function startSteps({ spec, facts, nodePath, packageRoot }: ReleaseOptions): Step[] {
  const { paths } = facts
  const names = `${spec.replicas} replica${spec.replicas === 1 ? '' : 's'}`
  const args = [`${packageRoot}/dist/supervisor-main.js`, packageRoot, paths.spec]
  const command = { program: nodePath, args, cwd: spec.project, env: { RTDEPLOY_RUN: spec.run } }
  const contents = `${JSON.stringify(spec, undefined, 2)}\n`
  return [
    ...downloadSteps(spec, nodePath, packageRoot, paths.root),
    {
      id: 'state.clear',
      quiet: true,
      title: 'clear the last run',
      action: { kind: 'remove', path: paths.local },
    },
    {
      id: 'spec.write',
      quiet: true,
      title: 'write what to run',
      action: { kind: 'write', path: paths.spec, contents, mode: 0o600 },
    },
    {
      id: 'supervisor.start',
      quiet: true,
      title: 'start the supervisor',
      action: { kind: 'start', command, log: `${paths.logs}/supervisor.log` },
    },
    {
      id: 'replicas.wait',
      title: `${names} ready behind the front door`,
      during: `wait for ${names} to be ready behind the front door`,
      hint: 'rtdeploy logs supervisor',
      action: {
        kind: 'wait',
        until: {
          kind: 'state',
          path: paths.state,
          field: 'phase',
          is: 'up',
          failsOn: 'failed',
          owner: 'supervisor',
        },
        timeoutMs: readyTimeoutMs + 10_000,
        everyMs: 25,
      },
    },
  ]
}

/** The library and the mongod that it brings, below the project's own folder. */
function downloadSteps(spec: SupervisorSpec, nodePath: string, packageRoot: string, root: string): Step[] {
  if (!Object.values(spec.backends).some(backend => backend.rung === 'download')) return []
  const args = [`${packageRoot}/dist/download-mongo-main.js`, '--prepare', '--downloads', `${root}/download`]
  const command = { program: nodePath, args, cwd: spec.project, env: { RTDEPLOY_RUN: spec.run } }
  return [
    {
      id: 'mongo.download',
      title: 'download MongoDB below .rtdeploy/download',
      hint: 'without a download: rtdeploy up --mongo embedded',
      action: { kind: 'run', command },
    },
  ]
}

function stopSteps(facts: LocalFacts): Step[] {
  const { state } = facts
  if (state === undefined || facts.live === undefined) return []
  // They end with their supervisor, unless it had to be ended by force.
  const children = state.children.flatMap(({ name, process }): Step[] => {
    if (process === undefined) return []
    const action = { kind: 'end', process, graceMs: 0 } as const
    return [{ id: `child.end.${name}`, quiet: true, title: `see that ${name} has ended`, action }]
  })
  // What is a URL is the person's own, and stays.
  const { mongo } = state.spec.backends
  const lost = mongo === undefined || mongo.rung === 'url' ? '' : '; what was kept in MongoDB goes with them'
  return [
    {
      id: 'supervisor.stop',
      title: `end the replicas, the front door and the backends${lost}`,
      action: { kind: 'end', process: state.supervisor, graceMs: supervisorGraceMs },
    },
    ...children,
  ]
}

/** Ends everything that `up` started; empty when nothing is there. Pure. */
export function planDown(facts: LocalFacts): Plan {
  const steps = [...stopSteps(facts), ...sweepSteps(facts)]
  const littered = facts.state !== undefined || steps.length > 0 || facts.leftState
  if (littered)
    steps.push({
      id: 'state.remove',
      quiet: true,
      title: 'remove data and state of the run',
      action: { kind: 'remove', path: facts.paths.local },
    })
  return { verb: 'down', stage: 'teardown', steps }
}
