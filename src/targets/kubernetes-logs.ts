import { exitCodes, UserError } from '../errors.ts'
import { askCluster } from '../facts/cluster-connection.ts'
import {
  type ClusterLine,
  comparable,
  type LogSource,
  mergeLines,
  ownerOf,
  parseLine,
  podsNamed,
  sourcesOf,
} from '../kubernetes/log-lines.ts'
import { type KubernetesObject, objectsOf } from '../kubernetes/object.ts'
import type { Host } from '../run/host.ts'
import { type Cluster, containerLogs, getList } from '../tools/kubectl.ts'
import type { LogRequest } from './target.ts'

const readTimeoutMs = 60_000
const lookEveryMs = 1500

/**
 * What the pods wrote: the last lines in order of time, of containers that were started again those from before too. With
 * `follow` what comes then, from pods that come and containers that are started again as well, until the interrupt.
 */
export async function clusterLogs(
  host: Host,
  cluster: Cluster,
  app: string,
  request: LogRequest,
): Promise<ClusterLine[]> {
  const sources = sourcesOf(await findPods(host, cluster, app, request.replica))
  const lists = await Promise.all(sources.map(source => readOnce(host, cluster, source, request)))
  const lines = mergeLines(lists)
  for (const line of lines) request.show(line.pod, line.line)
  if (request.follow) await follow(host, cluster, app, request, lines)
  return lines
}

async function listPods(host: Host, cluster: Cluster): Promise<KubernetesObject[]> {
  return objectsOf(await askCluster(host, cluster, getList(cluster, ['pods'])))
}

async function findPods(
  host: Host,
  cluster: Cluster,
  app: string,
  wanted: string | undefined,
): Promise<KubernetesObject[]> {
  const pods = await listPods(host, cluster)
  const found = podsNamed(pods, app, wanted)
  if (found.length > 0) return found
  const names = [...new Set(pods.map(ownerOf))].filter(Boolean)
  throw new UserError(
    wanted === undefined ? 'there are no logs: no pod runs' : `no pod is called ${wanted}`,
    {
      code: 'logs.missing',
      hint: pods.length === 0 ? 'rtdeploy up' : `rtdeploy logs [${names.join('|')}]`,
      exitCode: pods.length === 0 ? exitCodes.missing : exitCodes.usage,
    },
  )
}

async function readOnce(
  host: Host,
  cluster: Cluster,
  source: LogSource,
  { tail, since }: LogRequest,
): Promise<ClusterLine[]> {
  const read = async (previous: boolean) => {
    const options = { tail, previous, ...(since === undefined ? {} : { since }) }
    const ran = await host.run(containerLogs(cluster, source, options), {
      timeoutMs: readTimeoutMs,
      signal: host.interrupted,
    })
    host.interrupted.throwIfAborted()
    const text = ran.exitCode === 0 ? ran.stdout.replace(/\n$/, '') : ''
    return text === '' ? [] : text.split('\n').map(line => parseLine(source.pod, line))
  }
  const before = source.restarts > 0 ? await read(true) : []
  const lines = [...before, ...(await read(false))]
  return tail === 0 ? [] : lines.slice(-tail)
}

async function follow(
  host: Host,
  cluster: Cluster,
  app: string,
  request: LogRequest,
  shown: readonly ClusterLine[],
): Promise<void> {
  const last = new Map<string, string>()
  for (const { pod, time } of shown) if (time !== '') last.set(pod, time)
  const began = new Date(host.now()).toISOString()
  const known = new Set((await listPods(host, cluster)).map(pod => pod.metadata.name))
  const followed = new Map<string, Promise<void>>()
  const open = (source: LogSource) => {
    // A pod that came later is shown from its beginning, one that was there from where we are.
    const sinceTime = last.get(source.pod) ?? (known.has(source.pod) ? began : undefined)
    const options = { follow: true, ...(sinceTime === undefined ? {} : { sinceTime }) }
    const onLine = (text: string) => {
      const line = parseLine(source.pod, text)
      // `--since-time` counts whole seconds: what was shown already comes once more.
      if (line.time === '' || comparable(line.time) <= comparable(last.get(source.pod) ?? '')) return
      last.set(source.pod, line.time)
      request.show(line.pod, line.line)
    }
    return host
      .run(containerLogs(cluster, source, options), { signal: host.interrupted, onLine })
      .then(() => undefined)
  }
  while (!host.interrupted.aborted) {
    const pods = podsNamed(await listPods(host, cluster).catch(() => []), app, request.replica)
    for (const source of sourcesOf(pods)) {
      if (followed.has(source.id)) continue
      const ended = open(source)
      followed.set(source.id, ended)
    }
    await host.sleep(lookEveryMs, host.interrupted).catch(() => undefined)
  }
  await Promise.allSettled(followed.values())
}
