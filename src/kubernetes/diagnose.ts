import type { Needs } from './diagnose-containers.ts'
import { diagnosePod } from './diagnose-pods.ts'
import { failureOf } from './failures.ts'
import { type Finding, graces } from './finding.ts'
import { type KubernetesObject, listAt, nameOf, type ObjectReference, textAt } from './object.ts'
import { eventsOf, newestOwner, newestPods, type Snapshot, workloadOf } from './snapshot.ts'
import { rolloutState } from './workloads.ts'

/**
 * Everything that keeps workloads from coming up, the surest first. What a pod says counts more than what its owner
 * says, which is mostly that the pod is not there. Pure.
 */
export function diagnose(snapshot: Snapshot, workloads: readonly ObjectReference[]): Finding[] {
  const live = workloads.flatMap(workload => workloadOf(snapshot, workload) ?? [])
  const late = live.filter(workload => !rolloutState(workload).done)
  return late
    .flatMap(workload => {
      const others = live.filter(other => other !== workload && workload.kind === 'Deployment')
      const needs = needsOf(snapshot, others)
      const pods = newestPods(snapshot, workload).flatMap(pod => diagnosePod(snapshot, pod, needs))
      return [...pods, ...diagnoseOwner(snapshot, workload)]
    })
    .sort((a, b) => a.graceMs - b.graceMs)
}

/** An app needs the other workloads of its release, Redis and MongoDB above all. */
function needsOf(snapshot: Snapshot, others: readonly KubernetesObject[]): Needs {
  const coming = others.some(other => !rolloutState(other).done)
  const times = others
    .flatMap(other => newestPods(snapshot, other))
    .flatMap(pod => listAt(pod, 'status', 'conditions').filter(one => textAt(one, 'type') === 'Ready'))
    .flatMap(condition => textAt(condition, 'lastTransitionTime') ?? [])
    .sort()
  return { coming, since: times.at(-1) ?? '' }
}

/** Pods that cannot even be made: quotas, webhooks, Pod Security, service accounts. */
function diagnoseOwner(snapshot: Snapshot, workload: KubernetesObject): Finding[] {
  const conditions = listAt(workload, 'status', 'conditions')
  const of = (type: string, status: string) =>
    conditions.find(condition => textAt(condition, 'type') === type && textAt(condition, 'status') === status)
  const owner = newestOwner(snapshot, workload)
  const event =
    owner === undefined
      ? undefined
      : eventsOf(snapshot, owner).find(({ reason }) => reason === 'FailedCreate')
  const words =
    textAt(of('ReplicaFailure', 'True'), 'message') ??
    (workload.kind === 'Deployment' ? undefined : event?.message)
  if (words !== undefined) return [creationFinding(workload, words)]
  const deadline = of('Progressing', 'False')
  if (deadline === undefined || textAt(deadline, 'reason') !== 'ProgressDeadlineExceeded') return []
  return [
    {
      code: 'rollout.deadline',
      subject: nameOf({ kind: workload.kind, name: workload.metadata.name }),
      message: `${workload.metadata.name} does not come up within its progressDeadlineSeconds`,
      proof: [textAt(deadline, 'message') ?? ''],
      graceMs: graces.soon,
      show: ['describe', 'deployment', workload.metadata.name],
    },
  ]
}

const codes: Readonly<Record<string, string>> = {
  'cluster.quota': 'rollout.quota',
  'cluster.pod-security': 'rollout.pod-security',
  'cluster.webhook': 'rollout.webhook',
  'cluster.webhook-down': 'rollout.webhook-down',
}

function creationFinding(workload: KubernetesObject, words: string): Finding {
  const known = failureOf(words, { context: '', namespace: workload.metadata.namespace ?? '' })
  const code = codes[known?.code ?? ''] ?? 'rollout.pod-refused'
  const show =
    code === 'rollout.quota'
      ? ['describe', 'resourcequota']
      : ['get', 'events', '--field-selector', 'reason=FailedCreate']
  return {
    code,
    subject: workload.metadata.name,
    message:
      known === undefined || code === 'rollout.pod-refused'
        ? `pods of ${workload.metadata.name} are refused: ${words}`
        : known.message,
    proof: [words],
    // A webhook that does not answer may be rolling out itself.
    graceMs: code === 'rollout.webhook-down' ? graces.slow : graces.soon,
    show,
  }
}
