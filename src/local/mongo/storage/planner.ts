import { afterPrefix, keyOf } from '../bson/keys.ts'
import { isDocument, kindOf } from '../bson/kinds.ts'
import type { SortField } from '../query/sort.ts'
import type { Bounds, FieldBounds } from './bounds.ts'
import type { Index } from './ordered-index.ts'

/** How to get at the documents of a query through an index. */
export interface Plan {
  readonly index: Index
  /** Spans `[from, to)` of keys, in order. */
  readonly spans: readonly { readonly from: string; readonly to: string }[]
  /** The keys are whole: each belongs to one document of a unique index. */
  readonly exact: boolean
  readonly descending: boolean
  /** The documents come in the order that the sort wants. */
  readonly sorted: boolean
}

/** Spans that one plan may read: beyond, `$in` lists of several fields multiply. */
const mostSpans = 1000

/** Whether every document that the bounds allow is in the index. */
function isComplete(index: Index, bounds: ReadonlyMap<string, FieldBounds>): boolean {
  const { sparse, partialFilterExpression: partial, fields } = index.spec
  const demands = (path: string) => bounds.get(path)?.matchesMissing === false
  if (sparse) return fields.some(field => demands(field.path))
  if (partial === undefined) return true
  return Object.entries(partial).every(([path, condition]) => {
    const keys = bounds.get(path)?.keys
    if (isExists(condition)) return demands(path)
    return (
      !isDocument(condition) &&
      kindOf(condition) !== 'regex' &&
      keys?.length === 1 &&
      keys[0] === keyOf(condition)
    )
  })
}

function isExists(condition: unknown): boolean {
  return isDocument(condition) && Object.keys(condition).length === 1 && condition.$exists === true
}

/** Whether reading the index from field `at` on gives the wanted order; the fields before have one value each. */
function servesSort(index: Index, at: number, sort: readonly SortField[]): -1 | 1 | undefined {
  const fixed = new Set(index.spec.fields.slice(0, at).map(field => field.path))
  const wanted = sort.filter(field => !fixed.has(field.path))
  const rest = index.spec.fields.slice(at)
  const direction = wanted[0]?.direction ?? 1
  const fits = wanted.every(
    (field, position) => rest[position]?.path === field.path && field.direction === direction,
  )
  return fits ? direction : undefined
}

function planFor(
  index: Index,
  bounds: ReadonlyMap<string, FieldBounds>,
  sort: readonly SortField[],
): { plan: Plan; score: number } | undefined {
  if (!isComplete(index, bounds)) return undefined
  const { fields } = index.spec
  let prefixes = ['']
  let at = 0
  for (; at < fields.length; at += 1) {
    const keys = bounds.get(fields[at]!.path)?.keys
    if (keys === undefined || prefixes.length * keys.length > mostSpans) break
    prefixes = prefixes.flatMap(prefix => keys.map(key => prefix + key))
  }
  const exact = at === fields.length && index.spec.unique
  const next = at < fields.length ? bounds.get(fields[at]!.path) : undefined
  // Different elements of an array may hold the two ends of a range, so only one end can be used then.
  const range = next?.from === undefined ? undefined : index.multikey ? undefined : next
  const direction = index.multikey || prefixes.length > 1 ? undefined : servesSort(index, at, sort)
  const sorted = sort.length > 0 && direction !== undefined
  const score = at * 4 + (range === undefined ? 0 : 2) + (sorted ? 1 : 0) + (exact ? 8 : 0)
  if (score === 0) return undefined
  const spans = prefixes.map(prefix => ({
    from: prefix + (range?.from ?? ''),
    to: prefix + (range?.to ?? afterPrefix),
  }))
  return { plan: { index, spans, exact, descending: sorted && direction === -1, sorted }, score }
}

/** The best index for a query, undefined when reading everything is all that is left. */
export function choosePlan(
  indexes: readonly Index[],
  bounds: ReadonlyMap<string, FieldBounds>,
  sort: readonly SortField[],
): Plan | undefined {
  let best: { plan: Plan; score: number } | undefined
  for (const index of indexes) {
    const found = planFor(index, bounds, sort)
    if (found !== undefined && found.score > (best?.score ?? 0)) best = found
  }
  return best?.plan
}

/** A plan for each branch of a `$or`, undefined unless every branch has one. */
export function chooseBranches(indexes: readonly Index[], bounds: Bounds): readonly Plan[] | undefined {
  const plans = bounds.branches?.map(branch =>
    choosePlan(indexes, new Map([...bounds.fields, ...branch.fields]), []),
  )
  return plans?.every(plan => plan !== undefined) ? plans : undefined
}
