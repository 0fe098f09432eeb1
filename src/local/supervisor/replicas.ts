import { join } from 'node:path'
import type { Host } from '../../run/host.ts'
import type { FrontDoor } from '../front-door/front-door.ts'
import type { SupervisorSpec } from '../state.ts'
import { type Child, superviseChild } from './child.ts'
import { untilReady } from './ready.ts'

/** A replica gets this long after SIGTERM: the grace period of the app plus some. */
const graceMs = 15_000

export interface Replicas {
  readonly children: () => readonly Child[]
  /** Resolves when all of them take traffic. */
  scale(count: number): Promise<void>
  /** One after the other: out of the front door, ended, started, ready again. */
  rollOut(): Promise<void>
  stop(): Promise<void>
}

export interface ReplicasOptions {
  readonly spec: SupervisorSpec
  /** Where the backends are, for the replicas' environment. */
  readonly backendEnv: Readonly<Record<string, string>>
  readonly cookieSecret: string
  readonly frontDoor: FrontDoor
  readonly onChange: () => void
  /** Told what keeps replicas from getting ready, see `ReadyOptions`. */
  readonly onWaiting: (text: string | undefined) => void
  /** Ends every wait. */
  readonly stopping: AbortSignal
}

/** The app's replicas as processes: each with its own POD_NAME, port and log file, all behind the front door. */
export function createReplicas(host: Host, options: ReplicasOptions): Replicas {
  const { spec, frontDoor } = options
  const ready = { spec, frontDoor, onWaiting: options.onWaiting, signal: options.stopping }
  let children: readonly Child[] = []

  const changed = () => {
    const reachable = children.flatMap(child => {
      const { port, state } = child.state()
      return port === undefined || state === 'ended' ? [] : [{ name: child.name, host: '127.0.0.1', port }]
    })
    frontDoor.setReplicas(reachable)
    options.onChange()
  }

  const create = (index: number): Child => {
    const name = `${spec.name}-${index}`
    const [program = '', ...args] = spec.start
    return superviseChild(host, {
      name,
      kind: 'replica',
      log: join(spec.logs, `${name}.log`),
      graceMs,
      onChange: changed,
      command: async () => {
        const port = await host.freePort()
        const own = { POD_NAME: name, PORT: String(port), HOST: '127.0.0.1', METRICS_PORT: '0' }
        const shared = {
          NODE_ENV: 'production',
          REPLICAS: String(spec.replicas),
          COOKIE_SECRET: options.cookieSecret,
        }
        const env = { ...shared, ...options.backendEnv, ...spec.env, ...own }
        return { command: { program, args, cwd: spec.project, env }, port }
      },
    })
  }

  const restart = async (child: Child) => {
    frontDoor.drain(child.name)
    await child.restart()
    await untilReady(host, ready, () => [child])
  }

  return {
    children: () => children,
    scale: async count => {
      const leaving = children.slice(count)
      const joining = Array.from({ length: Math.max(0, count - children.length) }, (_, at) =>
        create(children.length + at),
      )
      for (const child of leaving) frontDoor.drain(child.name)
      await Promise.all(leaving.map(child => child.stop()))
      children = [...children.slice(0, count), ...joining]
      await Promise.all(joining.map(child => child.start()))
      changed()
      await untilReady(host, ready, () => children)
    },
    rollOut: async () => {
      for (const child of children) await restart(child)
    },
    stop: async () => void (await Promise.all(children.map(child => child.stop()))),
  }
}
