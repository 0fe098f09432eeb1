import { labels, manager } from './names.ts'
import { at, isMapping, type KubernetesObject, listAt, textAt } from './object.ts'

/** Only a Secret that we made has the label: one that was there before keeps its own, and `down` leaves it. Pure. */
export const isOurSecret = (secret: KubernetesObject | undefined): boolean =>
  secret?.metadata.labels?.[labels.record] === 'secrets'

/**
 * Keys of a live Secret that go when we no longer apply them: a server-side apply takes back what its manager alone set.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management Needs `managedFields`. Pure.
 */
export function keysOfOurs(secret: KubernetesObject | undefined): string[] {
  const ours = new Set<string>()
  const others = new Set<string>()
  for (const entry of listAt(secret, 'metadata', 'managedFields')) {
    const fields = at(entry, 'fieldsV1', 'f:data')
    const isOurs = textAt(entry, 'manager') === manager && textAt(entry, 'operation') === 'Apply'
    for (const field of isMapping(fields) ? Object.keys(fields) : [])
      if (field.startsWith('f:')) (isOurs ? ours : others).add(field.slice(2))
  }
  return [...ours].filter(key => !others.has(key))
}
