import type { ClusterRecords } from '../facts/cluster-records.ts'
import type { Remains } from '../facts/cluster-remains.ts'
import { isLoadBalancer } from '../kubernetes/entry.ts'
import { formatInventory, type Inventory, isData, removalRank } from '../kubernetes/inventory.ts'
import { annotations, recordNames } from '../kubernetes/names.ts'
import { type KubernetesObject, keyOfObject, nameOf, referenceOf, textAt } from '../kubernetes/object.ts'
import { isOurSecret } from '../kubernetes/secret-owner.ts'
import { type Cluster, kubectlLine } from '../tools/kubectl.ts'
import { deleteStep, writeRecord } from './kubernetes-steps.ts'
import type { Plan, Step } from './plan.ts'

export interface TeardownFacts {
  readonly cluster: Cluster
  readonly name: string
  readonly records: ClusterRecords
  readonly inventory: Inventory
  readonly live: readonly KubernetesObject[]
  readonly remains: Remains
  readonly deleteData: boolean
}

/**
 * Takes out exactly what the inventory has, the way in first, and then what we kept for ourselves. Volumes stay unless
 * `deleteData`, and with them the Secret, whose passwords open what is on them, and the inventory that knows of them.
 * The namespace goes when we made it and nothing of others is in it. Pure.
 */
export function planTeardown(facts: TeardownFacts): Plan {
  const { cluster, name, records, live, deleteData, remains } = facts
  const names = recordNames(name)
  const config = (object: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: object })
  const kept = deleteData ? [] : live.filter(isData)
  const keeps = kept.length > 0
  const taken = live
    .filter(object => deleteData || !isData(object))
    .map(object => ({ object, rank: isData(object) ? 100 : removalRank(object, isLoadBalancer(object)) }))
    .sort((a, b) => a.rank - b.rank || (keyOfObject(a.object) < keyOfObject(b.object) ? -1 : 1))
    .map(({ object }) => object)
  const remove = (reference: Parameters<typeof deleteStep>[2], quiet = false): Step => ({
    ...deleteStep(cluster, 'remove', reference),
    title: `remove ${nameOf(reference)}`,
    ...(quiet ? { quiet } : {}),
  })
  const madeByUs = records.namespace?.metadata.annotations?.[annotations.madeFor] === name
  const steps: Step[] = [
    ...taken.map(object => remove(referenceOf(object))),
    ...records.releases.map(({ revision }) => remove(config(names.release(revision)), true)),
    ...(records.secret === undefined || keeps || !isOurSecret(records.secret)
      ? []
      : [remove(referenceOf(records.secret))]),
    ...inventorySteps(facts, kept, remove),
  ]
  const removesNamespace = madeByUs && !keeps && remains.complete && remains.foreign.length === 0
  const last: Step[] = removesNamespace
    ? [remove({ apiVersion: 'v1', kind: 'Namespace', name: cluster.namespace })]
    : steps.length === 0
      ? []
      : [remove({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: names.lease }, true)]
  const all = [...steps, ...last]
  const volumes = live.filter(isData).length
  const told = [
    `this removes ${taken.length} objects of ${name} from ${cluster.namespace} in ${cluster.context}`,
    ...(volumes === 0
      ? []
      : [deleteData ? `and DELETES the data of ${counted(volumes)}` : `and keeps ${counted(volumes)}`]),
    ...(removesNamespace ? ['and the namespace'] : []),
  ]
  return {
    verb: 'down',
    stage: 'teardown',
    steps: all,
    ...(all.length === 0 ? {} : { asks: told.join(' ') }),
  }
}

const counted = (volumes: number) => (volumes === 1 ? 'a volume' : `${volumes} volumes`)

function inventorySteps(
  { cluster, name, records }: TeardownFacts,
  kept: readonly KubernetesObject[],
  remove: (reference: ReturnType<typeof referenceOf>, quiet: boolean) => Step,
): Step[] {
  if (records.inventory === undefined) return []
  if (kept.length === 0) return [remove(referenceOf(records.inventory), true)]
  const left = formatInventory(name, { objects: kept.map(referenceOf) })
  const same = textAt(left, 'data', 'objects') === textAt(records.inventory, 'data', 'objects')
  return same ? [] : [writeRecord(cluster, 'inventory.narrow', 'note what is left', left)]
}

/** What is left in the namespace, in words. Pure. */
export function describeRemains(cluster: Cluster, { data, foreign }: Remains): string[] {
  const size = (claim: KubernetesObject) => textAt(claim, 'status', 'capacity', 'storage') ?? 'not bound'
  return [
    ...data.map(
      claim => `kept: ${nameOf(referenceOf(claim))} (${size(claim)}); rtdeploy down --delete-data removes it`,
    ),
    ...(data.length === 0 ? [] : ['  and the Secret whose passwords open what is on them']),
    ...(foreign.length === 0
      ? []
      : [
          `left alone in namespace ${cluster.namespace}, since others made it: ${foreign
            .slice(0, 10)
            .map(object => nameOf(referenceOf(object)))
            .join(', ')}${foreign.length > 10 ? ` and ${foreign.length - 10} more` : ''}`,
          `  ${kubectlLine(cluster, 'get', 'all')}`,
        ]),
  ]
}
