import { type KubernetesObject, numberAt, type ObjectReference, textAt } from './object.ts'

/** How far a Deployment or StatefulSet has come. */
export interface RolloutState {
  readonly reference: ObjectReference
  readonly done: boolean
  readonly wanted: number
  readonly updated: number
  readonly available: number
  /** Old pods that are still there. */
  readonly old: number
}

/** How many replicas an autoscaler keeps at least, by the name of what it scales: it raises a new workload to that. Pure. */
export function leastReplicas(objects: readonly KubernetesObject[]): Record<string, number> {
  const scalers = objects.filter(object => object.kind === 'HorizontalPodAutoscaler')
  return Object.fromEntries(
    scalers.flatMap(scaler => {
      const name = textAt(scaler, 'spec', 'scaleTargetRef', 'name')
      return name === undefined ? [] : [[name, numberAt(scaler, 'spec', 'minReplicas') ?? 1]]
    }),
  )
}

/**
 * Whether all of a workload's pods are new and available, `least` of them or more. The server's counts are from before the change until
 * `observedGeneration` has come up with it. https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment
 * Pure.
 */
export function rolloutState(object: KubernetesObject, least = 0): RolloutState {
  const count = (...path: readonly string[]) => numberAt(object, ...path) ?? 0
  const wanted = Math.max(least, numberAt(object, 'spec', 'replicas') ?? 1)
  const seen = count('status', 'observedGeneration') >= (numberAt(object, 'metadata', 'generation') ?? 0)
  const isSet = object.kind === 'StatefulSet'
  const whole =
    !isSet || textAt(object, 'status', 'currentRevision') === textAt(object, 'status', 'updateRevision')
  const updated = isSet && whole ? count('status', 'replicas') : seen ? count('status', 'updatedReplicas') : 0
  const available = isSet ? count('status', 'readyReplicas') : count('status', 'availableReplicas')
  const old = Math.max(0, count('status', 'replicas') - updated)
  const { apiVersion, kind, metadata } = object
  return {
    reference: { apiVersion, kind, name: metadata.name },
    done: seen && updated >= wanted && available >= wanted && old === 0,
    wanted,
    updated: seen ? updated : 0,
    available,
    old,
  }
}

/** `chat 2/3 updated, 3 available; chat-redis 1/1`. Pure. */
export function describeRollout(states: readonly RolloutState[]): string {
  return states
    .map(({ reference, done, wanted, updated, available, old }) => {
      if (done) return `${reference.name} ${wanted}/${wanted}`
      const leaving = old === 0 ? '' : `, ${old} old`
      return `${reference.name} ${updated}/${wanted} updated, ${available} available${leaving}`
    })
    .join('; ')
}
