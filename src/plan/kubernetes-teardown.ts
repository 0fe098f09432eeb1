import type { ClusterRecords } from '../facts/cluster-records.ts'
import { isLoadBalancer } from '../kubernetes/entry.ts'
import { type Inventory, isData, removalRank } from '../kubernetes/inventory.ts'
import { annotations, recordNames } from '../kubernetes/names.ts'
import { type KubernetesObject, keyOfObject, nameOf, referenceOf } from '../kubernetes/object.ts'
import type { Cluster } from '../tools/kubectl.ts'
import { deleteStep } from './kubernetes.ts'
import type { Plan, Step } from './plan.ts'

export interface TeardownFacts {
  readonly cluster: Cluster
  readonly name: string
  readonly records: ClusterRecords
  readonly inventory: Inventory
  readonly live: readonly KubernetesObject[]
  readonly deleteData: boolean
}

/** Takes out what the inventory has, the way in first, and then what we kept for ourselves. Pure. */
export function planTeardown(facts: TeardownFacts): Plan {
  const { cluster, name, records, live } = facts
  const names = recordNames(name)
  const config = (object: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: object })
  const objects = live
    .filter(object => facts.deleteData || !isData(object))
    .map(object => ({ object, rank: removalRank(object, isLoadBalancer(object)) }))
    .sort((a, b) => a.rank - b.rank || (keyOfObject(a.object) < keyOfObject(b.object) ? -1 : 1))
  const remove = (reference: Parameters<typeof deleteStep>[2], quiet = false): Step => ({
    ...deleteStep(cluster, 'remove', reference),
    title: `remove ${nameOf(reference)}`,
    ...(quiet ? { quiet } : {}),
  })
  const steps = [
    ...objects.map(({ object }) => remove(referenceOf(object))),
    ...records.releases.map(({ revision }) => remove(config(names.release(revision)), true)),
    ...(records.secret === undefined ? [] : [remove(referenceOf(records.secret))]),
    ...(records.inventory === undefined ? [] : [remove(config(names.inventory), true)]),
    ...(records.namespace?.metadata.annotations?.[annotations.madeFor] === name
      ? [remove({ apiVersion: 'v1', kind: 'Namespace', name: cluster.namespace })]
      : []),
  ]
  return { verb: 'down', stage: 'teardown', steps }
}
