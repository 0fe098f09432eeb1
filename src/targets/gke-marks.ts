import { createHash } from 'node:crypto'
import { askCluster, connect } from '../facts/cluster-connection.ts'
import { objectsOf } from '../kubernetes/object.ts'
import { getList } from '../tools/kubectl.ts'
import type { GkeSession } from './gke-session.ts'

/** The uid of `kube-system`, which the controllers of a cluster write on what they make in Google Cloud. */
interface Mark {
  /** Of the control plane: a cluster that is made anew has another one. */
  readonly endpoint: string
  readonly uid: string
}

const markOf = (text: string | undefined): Mark | undefined =>
  text === undefined ? undefined : (JSON.parse(text) as Mark)

/** Kept for the time when the cluster is gone, and what it left is to be told from what others have on the same network. */
export async function noteMark(session: GkeSession, endpoint: string): Promise<void> {
  const { host, project, names, paths } = session
  if (names.given === undefined || markOf(await host.readFile(paths.marks))?.endpoint === endpoint) return
  const token = async () => (await session.login()).token
  const where = {
    context: names.context,
    namespace: 'kube-system',
    environment: session.config.environment?.name,
  }
  const cluster = await connect(host, project, where, { kubeconfig: paths.kubeconfig, token })
  const [space] = objectsOf(await askCluster(host, cluster, getList(cluster, ['namespaces', 'kube-system'])))
  const uid = space?.metadata?.uid
  if (typeof uid !== 'string') return
  await host.writeFile(paths.marks, `${JSON.stringify({ endpoint, uid } satisfies Mark)}\n`, { mode: 0o600 })
}

/**
 * What is written on things of our cluster; undefined when no other cluster is on its network. Without a note of it nothing
 * there is known to be ours. Descriptions hold the uid of kube-system; names of groups, eight characters of its digest.
 */
export async function clusterMarks({
  host,
  names,
  paths,
}: GkeSession): Promise<readonly string[] | undefined> {
  if (names.given === undefined) return undefined
  const mark = markOf(await host.readFile(paths.marks))
  if (mark === undefined) return []
  return [mark.uid, createHash('sha256').update(mark.uid).digest('hex').slice(0, 8)]
}
