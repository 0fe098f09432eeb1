import { join } from 'node:path'
import type { LoadBalancer } from '../../config/config.ts'
import { UserError } from '../../errors.ts'
import type { Host } from '../../run/host.ts'
import { type FrontDoor, startFrontDoor } from '../front-door/front-door.ts'
import type { LocalState, SupervisorSpec } from '../state.ts'
import { localPaths } from '../state.ts'
import { type RunningBackend, startBackend } from './backend.ts'
import { type Child, superviseChild } from './child.ts'
import { startControl } from './control.ts'
import { createReplicas, type Replicas } from './replicas.ts'
import { watchFolders } from './watch.ts'

/** Runs backends, replicas and the front door until it is told to stop; resolves then. */
export async function supervise(host: Host, spec: SupervisorSpec): Promise<void> {
  const paths = localPaths(spec.project)
  const token = host.token()
  const stopping = new AbortController()
  let phase: LocalState['phase'] = 'starting'
  let problem: Partial<LocalState> = {}
  let waiting: string | undefined
  let frontDoor: FrontDoor | undefined
  let replicas: Replicas | undefined
  let clientUrl: string | undefined
  const backends: RunningBackend[] = []
  const helpers: Child[] = []
  const since = host.now()

  const children = () => [
    ...backends.flatMap(backend => (backend.child === undefined ? [] : [backend.child])),
    ...helpers,
    ...(replicas?.children() ?? []),
  ]
  let current = spec
  const control = await startControl(token, {
    'GET /status': async () => ({ state: state(), frontDoor: frontDoor?.status() }),
    'POST /stop': async () => stopping.abort(),
    'POST /load-balancer': async body => {
      const settings = body as Partial<LoadBalancer>
      frontDoor?.configure(settings)
      current = { ...current, loadBalancer: { ...current.loadBalancer, ...settings } }
      save()
    },
    'POST /port': async body => {
      const { port } = body as { readonly port: number }
      await frontDoor?.move(port)
      current = { ...current, port }
      save()
    },
    'POST /scale': async body => {
      const { replicas: count } = body as { readonly replicas: number }
      current = { ...current, replicas: count }
      await replicas?.scale(count)
      save()
    },
    'POST /roll-out': async body => {
      await rollOut()
      // Noted at the end: a roll-out that broke off is done again.
      current = { ...current, ...(body as { readonly sources: string }) }
      save()
    },
  })
  function state(): LocalState {
    return {
      schemaVersion: 1,
      run: spec.run,
      phase,
      supervisor: host.self,
      control: { port: control.port, token },
      url: frontDoor?.url ?? '',
      since,
      spec: current,
      children: children().map(child => child.state()),
      ...(clientUrl === undefined ? {} : { clientUrl }),
      ...(waiting === undefined ? {} : { waiting }),
      ...problem,
    }
  }
  let saving = Promise.resolve()
  function save(): void {
    // A full disk must not end what runs; the next change is saved again.
    saving = saving
      .then(() => host.writeFile(paths.state, `${JSON.stringify(state(), undefined, 2)}\n`, { mode: 0o600 }))
      .catch((error: unknown) => host.err(`${paths.state}: ${error}\n`))
  }

  async function rollOut(): Promise<void> {
    await replicas?.rollOut()
  }

  async function startHelpers(dev: NonNullable<SupervisorSpec['dev']>, url: string): Promise<void> {
    const helper = (name: string, line: readonly string[], port: number | undefined): Child => {
      const [program = '', ...args] = line
      const env: Record<string, string> = port === undefined ? {} : { PORT: String(port), SERVER_URL: url }
      const command = async () => ({
        command: { program, args, cwd: spec.project, env },
        ...(port === undefined ? {} : { port }),
      })
      return superviseChild(host, {
        name,
        kind: 'dev',
        log: join(spec.logs, `${name}.log`),
        graceMs: 3000,
        onChange: save,
        command,
      })
    }
    if (dev.build !== undefined) helpers.push(helper('build', dev.build, undefined))
    if (dev.client !== undefined) {
      const port = await host.freePort()
      clientUrl = `http://127.0.0.1:${port}`
      helpers.push(helper('client', dev.client, port))
    }
    await Promise.all(helpers.map(child => child.start()))
    // What was saved may be broken: the next change gets its chance.
    const changed = () => rollOut().catch((error: unknown) => host.err(`roll-out: ${error}\n`))
    watchFolders(host, spec.project, dev.watch, changed, stopping.signal).catch((error: unknown) =>
      host.err(`watch: ${error}\n`),
    )
  }

  async function begin(): Promise<void> {
    save()
    for (const [name, backend] of Object.entries(spec.backends)) {
      backends.push(await startBackend(host, name, backend, paths, save))
    }
    await Promise.all(backends.map(backend => backend.ready(spec.readyTimeoutMs, stopping.signal)))
    frontDoor = await openFrontDoor(host, spec)
    const backendEnv = Object.assign({}, ...backends.map(backend => backend.env)) as Record<string, string>
    replicas = createReplicas(host, {
      spec,
      backendEnv,
      cookieSecret: host.token(),
      frontDoor,
      onChange: save,
      onWaiting: text => {
        if (text === waiting) return
        waiting = text
        save()
      },
      stopping: stopping.signal,
    })
    await replicas.scale(spec.replicas)
    if (spec.dev !== undefined) await startHelpers(spec.dev, frontDoor.url)
    phase = 'up'
    save()
  }

  async function end(): Promise<void> {
    if (phase !== 'failed') phase = 'stopping'
    save()
    await frontDoor?.close()
    await Promise.all(helpers.map(child => child.stop()))
    await replicas?.stop()
    await Promise.all(backends.map(backend => backend.child?.stop()))
  }

  host.interrupted.addEventListener('abort', () => stopping.abort())
  try {
    await begin()
    await new Promise<void>(resolve => {
      if (stopping.signal.aborted) resolve()
      stopping.signal.addEventListener('abort', () => resolve(), { once: true })
    })
  } catch (error) {
    if (!stopping.signal.aborted) {
      phase = 'failed'
      problem = problemOf(error)
    }
  }
  await end()
  control.server.close()
  control.server.closeAllConnections()
  await saving
  // A failure stays readable for the `up` that waits; a clean end leaves nothing.
  if (phase !== 'failed') await host.remove(paths.state)
}

/** A log line for all that is worth a look: sockets, health and failures, but not each request that went well. */
function openFrontDoor(host: Host, spec: SupervisorSpec): Promise<FrontDoor> {
  const log = join(spec.logs, 'front-door.log')
  return startFrontDoor({
    port: spec.port,
    settings: spec.loadBalancer,
    readyPath: spec.readyPath,
    checkEveryMs: 250,
    onEvent: event => {
      if (event.type === 'request' && event.status < 500) return
      const line = `${JSON.stringify({ ...event, at: new Date(event.at).toISOString() })}\n`
      host.appendFile(log, line).catch((error: unknown) => host.err(`${log}: ${error}\n`))
    },
  })
}

function problemOf(error: unknown): Partial<LocalState> {
  const known = error instanceof UserError
  return {
    problem: error instanceof Error ? error.message : String(error),
    problemCode: known ? error.code : 'local.failed',
    problemHint: known ? error.hint : 'rtdeploy logs supervisor',
    problemDetails: known ? error.details : [],
    problemExit: known ? error.exitCode : 1,
  }
}
