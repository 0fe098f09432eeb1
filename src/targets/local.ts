import type { Config } from '../config/config.ts'
import { exitCodes, UserError } from '../errors.ts'
import { readBackendFacts } from '../facts/backends.ts'
import { type LocalFacts, readBuildFacts, readLocalFacts } from '../facts/local.ts'
import { type BackendName, chooseRung } from '../local/backends/choose.ts'
import { untilUrlAnswers } from '../local/backends/reach.ts'
import { portTaken } from '../local/port-taken.ts'
import type { BackendSpec, SupervisorSpec } from '../local/state.ts'
import { localSpec, planDown, planRelease } from '../plan/local.ts'
import { planProvision } from '../plan/local-provision.ts'
import { renderLocalStatus, statusChecks } from '../report/local-status.ts'
import type { Verb } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import type { Running, Runtime, Target } from './target.ts'

export interface LocalTargetOptions {
  readonly verb: Verb
  readonly project: string
  readonly config: Config
  readonly dev: boolean
  readonly download: boolean
  readonly requireReal: boolean
}

/** Replicas, load balancer and backends as processes of this machine. */
export function localTarget(host: Host, options: LocalTargetOptions): Target {
  const { verb, config, project } = options
  const facts = () => readLocalFacts(host, project)
  let rebuilt: boolean | undefined
  return {
    name: 'local',
    stages: [
      {
        name: 'provision',
        plan: async () => {
          const found = await facts()
          const plan = planProvision(
            verb,
            config,
            project,
            await readBuildFacts(host, project, config),
            found,
          )
          const build = plan.steps.find(step => step.id === 'app.build')
          rebuilt = build === undefined ? undefined : build.skip === undefined
          return plan
        },
      },
      {
        name: 'release',
        plan: async () => {
          const found = await facts()
          const backends = await chooseBackends(host, options, found)
          const { sources } = await readBuildFacts(host, project, config)
          const spec = localSpec({ config, facts: found, project, backends, dev: options.dev, sources })
          await refuseMissingPrograms(host, spec)
          await refuseTakenPort(host, found, spec.port, verb)
          const { nodePath, packageRoot } = host
          const plan = planRelease({ verb, facts: found, spec, nodePath, packageRoot, rebuilt })
          if (plan.steps.some(step => step.id === 'supervisor.stop')) await refuseDeadUrls(host, backends)
          return plan
        },
      },
    ],
    ...localRuntime(host, project),
  }
}

/** What runs for a project's folder. */
export function localRuntime(host: Host, project: string): Runtime {
  const facts = () => readLocalFacts(host, project)
  return {
    planDown: async () => planDown(await facts()),
    running: async () => runningLocal(await facts(), host.now()),
  }
}

async function chooseBackends(
  host: Host,
  options: LocalTargetOptions,
  facts: LocalFacts,
): Promise<Record<string, BackendSpec>> {
  const names: readonly BackendName[] = ['redis', 'mongo']
  const chosen = await Promise.all(
    names.map(async name => {
      const wanted = options.config.backends[name]
      if (wanted === 'off') return []
      const { nodePath, packageRoot } = host
      const spec = chooseRung({
        name,
        wanted,
        facts: await readBackendFacts(host, name, wanted === 'docker'),
        nodePath,
        packageRoot,
        run: facts.run,
        database: options.config.name,
        download: options.download,
        requireReal: options.requireReal,
        downloads: `${facts.paths.root}/download`,
      })
      return [[name, spec] as const]
    }),
  )
  return Object.fromEntries(chosen.flat())
}

/** Said at once, and before what runs is touched. A path may be made by the build; it is looked at when it runs. */
async function refuseMissingPrograms(host: Host, spec: SupervisorSpec): Promise<void> {
  const lines = { 'app.start': spec.start, 'dev.build': spec.dev?.build, 'dev.client': spec.dev?.client }
  for (const [key, line] of Object.entries(lines)) {
    const program = line?.[0]
    if (program === undefined || program.includes('/') || (await host.which(program)) !== undefined) continue
    throw new UserError(`${program} is not on PATH`, {
      code: 'program.missing',
      hint: `install ${program}, or correct ${key} in rtdeploy.yaml`,
      exitCode: exitCodes.missing,
    })
  }
}

/** Before what works is ended for something that cannot. */
async function refuseDeadUrls(host: Host, backends: Readonly<Record<string, BackendSpec>>): Promise<void> {
  const yours = Object.entries(backends).filter(([, spec]) => spec.rung === 'url')
  await Promise.all(yours.map(([name, spec]) => untilUrlAnswers(host, name, spec, host.interrupted)))
}

async function refuseTakenPort(host: Host, facts: LocalFacts, port: number, verb: Verb): Promise<void> {
  const ours = facts.live?.frontDoor?.url.endsWith(`:${port}`) === true
  if (port === 0 || ours) return
  if (!(await host.portIsFree(port))) throw portTaken(port, await host.holderOf(port), verb)
}

/** What a live supervisor tells; undefined when none runs. Throws when there is one that cannot tell. */
function runningLocal(facts: LocalFacts, now: number): Running | undefined {
  const { live } = facts
  if (live === undefined && facts.alive) {
    throw new UserError(
      `the supervisor of this project (process ${facts.state?.supervisor.pid}) does not answer`,
      {
        code: 'local.silent',
        hint: 'rtdeploy logs supervisor; `rtdeploy up` ends it and starts anew',
        exitCode: exitCodes.checkFailed,
      },
    )
  }
  if (live === undefined && facts.orphans.length > 0) {
    throw new UserError(
      facts.orphans.length === 1
        ? 'a process of this project runs, and nobody looks after it'
        : `${facts.orphans.length} processes of this project run, and nobody looks after them`,
      {
        code: 'local.orphaned',
        hint: 'rtdeploy up starts anew; rtdeploy down ends them',
        details: facts.orphans.map(({ pid, command }) => `process ${pid}: ${command}`),
        exitCode: exitCodes.checkFailed,
      },
    )
  }
  if (live === undefined) return undefined
  if (live.frontDoor === undefined) {
    throw new UserError('this project is being started, its front door is not open yet', {
      code: 'local.starting',
      hint: 'rtdeploy status, in a moment; rtdeploy logs supervisor',
      exitCode: exitCodes.checkFailed,
    })
  }
  const { spec, url, clientUrl } = live.state
  return {
    url,
    ...(clientUrl === undefined ? {} : { clientUrl }),
    replicas: spec.replicas,
    affinity: live.frontDoor.settings.affinity,
    balancer: live.frontDoor.settings,
    release: JSON.stringify([live.state.supervisor, live.frontDoor.settings, spec.sources]),
    backends: Object.fromEntries(
      Object.entries(spec.backends).map(([name, { rung, label }]) => [name, { rung, label }]),
    ),
    checks: statusChecks(live),
    details: {
      running: true,
      url,
      since: live.state.since,
      frontDoor: live.frontDoor,
      children: live.state.children,
    },
    text: renderLocalStatus(live, now),
  }
}
