import { describe } from '../bson/describe.ts'
import { type Doc, isDocument } from '../bson/kinds.ts'
import { directValue } from '../bson/paths.ts'
import { MongoError } from '../mongo-error.ts'
import { compileFilter, compileValueTest, type Evaluate } from '../query/matcher.ts'
import type { ValueTest } from '../query/operators.ts'
import { Slot } from './slots.ts'

/** Tests of array elements by the names that `$[name]` uses. */
export type ArrayFilters = ReadonlyMap<string, ValueTest>

/** What the arrayFilters of an update say. Throws FailedToParse where they have no single name. */
export function parseArrayFilters(filters: unknown, evaluate: Evaluate): ArrayFilters {
  const tests = new Map<string, ValueTest>()
  if (filters === undefined) return tests
  if (!Array.isArray(filters)) throw new MongoError(14, 'arrayFilters must be an array')
  for (const filter of filters) {
    const names = new Set(isDocument(filter) ? namesIn(filter) : [])
    const [name] = names
    if (name === undefined || names.size > 1) {
      throw new MongoError(
        9,
        'Error parsing array filter :: caused by :: Expected a single top-level field name',
      )
    }
    if (tests.has(name)) {
      throw new MongoError(9, `Found multiple array filters with the same top-level field name ${name}`)
    }
    tests.set(name, elementTest(name, filter as Doc, evaluate))
  }
  return tests
}

function namesIn(filter: Doc): string[] {
  return Object.entries(filter).flatMap(([path, condition]) => {
    if (!path.startsWith('$')) return [path.split('.')[0]!]
    return Array.isArray(condition) ? condition.filter(isDocument).flatMap(namesIn) : []
  })
}

function elementTest(name: string, filter: Doc, evaluate: Evaluate): ValueTest {
  const own = Object.entries(filter)
  if (own.length === 1 && own[0]![0] === name) return compileValueTest(own[0]![1], evaluate)
  const test = compileFilter(filter, evaluate)
  return element => test({ [name]: element })
}

/**
 * The places that an update path names in one document: `$` is the element that the filter found, `$[]` each element,
 * `$[name]` those that an array filter takes.
 */
export function slotsFor(
  document: Doc,
  parts: readonly string[],
  filters: ArrayFilters,
  positional: (path: readonly string[]) => number,
): Slot[] {
  const at = parts.findIndex(part => part.startsWith('$'))
  if (at === -1) return [new Slot(document, parts)]
  const [before, part, rest] = [parts.slice(0, at), parts[at]!, parts.slice(at + 1)]
  if (part === '$') {
    return slotsFor(document, [...before, String(positional(before)), ...rest], filters, positional)
  }
  const name = /^\$\[(.*)\]$/.exec(part)?.[1]
  if (name === undefined) {
    throw new MongoError(
      52,
      `The dollar ($) prefixed field '${part}' in '${parts.join('.')}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    )
  }
  const list = directValue(document, before)
  if (!Array.isArray(list)) {
    throw list === undefined
      ? new MongoError(
          2,
          `The path '${before.join('.')}' must exist in the document in order to apply array updates.`,
        )
      : new MongoError(
          2,
          `Cannot apply array updates to non-array element ${before.at(-1)}: ${describe(list)}`,
        )
  }
  const test = name === '' ? () => true : filters.get(name)
  if (test === undefined) {
    throw new MongoError(2, `No array filter found for identifier '${name}' in path '${parts.join('.')}'`)
  }
  return list.flatMap((element, position) =>
    test(element) ? slotsFor(document, [...before, String(position), ...rest], filters, positional) : [],
  )
}
