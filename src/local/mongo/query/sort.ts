import { compareValues } from '../bson/compare.ts'
import { type Doc, isDocument, isNumeric } from '../bson/kinds.ts'
import { toNumber } from '../bson/numbers.ts'
import { partsOf, reachedValues } from '../bson/paths.ts'
import { MongoError, notHere } from '../mongo-error.ts'

/** One field of a sort. */
export interface SortField {
  readonly path: string
  readonly direction: 1 | -1
}

/** Fields that a sort may have. https://www.mongodb.com/docs/v7.0/reference/limits/ */
const mostFields = 32

/** What a sort says, checked; `$natural` is the order of insertion. */
export function parseSort(sort: Doc): SortField[] {
  const fields = Object.entries(sort)
  if (fields.length > mostFields) {
    throw new MongoError(2, `Cannot sort by more than ${mostFields} keys`)
  }
  return fields.map(([path, value]) => {
    if (isDocument(value)) throw notHere('a sort by $meta')
    const direction = isNumeric(value) ? toNumber(value) : 0
    if (direction !== 1 && direction !== -1) {
      throw new MongoError(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)')
    }
    if (path === '' || path.split('.').includes('')) {
      throw new MongoError(40352, 'FieldPath cannot be constructed with empty string')
    }
    return { path, direction }
  })
}

// An array sorts by its least element ascending and by its greatest descending; an empty one is below null.
function sortValue(doc: Doc, parts: readonly string[], direction: 1 | -1): unknown {
  const first = parts.length === 1 && Object.hasOwn(doc, parts[0]!) ? doc[parts[0]!] : undefined
  if (first !== undefined && !Array.isArray(first)) return first
  const reached = reachedValues(doc, parts)
  if (reached.length === 0) return null
  const values = reached.flatMap(value => {
    if (!Array.isArray(value)) return [value ?? null]
    return value.length === 0 ? [undefined] : value
  })
  return values.reduce((best, value) => (compareValues(value, best) * direction < 0 ? value : best))
}

/** The items in the order of a sort; equal ones keep their order. */
export function sorted<T>(items: readonly T[], sort: readonly SortField[], docOf: (item: T) => Doc): T[] {
  const fields = sort.map(field => ({ parts: partsOf(field.path), direction: field.direction }))
  const rows = items.map(item => {
    const doc = docOf(item)
    return { item, values: fields.map(field => sortValue(doc, field.parts, field.direction)) }
  })
  rows.sort((a, b) => {
    for (let i = 0; i < fields.length; i += 1) {
      const order = compareValues(a.values[i], b.values[i])
      if (order !== 0) return order * fields[i]!.direction
    }
    return 0
  })
  return rows.map(row => row.item)
}
