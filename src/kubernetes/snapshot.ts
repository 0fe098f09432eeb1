import { isMapping, type KubernetesObject, listAt, type ObjectReference, textAt } from './object.ts'

/** What a namespace looks like at one moment: workloads, what they own, and what was said about it. */
export interface Snapshot {
  /** Deployments, StatefulSets, ReplicaSets, Pods, PersistentVolumeClaims. */
  readonly objects: readonly KubernetesObject[]
  readonly events: readonly KubernetesObject[]
}

export const snapshotKinds = 'deployments.apps,statefulsets.apps,replicasets.apps,pods,persistentvolumeclaims'

export const uidOf = (object: KubernetesObject): string => textAt(object, 'metadata', 'uid') ?? ''

export function workloadOf(
  snapshot: Snapshot,
  { kind, name }: ObjectReference,
): KubernetesObject | undefined {
  return snapshot.objects.find(object => object.kind === kind && object.metadata.name === name)
}

function ownedBy(snapshot: Snapshot, owner: KubernetesObject, kind: string): KubernetesObject[] {
  const uid = uidOf(owner)
  return snapshot.objects.filter(
    object =>
      object.kind === kind &&
      listAt(object, 'metadata', 'ownerReferences').some(reference => textAt(reference, 'uid') === uid),
  )
}

const revisionOf = (set: KubernetesObject) =>
  Number(set.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '0')

/** The newest of a Deployment's ReplicaSets; the StatefulSet itself: what makes a workload's new pods. */
export function newestOwner(snapshot: Snapshot, workload: KubernetesObject): KubernetesObject | undefined {
  if (workload.kind !== 'Deployment') return workload
  return ownedBy(snapshot, workload, 'ReplicaSet').sort((a, b) => revisionOf(b) - revisionOf(a))[0]
}

/** Pods of a workload, those of its newest template alone. Those on their way out do not count. */
export function newestPods(snapshot: Snapshot, workload: KubernetesObject): KubernetesObject[] {
  const owner = newestOwner(snapshot, workload)
  if (owner === undefined) return []
  return ownedBy(snapshot, owner, 'Pod').filter(pod => pod.metadata.deletionTimestamp === undefined)
}

export interface Said {
  readonly reason: string
  readonly message: string
  readonly type: string
  readonly count: number
  /** ISO 8601 of the last time. */
  readonly last: string
}

/** What was said about an object, the newest first. Events have had two shapes: both are read. */
export function eventsOf(snapshot: Snapshot, object: KubernetesObject): Said[] {
  const uid = uidOf(object)
  return snapshot.events
    .filter(event => (textAt(event, 'involvedObject', 'uid') ?? textAt(event, 'regarding', 'uid')) === uid)
    .map(saidOf)
    .sort((a, b) => (a.last < b.last ? 1 : -1))
}

export function saidOf(event: KubernetesObject): Said {
  const series = isMapping(event.series) ? event.series : {}
  return {
    reason: textAt(event, 'reason') ?? '',
    message: (textAt(event, 'message') ?? textAt(event, 'note') ?? '').trim(),
    type: textAt(event, 'type') ?? '',
    count: Number(event.count ?? series.count ?? 1),
    last:
      textAt(event, 'lastTimestamp') ??
      textAt(series, 'lastObservedTime') ??
      textAt(event, 'eventTime') ??
      textAt(event, 'metadata', 'creationTimestamp') ??
      '',
  }
}
