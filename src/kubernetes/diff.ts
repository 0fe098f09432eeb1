import { canonical, stripObject } from './canonical.ts'
import { maskObject } from './masking.ts'
import {
  isMapping,
  type KubernetesObject,
  keyOf,
  keyOfObject,
  nameOf,
  type ObjectReference,
  referenceOf,
} from './object.ts'

/** A field that differs; absent sides were not there. Masked. */
export interface FieldChange {
  /** `spec.template.spec.containers[app].image` */
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
}

/** What applying does to one object. */
export interface ObjectChange {
  readonly reference: ObjectReference
  readonly action: 'create' | 'change' | 'replace' | 'remove'
  readonly fields: readonly FieldChange[]
}

/** Every difference between what is live and what the server would make of the manifests. Pure. */
export function diffObjects(
  live: readonly KubernetesObject[],
  wanted: readonly KubernetesObject[],
): ObjectChange[] {
  const before = new Map(live.map(object => [keyOfObject(object), object]))
  return wanted.flatMap((object): ObjectChange[] => {
    const reference = referenceOf(object)
    const old = before.get(keyOf(reference))
    if (old === undefined) return [{ reference, action: 'create', fields: [] }]
    const fields = diffFields(old, object)
    return fields.length === 0 ? [] : [{ reference, action: 'change', fields }]
  })
}

/** The fields in which two states of one object differ. Pure. */
export function diffFields(before: KubernetesObject, after: KubernetesObject): FieldChange[] {
  const [old, now] = [stripObject(before), stripObject(after)]
  // What the server converted between two calls is no change.
  const same = { ...now, apiVersion: old.apiVersion }
  const found: FieldChange[] = []
  walk('', old, same, maskObject(old), maskObject(same), found)
  return found
}

function walk(
  path: string,
  a: unknown,
  b: unknown,
  shownA: unknown,
  shownB: unknown,
  found: FieldChange[],
): void {
  if (canonical(a ?? null) === canonical(b ?? null)) return
  if (isMapping(a) && isMapping(b)) {
    const [sa, sb] = [mapping(shownA), mapping(shownB)]
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const word = /^[\w-]+$/.test(key) ? `${path === '' ? '' : '.'}${key}` : `[${JSON.stringify(key)}]`
      walk(`${path}${word}`, a[key], b[key], sa[key], sb[key], found)
    }
    return
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    const [sa, sb] = [list(shownA), list(shownB)]
    const named = byName([...a, ...b])
    const keys = named === undefined ? positions(a, b) : [...new Set([...a, ...b].map(named))]
    for (const key of keys) {
      const index = (values: readonly unknown[]) =>
        named === undefined ? Number(key) : values.findIndex(value => named(value) === key)
      walk(`${path}[${key}]`, a[index(a)], b[index(b)], sa[index(a)], sb[index(b)], found)
    }
    return
  }
  found.push({
    path,
    ...(a === undefined ? {} : { before: shownA }),
    ...(b === undefined ? {} : { after: shownB }),
  })
}

const mapping = (value: unknown) => (isMapping(value) ? value : {})
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const positions = (a: readonly unknown[], b: readonly unknown[]) =>
  Array.from({ length: Math.max(a.length, b.length) }, (_, index) => String(index))

/** Lists of named things are compared by name: a container that moved did not change. */
function byName(values: readonly unknown[]): ((value: unknown) => string) | undefined {
  const name = (value: unknown) => String((value as { name: unknown }).name)
  const all = values.every(value => isMapping(value) && typeof value.name === 'string')
  return all && values.length > 0 ? name : undefined
}

const signs = { create: '+', change: '~', replace: '!', remove: '-' } as const
const longest = 100

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const line = text.replaceAll('\n', '\\n')
  return line.length > longest ? `${line.slice(0, longest)}…` : line
}

/** A change in words: a line for the object, one a field. Pure. */
export function describeChange({ reference, action, fields }: ObjectChange): string[] {
  const words = {
    create: 'is created',
    change: 'changes',
    replace: 'is deleted and created anew',
    remove: 'is removed',
  }
  return [
    `${signs[action]} ${nameOf(reference)} ${words[action]}`,
    ...fields.map(({ path, before, after }) => {
      if (before === undefined) return `    + ${path}: ${shown(after)}`
      if (after === undefined) return `    - ${path}: ${shown(before)}`
      return `    ~ ${path}: ${shown(before)} -> ${shown(after)}`
    }),
  ]
}

/** How many of each: `2 created, 1 changed`. Pure. */
export function tallyChanges(changes: readonly ObjectChange[]): string {
  const names = { create: 'created', change: 'changed', replace: 'replaced', remove: 'removed' } as const
  const parts = (['create', 'change', 'replace', 'remove'] as const)
    .map(action => ({ action, count: changes.filter(change => change.action === action).length }))
    .filter(({ count }) => count > 0)
    .map(({ action, count }) => `${count} ${names[action]}`)
  return parts.length === 0 ? 'no object changes' : parts.join(', ')
}
