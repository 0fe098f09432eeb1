import { parseAllDocuments, stringify } from 'yaml'

/** An object of the Kubernetes API, as far as all of them are alike. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Metadata
  readonly [key: string]: unknown
}

export interface Metadata {
  readonly name: string
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

/** What tells one object from all others of a namespace; the version is not part of it. */
export interface ObjectReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
}

export function isObject(value: unknown): value is KubernetesObject {
  return (
    isMapping(value) &&
    typeof value.apiVersion === 'string' &&
    typeof value.kind === 'string' &&
    isMapping(value.metadata) &&
    typeof value.metadata.name === 'string'
  )
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Follows keys and list positions; undefined where the way ends. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here: unknown = value
  for (const step of path) {
    if (Array.isArray(here)) here = here[Number(step)]
    else if (isMapping(here)) here = here[String(step)]
    else return undefined
  }
  return here
}

export const textAt = (value: unknown, ...path: readonly (string | number)[]): string | undefined => {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : undefined
}

export const numberAt = (value: unknown, ...path: readonly (string | number)[]): number | undefined => {
  const found = at(value, ...path)
  return typeof found === 'number' ? found : undefined
}

export const listAt = (value: unknown, ...path: readonly (string | number)[]): readonly unknown[] => {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** The API group: empty for the core. */
export const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''

export function referenceOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectReference {
  return { apiVersion, kind, name: metadata.name }
}

/** Equal for two references that mean the same object. */
export function keyOf({ apiVersion, kind, name }: ObjectReference): string {
  return `${kind}.${groupOf(apiVersion)}/${name}`
}

export const keyOfObject = (object: KubernetesObject): string => keyOf(referenceOf(object))

/** As a person reads it: `Deployment/chat`. */
export const nameOf = (reference: { readonly kind: string; readonly name: string }): string =>
  `${reference.kind}/${reference.name}`

/** As `kubectl` takes it: `deployments.apps/chat` needs the plural, `deployment.apps/chat` will do. */
export function argumentOf({ apiVersion, kind, name }: ObjectReference): string {
  const group = groupOf(apiVersion)
  return `${kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${name}`
}

/** The documents of a YAML stream. Throws when one of them is no object. */
export function parseObjects(text: string): KubernetesObject[] {
  const documents = parseAllDocuments(text)
  const list = Array.isArray(documents) ? documents : []
  return list.flatMap(document => {
    const value: unknown = document.toJS()
    if (value === null || value === undefined) return []
    if (!isObject(value))
      throw new Error('the rendered manifests hold something that is no Kubernetes object')
    return [value]
  })
}

/** Those of a list that are objects, which all are that the API server sends. */
export const objectsOf = (values: readonly unknown[]): KubernetesObject[] => values.filter(isObject)

/** A YAML stream for `kubectl`. */
export function formatObjects(objects: readonly unknown[]): string {
  return objects
    .map(object => stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 }))
    .join('---\n')
}
