import { createHash } from 'node:crypto'
import { annotations, labels } from './names.ts'
import { isMapping, type KubernetesObject } from './object.ts'

/** Set by the server or by us for each release: they say nothing of what is wanted. */
const serverMetadata = [
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'selfLink',
]
const serverAnnotations = [
  'deployment.kubernetes.io/revision',
  'kubectl.kubernetes.io/last-applied-configuration',
]

function without(value: unknown, keys: readonly string[]): unknown {
  if (!isMapping(value)) return value
  const kept = Object.entries(value).filter(([key]) => !keys.includes(key))
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

/** An object without what only the server knows, to be compared with another. Pure. */
export function stripObject(object: KubernetesObject): KubernetesObject {
  const { status: _status, ...rest } = object
  const metadata = Object.entries(object.metadata).flatMap(([key, value]) => {
    if (serverMetadata.includes(key)) return []
    if (key === 'labels') return [[key, without(value, [labels.revision])] as const]
    if (key === 'annotations') return [[key, without(value, serverAnnotations)] as const]
    return [[key, value] as const]
  })
  return {
    ...rest,
    metadata: Object.fromEntries(metadata.filter(([, value]) => value !== undefined)),
  } as KubernetesObject
}

/** JSON with the keys of every mapping in order: equal for equal values. Pure. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isMapping(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  )
}

/** Sixteen characters that differ when the values do. Not for secrets: short ones could be guessed from it. Pure. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 16)
}

/**
 * What a release is, apart from its number and from the secrets, which are not part of it. Pure.
 */
export function digestOfObjects(objects: readonly KubernetesObject[]): string {
  const text = objects.map(object => canonical(stripObject(object))).sort()
  return digestOf(
    text.map(line => line.replaceAll(new RegExp(`"${annotations.secrets}":"[^"]*",?`, 'g'), '')),
  )
}
