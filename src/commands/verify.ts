import type { Config } from '../config/config.ts'
import { configPath, readConfig } from '../config/read.ts'
import { exitCodes, UserError } from '../errors.ts'
import type { Emit } from '../report/events.ts'
import { outcomeOf, type Report } from '../report/report.ts'
import { explanation } from '../report/rules.ts'
import type { Host } from '../run/host.ts'
import type { Running, Runtime } from '../targets/target.ts'
import { type VerifyOptions, type VerifyProgress, verifyDefaults } from '../verify/options.ts'
import { checkTitles } from '../verify/titles.ts'
import { verify } from '../verify/verify.ts'
import { type DisruptFlags, disrupt } from './disrupt.ts'
import { openRuntime } from './project.ts'
import { fromFlags, usage, type VerifyFlags } from './verify-flags.ts'
import { pagePath, writePage } from './verify-page.ts'

interface VerifyCommandFlags extends VerifyFlags, DisruptFlags {
  readonly inCluster?: boolean
}

/** Measures the running target, or any Socket.IO v4 server that is named. */
export async function verifyCommand(host: Host, flags: VerifyCommandFlags, emit: Emit): Promise<Report> {
  const began = host.now()
  const page = flags.html === undefined ? undefined : await pagePath(host, flags.html)
  const measured = await (flags.url === undefined
    ? verifyProject(host, flags, emit).catch(withoutProject)
    : verifyUrl(host, flags.url, flags, emit)
  ).catch(error => {
    if (page !== undefined) emit({ type: 'note', text: `nothing was measured: ${page} was not written` })
    throw error
  })
  const { checks, observations, backends } = measured
  const report: Report = {
    schemaVersion: 1,
    verb: 'verify',
    outcome: outcomeOf([], checks),
    steps: [],
    checks,
    ...(backends === undefined ? {} : { backends }),
    result: { observations },
    next: [...explanation(checks), ...measured.next],
    tookMs: host.now() - began,
  }
  if (page !== undefined) {
    await writePage(host, page, report, observations, flags.env)
    emit({ type: 'note', text: `wrote ${page}` })
  }
  return report
}

/** Who stands outside every project may have come for a server that is already somewhere. */
function withoutProject(error: unknown): never {
  if (!(error instanceof UserError) || error.code !== 'config.missing') throw error
  const hint = `${error.hint}; any Socket.IO server elsewhere: rtdeploy verify https://your-server`
  throw new UserError(error.message, { ...error, hint })
}

async function verifyProject(host: Host, flags: VerifyCommandFlags, emit: Emit) {
  const { folder, runtime } = await openRuntime(host, 'verify', flags)
  const running = await runtime.running()
  if (running === undefined) {
    throw new UserError('nothing is running here', {
      code: 'target.not-running',
      hint: 'rtdeploy up',
      exitCode: exitCodes.missing,
    })
  }
  const standIns = Object.entries(running.backends).filter(([, use]) => use.rung === 'embedded')
  if (flags.requireReal && standIns.length > 0) {
    throw new UserError(
      `${standIns.map(([name]) => name).join(' and ')} would be embedded stand-ins, which --require-real refuses`,
      {
        code: 'backend.stand-in',
        hint: 'rtdeploy up --require-real says what to install',
        exitCode: exitCodes.missing,
      },
    )
  }
  const config = await readConfig(host, folder, flags.env)
  const measured = await verifyRunning(host, running, config, flags, emit).catch(error =>
    withSettings(runtime, error),
  )
  const disrupted =
    flags.disrupt === undefined
      ? []
      : await disrupt(host, runtime, running, config, optionsFor(running, config, flags), flags, emit)
  const settings = (await runtime.verifySettings?.()) ?? []
  for (const check of settings) emit({ type: 'check-done', check })
  const inside = flags.inCluster ? await verifyInside(runtime, running, config, flags, emit) : []
  const checks = [...measured.checks, ...settings, ...inside, ...disrupted]
  return { ...measured, checks, backends: running.backends, next: ['rtdeploy status', 'rtdeploy down'] }
}

/** Where a load balancer has nobody to send to, its settings say why more often than the replicas do. */
async function withSettings(runtime: Runtime, error: unknown): Promise<never> {
  if (!(error instanceof UserError) || error.code !== 'target.unhealthy') throw error
  const settings = (await runtime.verifySettings?.().catch(() => [])) ?? []
  const whys = settings.flatMap(({ title, why }) => (why === undefined ? [] : [`${title}: ${why}`]))
  throw new UserError(error.message, { ...error, details: [...error.details, ...whys] })
}

/** Measures a running target by what rtdeploy.yaml says of the app. */
export async function verifyRunning(
  host: Host,
  running: Running,
  config: Config,
  flags: VerifyFlags,
  emit: Emit,
) {
  return measure(host, optionsFor(running, config, flags), emit)
}

const insidePods = 3

/** The same from inside the cluster: with several addresses, and past the balancer where that cannot be reached. */
async function verifyInside(
  runtime: Runtime,
  running: Running,
  config: Config,
  flags: VerifyFlags,
  emit: Emit,
) {
  if (runtime.verifyInside === undefined) {
    throw usage('--in-cluster needs a cluster', 'rtdeploy verify --in-cluster --target kubernetes')
  }
  emit({ type: 'step-started', id: 'in-cluster', title: 'From inside the cluster' })
  const checks = await runtime.verifyInside({
    pods: insidePods,
    options: optionsFor(running, config, flags),
    tell: text => emit({ type: 'step-progress', id: 'in-cluster', text }),
  })
  for (const check of checks) emit({ type: 'check-done', check })
  return checks
}

function optionsFor(running: Running, config: Config, flags: VerifyFlags): VerifyOptions {
  if (running.url === undefined) {
    throw new UserError('there is no way in from outside', {
      code: 'target.no-entry',
      hint: 'add a Gateway, an Ingress or a load balancer, or name an address: rtdeploy verify http://...',
      exitCode: exitCodes.missing,
    })
  }
  // A run that was told `--affinity none` is measured by what the app needs, not by what it was told.
  const affinityWanted = running.affinity === 'none' ? config.loadBalancer.affinity : running.affinity
  const written = config.loadBalancer
  const { balancer } = running
  const expected = {
    expectedReplicas: running.replicas,
    affinityWanted,
    ...(balancer === undefined
      ? {}
      : {
          balancer: {
            kind: balancer.kind,
            timeoutSec: balancer.timeout,
            byFlag: balancer.kind !== written.kind || balancer.timeout !== written.timeout,
          },
        }),
  }
  return {
    ...verifyDefaults,
    ...ofConfig(config),
    ...expected,
    ...fromFlags(flags, config.verify.fanOut),
    url: running.url,
  }
}

/** What rtdeploy.yaml says of the app, wherever it runs. */
function ofConfig(config: Config): Partial<VerifyOptions> {
  const { identity, auth, namespace, fanOut } = config.verify
  const optional = { ...(auth && { auth }), ...(fanOut && { fanOut }) }
  return { socketPath: config.app.socketPath, identity, namespace, inProject: true, ...optional }
}

async function verifyUrl(host: Host, url: string, flags: VerifyFlags, emit: Emit) {
  // In a project's folder the address is taken for this app somewhere else; anywhere else for some server.
  const inProject = (await host.kindOf(configPath(host.cwd))) === 'file'
  const told: Partial<VerifyOptions> = inProject ? ofConfig(await readConfig(host, host.cwd, flags.env)) : {}
  if (inProject) emit({ type: 'note', text: 'with `verify:` of the rtdeploy.yaml in this folder' })
  const measured = await measure(
    host,
    { ...verifyDefaults, ...told, ...fromFlags(flags, told.fanOut), url },
    emit,
  )
  return { ...measured, backends: undefined, next: [`rtdeploy verify ${url} --html report.html`] }
}

async function measure(host: Host, options: VerifyOptions, emit: Emit) {
  const onProgress = ({ check, done, of }: VerifyProgress) =>
    emit({ type: 'check-progress', title: checkTitles[check], done, of })
  const measured = await verify(options, { onProgress }, host.interrupted)
  for (const check of measured.checks) emit({ type: 'check-done', check })
  return measured
}
