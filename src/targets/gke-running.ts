import { connect, type OwnCluster } from '../facts/cluster-connection.ts'
import { readBackendServices, readBalancerObjects } from '../facts/gke-balancer.ts'
import { judgeBackends } from '../kubernetes/google-backends.ts'
import { consoleLinks, renderLinks } from '../report/gke-status.ts'
import type { Check } from '../report/report.ts'
import { connectOwn } from './gke-own.ts'
import type { GkeSession } from './gke-session.ts'
import type { Running, Target } from './target.ts'

/** What the load balancer really does, beside what the manifests ask for. */
export async function verifySettings(session: GkeSession, own: OwnCluster): Promise<Check[]> {
  const { host, config, gke, names, project } = session
  if (!(await connectOwn(session))) return []
  const namespace = gke.namespace ?? config.name
  const cluster = await connect(host, project, { context: names.context, namespace }, own)
  const [services, objects] = await Promise.all([
    readBackendServices(host, await session.login(), names.project, { namespace, name: config.name }),
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
  const console = consoleLinks(names, config.name, gke.namespace ?? config.name)
  return {
    ...found,
    text: `${found.text}\n${renderLinks(console)}`,
    details: { ...(found.details as object), console },
  }
}
