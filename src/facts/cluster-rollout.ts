import type { Finding } from '../kubernetes/finding.ts'
import { objectsOf } from '../kubernetes/object.ts'
import { type Snapshot, snapshotKinds } from '../kubernetes/snapshot.ts'
import type { Host } from '../run/host.ts'
import { type Cluster, getList, kubectl } from '../tools/kubectl.ts'
import { askCluster } from './cluster-connection.ts'

/** The namespace as it is now. */
export async function readSnapshot(host: Host, cluster: Cluster): Promise<Snapshot> {
  // One process of kubectl a look: while a rollout takes its time there is one each second.
  const found = objectsOf(await askCluster(host, cluster, getList(cluster, [`${snapshotKinds},events`])))
  return {
    objects: found.filter(object => object.kind !== 'Event'),
    events: found.filter(object => object.kind === 'Event'),
  }
}

const lastLines = 12
/** Of a line: an app that logs JSON puts whole stacks into one. */
const longest = 240

/** The last words of a container, long lines cut; empty when there are none any more. */
export async function readLastWords(
  host: Host,
  cluster: Cluster,
  { pod, container, previous }: NonNullable<Finding['logs']>,
): Promise<readonly string[]> {
  const read = async (before: boolean) => {
    const args = [
      'logs',
      pod,
      '--container',
      container,
      '--tail',
      String(lastLines),
      ...(before ? ['--previous'] : []),
    ]
    const ran = await host.run(kubectl(cluster, args), { timeoutMs: 30_000, signal: host.interrupted })
    // The kubelet keeps one container that ended; of an older one it says this, as if it were the log.
    return ran.exitCode === 0 && !ran.stdout.startsWith('unable to retrieve container logs')
      ? ran.stdout.trimEnd()
      : ''
  }
  const text = (await read(previous)) || (await read(!previous)) || (await read(previous))
  return text === ''
    ? []
    : text.split('\n').map(line => (line.length > longest ? `${line.slice(0, longest)}…` : line))
}
