import type { Doc } from '../bson/kinds.ts'
import type { Deadline } from '../deadline.ts'
import { compileFilter, type Evaluate } from '../query/matcher.ts'
import { parseSort, type SortField, sorted } from '../query/sort.ts'
import { boundsOf } from './bounds.ts'
import type { Collection } from './collection.ts'
import { chooseBranches, choosePlan, type Plan } from './planner.ts'
import type { Stored } from './record.ts'

export interface Selection {
  readonly filter: Doc
  readonly sort?: Doc
  readonly skip?: number
  /** 0 for no limit. */
  readonly limit?: number
  readonly evaluate: Evaluate
  readonly deadline: Deadline
}

/** What was read for an answer. */
export interface Selected {
  readonly records: Stored[]
  /** Indexes that were used; none when every document was looked at. */
  readonly plans: readonly Plan[]
  readonly examined: number
}

/** The records that match, in order. They are a list of their own: what changes later does not change it. */
export function select(collection: Collection, selection: Selection): Selected {
  const { filter, skip = 0, limit = 0, deadline } = selection
  const test = compileFilter(filter, selection.evaluate)
  const { sort, natural } = splitNatural(parseSort(selection.sort ?? {}))
  const plans = natural === undefined ? plansFor(collection, filter, sort) : []
  const inOrder = sort.length === 0 || (plans.length === 1 && plans[0]!.sorted)
  const enough = inOrder && limit > 0 ? skip + limit : Number.POSITIVE_INFINITY
  const found: Stored[] = []
  let examined = 0
  for (const record of candidates(collection, plans, natural)) {
    deadline.step()
    examined += 1
    if (test(record.doc)) found.push(record)
    if (found.length >= enough) break
  }
  const ordered = inOrder ? found : sorted(found, sort, record => record.doc)
  const records =
    skip === 0 && limit === 0 ? ordered : ordered.slice(skip, limit === 0 ? undefined : skip + limit)
  return { records, plans, examined }
}

/** The first record that matches. */
export function selectOne(
  collection: Collection,
  selection: Omit<Selection, 'limit' | 'skip'>,
): Stored | undefined {
  return select(collection, { ...selection, limit: 1 }).records[0]
}

/** How many match, without keeping them where nothing must be tested. */
export function count(collection: Collection, selection: Selection): number {
  if (Object.keys(selection.filter).length > 0) return select(collection, selection).records.length
  const rest = Math.max(0, collection.size - (selection.skip ?? 0))
  return selection.limit === undefined || selection.limit === 0 ? rest : Math.min(rest, selection.limit)
}

function splitNatural(sort: SortField[]): { sort: readonly SortField[]; natural: 1 | -1 | undefined } {
  const natural = sort.find(field => field.path === '$natural')?.direction
  return { sort: natural === undefined ? sort : [], natural }
}

function plansFor(collection: Collection, filter: Doc, sort: readonly SortField[]): readonly Plan[] {
  const bounds = boundsOf(filter)
  const plan = choosePlan(collection.indexes, bounds.fields, sort)
  if (plan !== undefined) return [plan]
  return chooseBranches(collection.indexes, bounds) ?? []
}

function* candidates(
  collection: Collection,
  plans: readonly Plan[],
  natural: 1 | -1 | undefined,
): Generator<Stored> {
  if (natural === -1) {
    yield* [...collection.records()].reverse()
  } else if (plans.length === 0) {
    yield* collection.records()
  } else if (plans.length === 1 && !plans[0]!.index.multikey) {
    yield* planned(plans[0]!)
  } else {
    const seen = new Set<Stored>()
    for (const plan of plans) {
      for (const record of planned(plan)) {
        if (seen.has(record)) continue
        seen.add(record)
        yield record
      }
    }
  }
}

function* planned(plan: Plan): Generator<Stored> {
  for (const { from, to } of plan.spans) {
    if (plan.exact) {
      const owner = plan.index.owner(from)
      if (owner !== undefined) yield owner
    } else {
      yield* plan.index.range(from, to, plan.descending)
    }
  }
}
