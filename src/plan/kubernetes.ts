import type { Secret } from '../command.ts'
import type { ComparedObjects } from '../facts/cluster-objects.ts'
import { describeChange, diffObjects, type ObjectChange } from '../kubernetes/diff.ts'
import {
  formatInventory,
  type Inventory,
  inventoryOf,
  removalRank,
  removed,
  sameInventory,
  union,
} from '../kubernetes/inventory.ts'
import { recordNames } from '../kubernetes/names.ts'
import { formatObjects, type KubernetesObject, nameOf, referenceOf } from '../kubernetes/object.ts'
import { formatRelease, outdated, type Release } from '../kubernetes/revisions.ts'
import { formatSecret, type SecretsPlan } from '../kubernetes/secrets.ts'
import { isWorkload, numberObjects } from '../kubernetes/stamp.ts'
import { leastReplicas } from '../kubernetes/workloads.ts'
import type { Verb } from '../report/report.ts'
import { apply, type Cluster } from '../tools/kubectl.ts'
import { deleteStep, entrySteps, labelRelease, writeRecord } from './kubernetes-steps.ts'
import type { Plan, Step } from './plan.ts'

export interface ReleaseFacts {
  readonly name: string
  readonly cluster: Cluster
  /** Rendered and stamped, without the Namespace. */
  readonly objects: readonly KubernetesObject[]
  readonly compared: ComparedObjects
  readonly inventory: Inventory
  readonly releases: readonly Release[]
  /** Of the objects, see `digestOfObjects`. */
  readonly digest: string
  readonly secrets: SecretsPlan
  /** `repository@sha256:...` */
  readonly image: string
  readonly source: string
  readonly by: string
  readonly when: string
  readonly note?: string
  /** All workloads of the objects are up as they are wanted. */
  readonly settled: boolean
  readonly forceConflicts: boolean
  /** By which people come in. */
  readonly entry: KubernetesObject | undefined
  readonly readyPath: string
}

const rolloutTimeoutMs = 10 * 60_000
const rolloutEveryMs = 1000

/** From what the namespace holds to what is wanted. Pure. */
export function planRelease(verb: Verb, facts: ReleaseFacts): Plan {
  const changes = changesOf(facts)
  const { digest } = facts
  const latest = facts.releases[0]
  const again = latest?.digest === digest
  const revision = again ? latest.revision : (latest?.revision ?? 0) + 1
  const isNew = !again
  const idle =
    changes.length === 0 && !facts.secrets.changes && !isNew && latest?.state === 'ready' && facts.settled
  const steps = idle ? [upToDate(facts, revision)] : releaseSteps(facts, changes, revision, isNew)
  const replaced = changes
    .filter(change => change.action === 'replace')
    .map(change => nameOf(change.reference))
  const asks = `${replaced.join(' and ')} cannot be changed in place and would be deleted and made anew`
  return { verb, stage: 'release', steps, changes, ...(replaced.length === 0 ? {} : { asks }) }
}

/** What applying and pruning changes. Pure. */
export function changesOf({ compared, inventory, objects }: ReleaseFacts): ObjectChange[] {
  const replaced = compared.replaced.map(
    (object): ObjectChange => ({ reference: referenceOf(object), action: 'replace', fields: [] }),
  )
  const gone = removed(inventory, { objects: objects.map(referenceOf) }).map(
    (reference): ObjectChange => ({ reference, action: 'remove', fields: [] }),
  )
  return [...diffObjects(compared.live, compared.wanted), ...replaced, ...gone]
}

const applyTitle = (revision: number, { objects }: ReleaseFacts) =>
  `release ${revision}: ${objects.length} objects`

function upToDate(facts: ReleaseFacts, revision: number): Step {
  const { cluster, objects, forceConflicts } = facts
  const stdin = formatObjects(numberObjects(objects, revision))
  return {
    id: 'objects.apply',
    title: applyTitle(revision, facts),
    action: { kind: 'run', command: apply(cluster, stdin, forceConflicts) },
    skip: 'up to date',
  }
}

function releaseSteps(
  facts: ReleaseFacts,
  changes: readonly ObjectChange[],
  revision: number,
  isNew: boolean,
): Step[] {
  const { cluster, name, objects, compared, inventory, forceConflicts } = facts
  const now = inventoryOf(objects, inventory)
  const both = union(inventory, now)
  const names = recordNames(name)
  const gone = changes.filter(change => change.action === 'remove').map(change => change.reference)
  const applied = changes.some(change => change.action !== 'remove')
  const workloads = objects.filter(isWorkload).map(referenceOf)
  return [
    ...secretSteps(facts),
    ...(sameInventory(both, inventory)
      ? []
      : [writeRecord(cluster, 'inventory.widen', 'note what will be there', formatInventory(name, both))]),
    ...(isNew
      ? [writeRecord(cluster, 'release.record', `note release ${revision}`, recordOf(facts, revision))]
      : []),
    ...compared.replaced.map((object): Step => deleteStep(cluster, 'replace', referenceOf(object))),
    {
      id: 'objects.apply',
      title: applyTitle(revision, facts),
      action: {
        kind: 'run',
        command: apply(cluster, formatObjects(numberObjects(objects, revision)), forceConflicts),
      },
      shows: changes.flatMap(describeChange),
      ...(applied || isNew ? {} : { skip: 'unchanged' }),
    },
    ...[...gone]
      .sort((a, b) => removalRank(a) - removalRank(b))
      .map(reference => deleteStep(cluster, 'prune', reference)),
    ...(gone.length === 0
      ? []
      : [writeRecord(cluster, 'inventory.narrow', 'note what is there', formatInventory(name, now))]),
    {
      id: 'rollout.wait',
      title: workloads.map(workload => workload.name).join(', '),
      action: {
        kind: 'wait',
        until: { kind: 'rollout', workloads, least: leastReplicas(objects) },
        timeoutMs: rolloutTimeoutMs,
        everyMs: rolloutEveryMs,
      },
      hint: `rtdeploy status; rtdeploy logs`,
    },
    ...entrySteps(cluster, facts.entry, facts.readyPath),
    {
      id: 'release.ready',
      quiet: true,
      title: `release ${revision} is up`,
      action: { kind: 'run', command: labelRelease(cluster, names.release(revision), 'ready') },
    },
    ...outdated(facts.releases).map(
      (old): Step => ({
        ...deleteStep(cluster, 'forget', { apiVersion: 'v1', kind: 'ConfigMap', name: names.release(old) }),
        quiet: true,
      }),
    ),
  ]
}

function secretSteps({ cluster, name, secrets }: ReleaseFacts): Step[] {
  if (!secrets.changes) return []
  const told = secrets.keys.filter(key => key.state !== 'kept').map(key => `${key.name} ${key.state}`)
  const gone = secrets.dropped.map(key => `${key} removed`)
  const stdin: Secret = formatSecret(name, secrets)
  return [
    {
      id: 'secrets.apply',
      title: `secrets: ${[...told, ...gone].join(', ')}`,
      // What is taken over here is the value that we were given for it: nobody else's decision is lost.
      action: { kind: 'run', command: apply(cluster, stdin, true) },
    },
  ]
}

function recordOf(facts: ReleaseFacts, revision: number): KubernetesObject {
  const { name, image, source, by, when, note, objects, digest } = facts
  const release: Release = {
    revision,
    state: 'pending',
    digest,
    image,
    source,
    by,
    when,
    ...(note === undefined ? {} : { note }),
  }
  return formatRelease(name, release, objects)
}
