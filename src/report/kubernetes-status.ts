import type { ClusterStatus } from '../facts/cluster-status.ts'
import { certificateChecks } from '../kubernetes/certificates.ts'
import { entryChecks, shellOf, workloadChecks } from '../kubernetes/health.ts'
import { at, type KubernetesObject, listAt, numberAt, referenceOf, textAt } from '../kubernetes/object.ts'
import { newestPods, saidOf, workloadOf } from '../kubernetes/snapshot.ts'
import { isWorkload } from '../kubernetes/stamp.ts'
import { table } from './local-status.ts'
import { duration, marks } from './paint.ts'
import type { Check } from './report.ts'

/** A pod as `status` tells it. */
export interface PodRow {
  readonly name: string
  readonly workload: string
  readonly state: string
  readonly restarts: number
  readonly connections: number | undefined
  readonly node: string
  readonly zone: string
  /** ISO 8601. */
  readonly since: string
}

/** One check a workload, the way in, its backends, its certificates. Pure. */
export function clusterChecks({ live, cluster, certificates, now }: ClusterStatus): Check[] {
  return [
    ...workloadChecks(live.objects, cluster),
    ...entryChecks(live.entry, cluster),
    ...certificateChecks(live.objects, certificates, now),
  ]
}

/** Pods of all workloads, the app's first. Pure. */
export function podRows({ live, snapshot, nodes, connections, name }: ClusterStatus): PodRow[] {
  const zoneOf = (node: string) =>
    nodes?.find(one => one.metadata.name === node)?.metadata.labels?.['topology.kubernetes.io/zone'] ?? '-'
  const workloads = live.objects.filter(isWorkload).sort(a => (a.metadata.name === name ? -1 : 1))
  return workloads.flatMap(workload => {
    const owner = workloadOf(snapshot, referenceOf(workload))
    const pods = owner === undefined ? [] : newestPods(snapshot, owner)
    return pods.map((pod): PodRow => {
      const node = textAt(pod, 'spec', 'nodeName') ?? '-'
      const statuses = listAt(pod, 'status', 'containerStatuses')
      return {
        name: pod.metadata.name,
        workload: workload.metadata.name,
        state: stateOf(pod, statuses),
        restarts: statuses.reduce<number>((sum, status) => sum + (numberAt(status, 'restartCount') ?? 0), 0),
        connections: connections.get(pod.metadata.name),
        node,
        zone: zoneOf(node),
        since: textAt(pod, 'status', 'startTime') ?? textAt(pod, 'metadata', 'creationTimestamp') ?? '',
      }
    })
  })
}

function stateOf(pod: KubernetesObject, statuses: readonly unknown[]): string {
  const waiting = statuses.map(status => textAt(status, 'state', 'waiting', 'reason')).find(Boolean)
  if (waiting !== undefined) return waiting
  const ready = statuses.length > 0 && statuses.every(status => at(status, 'ready') === true)
  return ready ? 'ready' : (textAt(pod, 'status', 'phase') ?? 'unknown').toLowerCase()
}

const shownEvents = 8
/** The API server itself forgets them after an hour. */
const oldestMs = 3_600_000

/** Every app goes through these while its first pods start. */
const ordinary =
  /did not receive metrics for targeted pods|no metrics returned from resource metrics API|the object has been modified/

/** Warnings about what is there now, the newest first; what a pod went through before it was ready is over. Pure. */
function eventLines(status: ClusterStatus): string[] {
  const { snapshot, live, now } = status
  const ready = new Set(podRows(status).flatMap(row => (row.state === 'ready' ? [`Pod/${row.name}`] : [])))
  const known = new Set(
    [...snapshot.objects, ...live.objects].map(object => textAt(object, 'metadata', 'uid')),
  )
  return snapshot.events
    .filter(event => known.has(textAt(event, 'involvedObject', 'uid')))
    .map(event => ({
      ...saidOf(event),
      about: `${textAt(event, 'involvedObject', 'kind')}/${textAt(event, 'involvedObject', 'name')}`,
    }))
    .filter(
      said =>
        said.type === 'Warning' &&
        !ready.has(said.about) &&
        !ordinary.test(said.message) &&
        now - Date.parse(said.last) < oldestMs,
    )
    .sort((a, b) => (a.last < b.last ? 1 : -1))
    .slice(0, shownEvents)
    .map(({ reason, message, last, count, about }) => {
      const times = count > 1 ? ` (${count} times)` : ''
      return `  ${ago(last, now)}  ${about}  ${reason}: ${message.split('\n')[0]?.slice(0, 160)}${times}`
    })
}

const ago = (iso: string, now: number) => {
  const ms = now - Date.parse(iso)
  if (Number.isNaN(ms)) return '?'
  return ms < 3_600_000
    ? duration(Math.max(0, Math.round(ms / 1000) * 1000))
    : ms < 86_400_000
      ? `${Math.round(ms / 3_600_000)} h`
      : `${Math.round(ms / 86_400_000)} d`
}

/** What runs, for people: release, way in, replicas, events, history. Pure. */
export function renderClusterStatus(status: ClusterStatus, url: string | undefined): string {
  const { cluster, name, live, releases, now } = status
  const [latest] = releases
  const rows = podRows(status).map(row => [
    row.name,
    row.state,
    row.connections === undefined ? '-' : String(row.connections),
    String(row.restarts),
    row.node,
    row.zone,
    ago(row.since, now),
  ])
  const checks = clusterChecks(status)
  // The table above has the workloads that are well.
  const shown = checks.filter(
    check => check.status !== 'pass' || /^(?:entry\.backends|certificate)/.test(check.id),
  )
  const entry = live.entry === undefined ? 'none' : `${live.entry.kind}/${live.entry.metadata.name}`
  const events = eventLines(status)
  return [
    `${name} in namespace ${cluster.namespace} of ${cluster.context}`,
    '',
    ...(latest === undefined
      ? []
      : [
          `release  ${latest.revision} (${latest.state}) of ${latest.source}, ${ago(latest.when, now)} ago by ${latest.by}`,
          `image    ${latest.image}`,
        ]),
    `way in   ${url ?? 'no address'}  ${entry}`,
    `shell    ${shellOf(live.objects, cluster, name)}`,
    '',
    table([['replica', 'state', 'connections', 'restarts', 'node', 'zone', 'age'], ...rows]),
    '',
    ...(shown.length === 0
      ? []
      : [...shown.map(check => `${marks[check.status]} ${check.title}: ${check.found}`), '']),
    ...(events.length === 0 ? [] : ['events worth reading', ...events, '']),
    table([
      ['release', 'state', 'source', 'when', 'by', 'note'],
      ...releases.map(({ revision, state, source, when, by, note }) => [
        String(revision),
        state,
        source,
        `${ago(when, now)} ago`,
        by,
        note ?? '',
      ]),
    ]),
    '',
  ].join('\n')
}
