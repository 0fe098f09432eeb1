import type { Config } from '../config/config.ts'
import type { BuildFacts, LocalFacts } from '../facts/local.ts'
import type { Verb } from '../report/report.ts'
import type { Plan, Step } from './plan.ts'

/** SIGTERM to SIGKILL for what a dead supervisor left behind. */
const orphanGraceMs = 3000

/** Ends what a killed run left behind: processes by their mark, containers by their label. Pure. */
export function sweepSteps(facts: LocalFacts): Step[] {
  const orphans = facts.orphans.map(
    (orphan): Step => ({
      id: `orphan.end.${orphan.pid}`,
      title: `end what a killed run left behind (process ${orphan.pid})`,
      action: {
        kind: 'end',
        process: { pid: orphan.pid, startedAt: orphan.startedAt },
        graceMs: orphanGraceMs,
      },
    }),
  )
  const { containers } = facts
  if (containers === undefined || containers.ids?.length === 0 || facts.live !== undefined) return orphans
  const command = {
    program: containers.program,
    args: ['rm', '--force', ...(containers.ids ?? containers.names)],
  }
  return [
    ...orphans,
    {
      id: 'containers.remove',
      title: 'remove what a killed run left in Docker',
      action: { kind: 'run', command },
    },
  ]
}

/** Dependencies and build, as far as they are out of date. Pure. */
export function planProvision(
  verb: Verb,
  config: Config,
  project: string,
  build: BuildFacts,
  facts: LocalFacts,
): Plan {
  const steps: Step[] = [...sweepSteps(facts)]
  const env = { RTDEPLOY_RUN: facts.run }
  const line = ([program = '', ...args]: readonly string[]) => ({ program, args, cwd: project, env })
  steps.push({
    id: 'dependencies.install',
    title: 'install dependencies',
    action: { kind: 'run', command: line(config.app.install) },
    ...(build.installed ? { skip: 'up to date' } : {}),
  })
  if (config.app.build !== undefined) {
    const fresh = build.installed && build.built === build.sources
    const contents = `${JSON.stringify({ sources: build.sources })}\n`
    const skip = fresh ? { skip: 'up to date' } : {}
    steps.push({
      id: 'app.build',
      title: 'build the app',
      action: { kind: 'run', command: line(config.app.build) },
      ...skip,
    })
    if (!fresh)
      steps.push({
        id: 'app.built',
        quiet: true,
        title: 'note what was built',
        action: { kind: 'write', path: facts.paths.build, contents },
      })
  }
  return { verb, stage: 'provision', steps }
}
