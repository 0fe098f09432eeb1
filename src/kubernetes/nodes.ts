import { annotations } from './names.ts'
import { at, type KubernetesObject, textAt } from './object.ts'

/** Which app of which namespace a node is closed for: `namespace/name`. */
export const closedFor = (namespace: string, name: string): string => `${namespace}/${name}`

/** Nodes that an earlier run closed for this app and did not live to open again. Pure. */
export const nodesLeftClosed = (nodes: readonly KubernetesObject[], whom: string): string[] =>
  nodes
    .filter(node => node.metadata.annotations?.[annotations.closedFor] === whom)
    .map(node => node.metadata.name)

export const isClosed = (node: KubernetesObject | undefined): boolean =>
  at(node, 'spec', 'unschedulable') === true

/** A pod on a node that takes new ones: who closed a node wants it closed afterwards too. Pure. */
export function podToMove(
  pods: readonly KubernetesObject[],
  nodes: readonly KubernetesObject[],
): { readonly pod: string; readonly node: string } | undefined {
  for (const pod of pods) {
    const on = textAt(pod, 'spec', 'nodeName')
    const node = nodes.find(one => one.metadata.name === on)
    if (node !== undefined && !isClosed(node)) return { pod: pod.metadata.name, node: node.metadata.name }
  }
  return undefined
}

/** Merge patches of a node: the mark comes and goes with what it tells of, in one request. Pure. */
export const closePatch = (whom: string): string =>
  JSON.stringify({
    metadata: { annotations: { [annotations.closedFor]: whom } },
    spec: { unschedulable: true },
  })

export const openPatch: string = JSON.stringify({
  metadata: { annotations: { [annotations.closedFor]: null } },
  spec: { unschedulable: null },
})
