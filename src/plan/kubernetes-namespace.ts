import { exitCodes, UserError } from '../errors.ts'
import { annotations, labels, manager } from '../kubernetes/names.ts'
import { formatObjects, type KubernetesObject, textAt } from '../kubernetes/object.ts'
import type { Verb } from '../report/report.ts'
import { type Cluster, kubectl } from '../tools/kubectl.ts'
import type { Plan, Step } from './plan.ts'

export interface NamespaceFacts {
  readonly verb: Verb
  readonly cluster: Cluster
  readonly name: string
  readonly namespace: KubernetesObject | undefined
  /** As the manifests have it. */
  readonly wanted: KubernetesObject | undefined
}

/**
 * The namespace, when there is none: `create` and not `apply`, so that it is certain who made it and `down` takes away
 * only a namespace of our own. One that was there before is left as it is. Pure.
 */
export function planNamespace(facts: NamespaceFacts): Plan {
  const { verb, cluster, name, namespace, wanted } = facts
  if (textAt(namespace, 'status', 'phase') === 'Terminating') {
    throw new UserError(`namespace ${cluster.namespace} is being deleted`, {
      code: 'namespace.terminating',
      hint: `wait for it: kubectl --context ${cluster.context} get namespace ${cluster.namespace} --watch`,
      exitCode: exitCodes.missing,
    })
  }
  const base = wanted ?? { apiVersion: 'v1', kind: 'Namespace', metadata: { name: cluster.namespace } }
  const object = {
    ...base,
    metadata: {
      ...base.metadata,
      name: cluster.namespace,
      labels: { ...base.metadata.labels, [labels.managedBy]: manager },
      annotations: { ...base.metadata.annotations, [annotations.madeFor]: name },
    },
  }
  const create: Step = {
    id: 'namespace.create',
    title: `namespace ${cluster.namespace} in ${cluster.context}`,
    action: {
      kind: 'run',
      command: kubectl(cluster, ['create', '--filename', '-'], formatObjects([object])),
    },
    ...(namespace === undefined ? {} : { skip: 'there' }),
  }
  return { verb, stage: 'provision', steps: [create] }
}
