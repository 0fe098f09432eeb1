import { createHash } from 'node:crypto'
import { UserError } from '../errors.ts'
import { askCluster, connect } from '../facts/cluster-connection.ts'
import { readRecords } from '../facts/cluster-records.ts'
import { parseInventory } from '../kubernetes/inventory.ts'
import { type KubernetesObject, objectsOf } from '../kubernetes/object.ts'
import type { Host } from '../run/host.ts'
import type { AppObjects } from '../tools/google-balancer.ts'
import { type Cluster, getList } from '../tools/kubectl.ts'
import type { GkeSession } from './gke-session.ts'

/** What tells things of our cluster, and of our app in it, from those of others; kept for the time when both are gone. */
interface Mark {
  /** Of the control plane: a cluster that is made anew has another one. */
  readonly endpoint: string
  /** Of `kube-system`, which controllers write on what they make in Google Cloud. Undefined: we may not read it. */
  readonly uid?: string
  /** In a cluster of others. */
  readonly app?: AppObjects
}

async function readMark({ host, paths }: GkeSession): Promise<Mark | undefined> {
  const text = await host.readFile(paths.marks)
  return text === undefined ? undefined : (JSON.parse(text) as Mark)
}

const writeMark = ({ host, paths }: GkeSession, mark: Mark): Promise<void> =>
  host.writeFile(paths.marks, `${JSON.stringify(mark)}\n`, { mode: 0o600 })

function open(session: GkeSession, namespace: string): Promise<Cluster> {
  const { host, project, names, paths, config } = session
  const token = async () => (await session.login()).token
  const where = { context: names.context, namespace, environment: config.environment?.name }
  return connect(host, project, where, { kubeconfig: paths.kubeconfig, token })
}

/** Notes what the cluster's controllers write; who has rights in one namespace only may not know it. */
export async function noteMark(session: GkeSession, endpoint: string): Promise<void> {
  if (session.names.given === undefined) return
  const known = await readMark(session)
  const same = known?.endpoint === endpoint
  // Who may not read it is asked again only when much depends on it.
  if (same && (known.uid !== undefined || session.verb !== 'down')) return
  const uid = await readUid(session)
  if (same && uid === undefined) return
  await writeMark(session, { ...(same ? known : { endpoint }), ...(uid === undefined ? {} : { uid }) })
}

function nothingSeen(problem: unknown): readonly unknown[] {
  if (problem instanceof UserError && problem.code === 'cluster.forbidden') return []
  throw problem
}

/** A cluster of ours goes with all that others have in it, which has to be seen first. */
const hasToKnow = ({ verb, names }: GkeSession): boolean => verb === 'down' && names.given === 'network'

async function readUid(session: GkeSession): Promise<string | undefined> {
  const cluster = await open(session, 'kube-system')
  const query = getList(cluster, ['namespaces', 'kube-system'])
  const asked = askCluster(session.host, cluster, query)
  const found = await (hasToKnow(session) ? asked : asked.catch(nothingSeen))
  const uid = objectsOf(found)[0]?.metadata?.uid
  return typeof uid === 'string' ? uid : undefined
}

/**
 * What is written on things of our cluster; undefined when no other cluster is on its network. Without a note of it nothing
 * there is known to be ours. Descriptions hold the uid of kube-system; names of groups, eight characters of its digest.
 */
export async function clusterMarks(session: GkeSession): Promise<readonly string[] | undefined> {
  if (session.names.given === undefined) return undefined
  const uid = (await readMark(session))?.uid
  if (uid === undefined) return []
  return [uid, createHash('sha256').update(uid).digest('hex').slice(0, 8)]
}

/** Whether we were in the cluster and may not know what is written on its things. */
export async function isUnmarked(session: GkeSession): Promise<boolean> {
  if (session.names.given === undefined) return false
  const mark = await readMark(session)
  return mark !== undefined && mark.uid === undefined
}

/** Before the app is taken out of a cluster of others: what of its namespace is ours, and not of somebody beside it. */
export async function noteApp(session: GkeSession): Promise<void> {
  const { host, names, gke, config } = session
  const known = await readMark(session)
  if (names.given !== 'cluster' || known === undefined) return
  const cluster = await open(session, gke.namespace ?? config.name)
  const records = await readRecords(host, cluster, config.name)
  if (records.inventory === undefined && known.app === undefined) return
  const { objects } = parseInventory(records.inventory)
  const live = known.app === undefined ? [] : await readNow(session.host, cluster)
  const stays = (object: KubernetesObject) => object.metadata.deletionTimestamp === undefined
  const of = (kind: string, before: readonly string[] = []) => {
    const now = objects.filter(object => object.kind === kind).map(({ name }) => name)
    // What we took out once and is there now was made by others since.
    const theirs = live?.filter(object => object.kind === kind && stays(object)) ?? []
    const taken = theirs.map(object => object.metadata.name)
    const kept = live === undefined ? [] : before.filter(name => !taken.includes(name))
    return [...new Set([...now, ...kept])].sort()
  }
  const app = {
    services: of('Service', known.app?.services),
    claims: of('PersistentVolumeClaim', known.app?.claims),
  }
  if (JSON.stringify(app) !== JSON.stringify(known.app)) await writeMark(session, { ...known, app })
}

/** Undefined when we may not see it. */
async function readNow(host: Host, cluster: Cluster): Promise<readonly KubernetesObject[] | undefined> {
  const query = getList(cluster, ['services,persistentvolumeclaims'])
  return askCluster(host, cluster, query).then(objectsOf, (problem: unknown) => {
    nothingSeen(problem)
    return undefined
  })
}

/** What of a namespace in a cluster of others is the app's: nothing, where nobody noted it. Undefined when all of it is. */
export async function appObjects(session: GkeSession): Promise<AppObjects | undefined> {
  if (session.names.given !== 'cluster') return undefined
  return (await readMark(session))?.app ?? { services: [], claims: [] }
}
