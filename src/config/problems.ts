import type { Document, Node } from 'yaml'
import type * as z from 'zod/mini'
import { locate } from './locate.ts'
import { nearest } from './nearest.ts'
import { configSchema } from './schema.ts'

/** Something wrong at a place of the file. */
export interface Problem {
  /** In characters from the beginning of the file. */
  readonly offset: number
  readonly text: string
}

export const byPlace = (a: Problem, b: Problem): number => a.offset - b.offset

/** What zod found, at its place in the file and in words. Pure. */
export function problemsOfIssue(issue: z.core.$ZodIssue, document: Document, value: unknown): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => unknownKey([...issue.path, key], document))
  }
  const { key, value: node, nearest: near } = locate(document, issue.path)
  const label = issue.path.length === 0 ? '' : `${issue.path.map(String).join('.')}: `
  if (issue.code === 'invalid_key') {
    return [{ offset: startOf(key ?? near), text: `${label}${issue.issues[0]?.message ?? issue.message}` }]
  }
  if (node === undefined && key === undefined && issue.path.length > 0) {
    return [{ offset: startOf(near), text: `${label}is missing, it ${issue.message}` }]
  }
  const found = foundText(valueAt(value, issue.path))
  return [{ offset: startOf(node ?? key ?? near), text: `${label}${issue.message}, found ${found}` }]
}

function unknownKey(path: readonly PropertyKey[], document: Document): Problem {
  const { key, nearest: near } = locate(document, path)
  const known = knownKeys(path.slice(0, -1))
  const meant = nearest(String(path.at(-1)), known)
  const help = meant === undefined ? `the keys here are ${known.join(', ')}` : `did you mean ${meant}?`
  return { offset: startOf(key ?? near), text: `${path.map(String).join('.')}: unknown key, ${help}` }
}

/** The keys that the schema has at a path. */
function knownKeys(full: readonly PropertyKey[]): string[] {
  // An environment has the same keys as the file.
  const path = full[0] === 'environments' ? full.slice(2) : full
  let schema: z.core.$ZodType | undefined = configSchema
  for (const step of [...path, undefined]) {
    while (schema !== undefined && 'innerType' in schema._zod.def) {
      schema = schema._zod.def.innerType as z.core.$ZodType
    }
    const shape: z.core.$ZodShape =
      schema !== undefined && 'shape' in schema._zod.def ? (schema._zod.def.shape as z.core.$ZodShape) : {}
    if (step === undefined) return Object.keys(shape)
    schema = shape[String(step)]
  }
  return []
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined,
    value,
  )
}

const longestShown = 40

function foundText(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'a mapping'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text
}

/** Where it begins, in characters. Pure. */
export function startOf(node: Node | undefined): number {
  return node?.range?.[0] ?? 0
}
