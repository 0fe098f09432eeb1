import { recordLabels, recordNames } from './names.ts'
import {
  groupOf,
  isMapping,
  type KubernetesObject,
  keyOf,
  listAt,
  numberAt,
  type ObjectReference,
  referenceOf,
  textAt,
} from './object.ts'

/** Everything we put into a namespace and may take out again. */
export interface Inventory {
  readonly objects: readonly ObjectReference[]
}

/** The inventory as it stands in the cluster; empty when there is none. Throws when it is not ours to read. */
export function parseInventory(config: KubernetesObject | undefined): Inventory {
  if (config === undefined) return { objects: [] }
  const value: unknown = JSON.parse(textAt(config, 'data', 'objects') ?? '[]')
  if (!Array.isArray(value)) throw new Error(`the inventory ${config.metadata.name} holds no list`)
  const objects = value.filter(
    (entry): entry is ObjectReference =>
      isMapping(entry) &&
      typeof entry.apiVersion === 'string' &&
      typeof entry.kind === 'string' &&
      typeof entry.name === 'string',
  )
  return { objects }
}

/** The ConfigMap that keeps it; in order, so that equal inventories are equal texts. Pure. */
export function formatInventory(name: string, { objects }: Inventory): KubernetesObject {
  const list = [...objects]
    .map(({ apiVersion, kind, name: object }) => ({ apiVersion, kind, name: object }))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: recordNames(name).inventory, labels: recordLabels(name, 'inventory') },
    data: { objects: JSON.stringify(list) },
  }
}

/**
 * Old and new together: written before anything is applied, so that a run which is killed in the middle leaves nothing
 * behind that the next one does not know of. Pure.
 */
export function union(one: Inventory, other: Inventory): Inventory {
  const byKey = new Map([...one.objects, ...other.objects].map(object => [keyOf(object), object]))
  return { objects: [...byKey.values()] }
}

/** Those of `before` that `now` does not have. Data stays: volumes go only by `down --delete-data`. Pure. */
export function removed(before: Inventory, now: Inventory): ObjectReference[] {
  const kept = new Set(now.objects.map(keyOf))
  return before.objects.filter(object => !kept.has(keyOf(object)) && !isData(object))
}

/** Those whose kind a cluster serves: an object goes with the definition of its kind. Pure. */
export function ofServedKinds(
  references: readonly ObjectReference[],
  served: readonly { readonly apiVersion: string; readonly kind: string }[],
): ObjectReference[] {
  const kindOf = ({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }) =>
    `${kind}.${groupOf(apiVersion)}`
  const kinds = new Set(served.map(kindOf))
  return references.filter(reference => kinds.has(kindOf(reference)))
}

export const sameInventory = (one: Inventory, other: Inventory): boolean =>
  JSON.stringify(formatInventory('x', one)) === JSON.stringify(formatInventory('x', other))

/**
 * The volumes that StatefulSets make for themselves, by name: Kubernetes keeps them when a set goes, so nobody else would
 * remember them. https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage Pure.
 */
export function claimsOf(objects: readonly KubernetesObject[]): ObjectReference[] {
  return objects
    .filter(object => object.kind === 'StatefulSet')
    .flatMap(set => {
      const ordinals = Array.from({ length: numberAt(set, 'spec', 'replicas') ?? 1 }, (_, ordinal) => ordinal)
      return listAt(set, 'spec', 'volumeClaimTemplates').flatMap(template =>
        ordinals.map(ordinal => ({
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          name: `${textAt(template, 'metadata', 'name')}-${set.metadata.name}-${ordinal}`,
        })),
      )
    })
}

/** What is there once objects are applied: they, and the volumes of before and now. Pure. */
export function inventoryOf(objects: readonly KubernetesObject[], before: Inventory): Inventory {
  return union(
    { objects: before.objects.filter(isData) },
    { objects: [...objects.map(referenceOf), ...claimsOf(objects)] },
  )
}

export const isData = (object: { readonly kind: string }): boolean => object.kind === 'PersistentVolumeClaim'

/** Kinds that the way in is made of: they go first, since their controllers clean up outside the cluster. */
const entryKinds = ['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'Gateway', 'Ingress', 'IngressRoute']
/** Then what would start pods again, then the pods' owners, then what they use. */
const removalOrder = [
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
]

/** In which order objects are taken out: the way in, the workloads, the rest as it came. Pure. */
export function removalRank({ kind }: { readonly kind: string }, isLoadBalancer = false): number {
  const entry = entryKinds.indexOf(kind)
  if (entry >= 0) return entry
  if (kind === 'Service' && isLoadBalancer) return entryKinds.length
  const rank = removalOrder.indexOf(kind)
  return entryKinds.length + 1 + (rank < 0 ? removalOrder.length : rank)
}
