import { labels, recordNames } from '../kubernetes/names.ts'
import {
  argumentOf,
  formatObjects,
  type KubernetesObject,
  nameOf,
  type ObjectReference,
  referenceOf,
} from '../kubernetes/object.ts'
import type { Release } from '../kubernetes/revisions.ts'
import { apply, type Cluster, kubectl, kubectlLine } from '../tools/kubectl.ts'
import type { Plan, Step } from './plan.ts'

const addressTimeoutMs = 10 * 60_000
/** A balancer of Google's takes some minutes from its address to the first answer. */
const answersTimeoutMs = 10 * 60_000

/** Waits until the way in has an address and lets requests through. Pure. */
export function entrySteps(cluster: Cluster, entry: KubernetesObject | undefined, readyPath: string): Step[] {
  if (entry === undefined) return []
  const reference = referenceOf(entry)
  const hint = kubectlLine(cluster, 'describe', argumentOf(reference))
  return [
    {
      id: 'entry.address',
      title: `address of ${nameOf(reference)}`,
      hint,
      action: {
        kind: 'wait',
        until: { kind: 'address', entry: reference },
        timeoutMs: addressTimeoutMs,
        everyMs: 500,
      },
    },
    {
      id: 'entry.answers',
      title: `${nameOf(reference)} lets requests through`,
      hint,
      action: {
        kind: 'wait',
        until: { kind: 'answers', entry: reference, path: readyPath },
        timeoutMs: answersTimeoutMs,
        everyMs: 500,
      },
    },
  ]
}

/** Writes down how a release went. */
export function labelRelease(cluster: Cluster, record: string, state: Release['state']) {
  return kubectl(cluster, ['label', '--overwrite', 'configmap', record, `${labels.state}=${state}`])
}

/** Remembers that a release did not come up. Pure. */
export function markFailed(cluster: Cluster, name: string, revision: number): Plan {
  const command = labelRelease(cluster, recordNames(name).release(revision), 'failed')
  const step: Step = {
    id: 'release.failed',
    quiet: true,
    title: `note that release ${revision} failed`,
    action: { kind: 'run', command },
  }
  return { verb: 'up', stage: 'release', steps: [step] }
}

/** Writes one of our own records. */
export const writeRecord = (cluster: Cluster, id: string, title: string, object: KubernetesObject): Step => ({
  id,
  title,
  quiet: true,
  action: { kind: 'run', command: apply(cluster, formatObjects([object]), true) },
})

/** Deletes one object and waits until it is gone, finalizers and all. */
export function deleteStep(cluster: Cluster, why: string, reference: ObjectReference): Step {
  // Pods that are still on their way out would come back as leftovers.
  const cascade = ['Deployment', 'StatefulSet'].includes(reference.kind) ? ['--cascade=foreground'] : []
  const args = ['delete', argumentOf(reference), '--ignore-not-found', ...cascade, '--timeout', '5m']
  return {
    id: `object.${why}.${reference.kind}.${reference.name}`,
    title: `${why} ${nameOf(reference)}`,
    action: { kind: 'run', command: kubectl(cluster, args) },
  }
}
