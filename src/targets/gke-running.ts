import { connect, type OwnCluster } from '../facts/cluster-connection.ts'
import { readBackendServices, readBalancerObjects } from '../facts/gke-balancer.ts'
import { readWayIn } from '../facts/gke-way-in.ts'
import { judgeBackends } from '../kubernetes/google-backends.ts'
import { judgeWayIn, recordsOf } from '../kubernetes/google-way-in.ts'
import type { Plan, Step } from '../plan/plan.ts'
import { consoleLinks, renderLinks } from '../report/gke-status.ts'
import type { Check } from '../report/report.ts'
import { clusterMarks } from './gke-marks.ts'
import { connectOwn } from './gke-own.ts'
import type { GkeSession } from './gke-session.ts'
import type { Running, Target } from './target.ts'

/** What the load balancer really does, beside what the manifests ask for. */
export async function verifySettings(session: GkeSession, own: OwnCluster): Promise<Check[]> {
  const { host, config, gke, names, project } = session
  if (!(await connectOwn(session))) return []
  const namespace = gke.namespace ?? config.name
  const cluster = await connect(
    host,
    project,
    { context: names.context, namespace, environment: config.environment?.name },
    own,
  )
  const service = { namespace, name: config.name, network: names.network, marks: await clusterMarks(session) }
  const [services, objects] = await Promise.all([
    readBackendServices(host, await session.login(), names.project, service),
    readBalancerObjects(host, cluster),
  ])
  return judgeBackends(services, objects, config.name, config.loadBalancer)
}

/** The cluster's own account, with the pages of Google's console. */
export async function gkeStatus(session: GkeSession, inner: Target): Promise<Running | undefined> {
  const { config, gke, names } = session
  if (!(await connectOwn(session))) return undefined
  const found = await (inner.status ?? inner.running)()
  if (found === undefined) return undefined
  const way = await readWayIn(session.host, await session.login(), gke, names)
  const checks = way === undefined ? [] : judgeWayIn(way)
  const records = way === undefined ? [] : recordsOf(way)
  const lines = [
    ...checks.map(
      check => `${check.title}: ${check.found}${check.hint === undefined ? '' : `; ${check.hint}`}`,
    ),
    ...(records.length === 0 ? [] : ['records of the host:', ...records.map(line => `  ${line}`)]),
  ]
  const console = consoleLinks(names, config.name, gke.namespace ?? config.name)
  return {
    ...found,
    checks: [...found.checks, ...checks],
    text: `${found.text}\n${lines.map(line => `${line}\n`).join('')}${renderLinks(console)}`,
    details: { ...(found.details as object), console, records },
  }
}

/** Why people cannot come in by the host's name yet, and what to enter into DNS; undefined when they can, or nobody knows. */
async function pending({ host, login, gke, names }: GkeSession): Promise<string | undefined> {
  if (gke.host === undefined) return undefined
  const way = await readWayIn(host, await login(), gke, names)
  if (way === undefined) return undefined
  const late = judgeWayIn(way).filter(check => check.status !== 'pass')
  if (late.length === 0) return undefined
  return `${late.map(check => `${check.title}: ${check.found}`).join('; ')}. Enter ${recordsOf(way).join(' and ')}; then rtdeploy verify`
}

/**
 * Without its DNS record the host leads nowhere, and the first `up` is what makes the address for it: waiting for an answer
 * would be waiting for the person.
 */
export async function withoutDns(session: GkeSession, plan: Plan): Promise<Plan> {
  const at = plan.steps.findIndex(step => step.id === 'entry.answers' && step.skip === undefined)
  const wait = plan.steps[at]
  if (wait === undefined) return plan
  const why = await pending(session)
  if (why === undefined) return plan
  const step: Step = { ...wait, title: `https://${session.gke.host}`, skip: why }
  return { ...plan, steps: plan.steps.with(at, step) }
}

/** What runs; for `up` without a way in as long as the host's name does not lead here. */
export async function gkeRunning(session: GkeSession, inner: Target): Promise<Running | undefined> {
  if (!(await connectOwn(session))) return undefined
  const found = await inner.running()
  if (found === undefined || session.verb !== 'up' || (await pending(session)) === undefined) return found
  return { ...found, url: undefined }
}
