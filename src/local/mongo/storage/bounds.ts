import { afterPrefix, keyOf, keyOfRank } from '../bson/keys.ts'
import { type Doc, isDocument, kindOf } from '../bson/kinds.ts'
import { isOperators } from '../query/conditions.ts'

/** What a filter asks of one field, as far as an index can help: one of some keys, or a key in `[from, to)`. */
export interface FieldBounds {
  readonly keys?: readonly string[]
  readonly from?: string
  readonly to?: string
  /** A missing field can match: a sparse index does not have all answers. */
  readonly matchesMissing: boolean
}

export interface Bounds {
  readonly fields: ReadonlyMap<string, FieldBounds>
  /** Of a `$or`: one of these holds besides. */
  readonly branches: readonly Bounds[] | undefined
}

// An array in an index is its elements, so what asks for a whole array cannot be looked up; a regex is not a value.
function isKeyable(value: unknown): boolean {
  const kind = kindOf(value)
  return kind !== 'array' && kind !== 'regex' && kind !== 'missing'
}

const rangeKinds = new Set([
  'int',
  'long',
  'double',
  'decimal',
  'string',
  'objectId',
  'date',
  'bool',
  'binData',
])

function operatorBounds(name: string, operand: unknown): FieldBounds | undefined {
  if (name === '$eq') return equalBounds([operand])
  if (name === '$in') return Array.isArray(operand) ? equalBounds(operand) : undefined
  if (!rangeKinds.has(kindOf(operand)) || Number.isNaN(operand)) return undefined
  const [key, rank] = [keyOf(operand), keyOfRank(operand)]
  const lowest = { from: rank, matchesMissing: false }
  const highest = { to: rank + afterPrefix, matchesMissing: false }
  switch (name) {
    case '$gt':
      return { ...highest, from: key + afterPrefix }
    case '$gte':
      return { ...highest, from: key }
    case '$lt':
      return { ...lowest, to: key }
    case '$lte':
      return { ...lowest, to: key + afterPrefix }
    default:
      return undefined
  }
}

function equalBounds(values: readonly unknown[]): FieldBounds | undefined {
  if (!values.every(isKeyable)) return undefined
  return { keys: [...new Set(values.map(keyOf))].sort(), matchesMissing: values.includes(null) }
}

// Both hold, so the narrower one may be taken; of an array, different elements may hold them.
function narrower(a: FieldBounds | undefined, b: FieldBounds): FieldBounds {
  if (a === undefined) return b
  if (a.keys !== undefined) return b.keys === undefined || a.keys.length <= b.keys.length ? a : b
  if (b.keys !== undefined) return b
  const from = [a.from!, b.from!].sort()[1]!
  const to = [a.to!, b.to!].sort()[0]!
  return { from, to, matchesMissing: false }
}

/** What a filter says that indexes can answer. Whatever they give must still pass the filter. */
export function boundsOf(filter: Doc): Bounds {
  const fields = new Map<string, FieldBounds>()
  let branches: readonly Bounds[] | undefined
  const take = (path: string, found: FieldBounds | undefined) => {
    if (found !== undefined) fields.set(path, narrower(fields.get(path), found))
  }
  const read = (conditions: Doc) => {
    for (const [path, condition] of Object.entries(conditions)) {
      if (path === '$and' && Array.isArray(condition)) {
        for (const part of condition) if (isDocument(part)) read(part)
      } else if (path === '$or' && Array.isArray(condition) && condition.every(isDocument)) {
        branches = condition.map(boundsOf)
      } else if (!path.startsWith('$')) {
        if (isOperators(condition)) {
          for (const [name, operand] of Object.entries(condition)) take(path, operatorBounds(name, operand))
        } else {
          take(path, equalBounds([condition]))
        }
      }
    }
  }
  read(filter)
  return { fields, branches }
}
