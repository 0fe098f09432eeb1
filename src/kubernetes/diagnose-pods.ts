import { diagnoseContainers, type Needs } from './diagnose-containers.ts'
import { describePod, type Finding, graces } from './finding.ts'
import { type KubernetesObject, listAt, textAt } from './object.ts'
import { eventsOf, type Said, type Snapshot } from './snapshot.ts'

/** Why a pod is not ready. Pure. */
export function diagnosePod(snapshot: Snapshot, pod: KubernetesObject, needs: Needs): Finding[] {
  const said = eventsOf(snapshot, pod)
  const found = unschedulable(snapshot, pod, said) ?? evicted(pod) ?? volume(pod, said) ?? sandbox(pod, said)
  return found === undefined ? diagnoseContainers(snapshot, pod, needs) : [found]
}

function unschedulable(
  snapshot: Snapshot,
  pod: KubernetesObject,
  said: readonly Said[],
): Finding | undefined {
  const condition = listAt(pod, 'status', 'conditions').find(
    one => textAt(one, 'type') === 'PodScheduled' && textAt(one, 'status') === 'False',
  )
  if (condition === undefined || textAt(condition, 'reason') === 'SchedulingGated') return undefined
  const words = textAt(condition, 'message') ?? 'no node takes it'
  const subject = pod.metadata.name
  const claim = unboundClaim(snapshot, pod, words)
  if (claim !== undefined) return claim
  // https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md#what-events-are-emitted-by-ca
  const coming = said.some(({ reason }) => reason === 'TriggeredScaleUp')
  const refused = said.find(({ reason }) => reason === 'NotTriggerScaleUp')
  return {
    code: 'rollout.unschedulable',
    subject,
    message: coming
      ? `${subject} waits for a new node`
      : `no node has room for ${subject}: ${shorter(words)}`,
    proof: [words, ...(refused === undefined ? [] : [refused.message])],
    graceMs: coming ? graces.never : refused === undefined ? graces.slow : graces.soon,
    show: describePod(pod),
  }
}

/** `0/3 nodes are available: 3 Insufficient cpu. preemption: ...`: the second half repeats the first. */
const shorter = (words: string) => words.replace(/\.? ?preemption: .*$/s, '')

function unboundClaim(snapshot: Snapshot, pod: KubernetesObject, words: string): Finding | undefined {
  const names = listAt(pod, 'spec', 'volumes').flatMap(
    one => textAt(one, 'persistentVolumeClaim', 'claimName') ?? [],
  )
  const claims = snapshot.objects.filter(
    object =>
      object.kind === 'PersistentVolumeClaim' &&
      names.includes(object.metadata.name) &&
      textAt(object, 'status', 'phase') !== 'Bound',
  )
  const claim = claims[0]
  if (claim === undefined || !/volume|persistentvolumeclaim/i.test(words)) return undefined
  const storage = textAt(claim, 'spec', 'storageClassName')
  const said = eventsOf(snapshot, claim).find(({ reason }) => reason !== 'WaitForFirstConsumer')
  return {
    code: 'rollout.volume',
    subject: claim.metadata.name,
    message: `the volume ${claim.metadata.name} is not there${storage === undefined ? ' and no storage class makes it' : `, storage class ${storage}`}: ${said?.message ?? shorter(words)}`,
    proof: [words, ...(said === undefined ? [] : [said.message])],
    graceMs: graces.slow,
    show: ['describe', 'pvc', claim.metadata.name],
  }
}

function evicted(pod: KubernetesObject): Finding | undefined {
  if (textAt(pod, 'status', 'phase') !== 'Failed' || textAt(pod, 'status', 'reason') === undefined)
    return undefined
  const words = textAt(pod, 'status', 'message') ?? ''
  return {
    code: 'rollout.evicted',
    subject: pod.metadata.name,
    message: `${pod.metadata.name} was thrown out (${textAt(pod, 'status', 'reason')})`,
    proof: [words],
    graceMs: graces.slow,
    show: describePod(pod),
  }
}

function volume(pod: KubernetesObject, said: readonly Said[]): Finding | undefined {
  const found = pending(pod)
    ? said.find(({ reason }) => /^Failed(?:Mount|AttachVolume|MapVolume)$/.test(reason))
    : undefined
  if (found === undefined) return undefined
  const absent =
    /(?:configmap|secret) "([^"]+)" not found|references non-existent (?:secret|config) key/i.test(
      found.message,
    )
  return {
    code: absent ? 'rollout.config-missing' : 'rollout.volume',
    subject: pod.metadata.name,
    message: `a volume of ${pod.metadata.name} cannot be mounted: ${found.message}`,
    proof: [`${found.reason}: ${found.message}`],
    graceMs: absent ? graces.soon : graces.patient,
    show: describePod(pod),
  }
}

function sandbox(pod: KubernetesObject, said: readonly Said[]): Finding | undefined {
  const found = pending(pod) ? said.find(({ reason }) => reason === 'FailedCreatePodSandBox') : undefined
  if (found === undefined) return undefined
  return {
    code: 'rollout.sandbox',
    subject: pod.metadata.name,
    message: `the node cannot prepare ${pod.metadata.name}: ${found.message}`,
    proof: [found.message],
    graceMs: graces.patient,
    show: describePod(pod),
  }
}

const pending = (pod: KubernetesObject) => textAt(pod, 'status', 'phase') === 'Pending'
