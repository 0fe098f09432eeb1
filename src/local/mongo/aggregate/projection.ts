import { type Doc, isDocument, isNumeric, ownField, setField } from '../bson/kinds.ts'
import { toNumber } from '../bson/numbers.ts'
import { directValue, partsOf } from '../bson/paths.ts'
import { MongoError } from '../mongo-error.ts'
import { compileFilter } from '../query/matcher.ts'
import { positionFound } from '../query/position.ts'
import type { Expressions } from './expressions.ts'

/** Computes a field of the result from the whole document; undefined leaves it out. */
type Compute = (document: Doc) => unknown

/** What becomes of the fields of one level. */
interface Level {
  readonly fields: Map<string, true | Compute | Level>
}

/** Makes a new document of one; the given one stays as it is. */
export type Project = (document: Doc) => Doc

interface Parts {
  readonly included: Level
  readonly excluded: Level
  readonly computed: Level
  counts: { included: number; excluded: number; computed: number }
  id: boolean | undefined
}

const newLevel = (): Level => ({ fields: new Map() })

const isLevel = (value: unknown): value is Level => typeof value === 'object' && value !== null

function put(level: Level, path: string, value: true | Compute): void {
  const [first, ...rest] = path.split('.') as [string, ...string[]]
  if (first === '' || rest.includes('')) {
    throw new MongoError(40353, "FieldPath must not end with a '.'.")
  }
  const present = level.fields.get(first)
  if (rest.length === 0) {
    if (present !== undefined) throw new MongoError(31250, `Path collision at ${path}`)
    level.fields.set(first, value)
    return
  }
  if (present !== undefined && !isLevel(present)) throw new MongoError(31249, `Path collision at ${path}`)
  const next = isLevel(present) ? present : newLevel()
  level.fields.set(first, next)
  put(next, rest.join('.'), value)
}

function isFlag(value: unknown): value is number | boolean {
  return typeof value === 'boolean' || isNumeric(value)
}

const flagOf = (value: unknown) => (typeof value === 'boolean' ? value : toNumber(value as number) !== 0)

function take(
  parts: Parts,
  path: string,
  value: unknown,
  expressions: Expressions,
  find: Doc | undefined,
): void {
  if (isFlag(value)) {
    const wanted = flagOf(value)
    if (path === '_id') parts.id = wanted
    else {
      if (path.endsWith('.$')) takePositional(parts, path.slice(0, -2), expressions, find)
      else put(wanted ? parts.included : parts.excluded, path, true)
      parts.counts[wanted ? 'included' : 'excluded'] += 1
    }
    return
  }
  if (isDocument(value)) {
    const [name, operand] = Object.entries(value)[0] ?? ['', undefined]
    const special = find !== undefined ? findOperator(name, operand, path, expressions) : undefined
    if (special !== undefined) {
      put(parts.computed, path, special.compute)
      if (special.includes) parts.counts.computed += 1
      return
    }
    if (!name.startsWith('$')) {
      if (name === '')
        throw new MongoError(
          51270,
          'An empty sub-projection is not a valid value. Found empty object at path',
        )
      for (const [inner, item] of Object.entries(value))
        take(parts, `${path}.${inner}`, item, expressions, find)
      return
    }
  }
  if (path === '_id') parts.id ??= true
  put(parts.computed, path, document => expressions.evaluate(document, value))
  parts.counts.computed += 1
}

/** `list.$`: of an array, the element that the filter found. */
function takePositional(parts: Parts, path: string, expressions: Expressions, filter: Doc | undefined): void {
  if (filter === undefined)
    throw new MongoError(31324, "Cannot use positional operator in an aggregation's projection")
  put(parts.computed, path, document => {
    const list = directValue(document, partsOf(path))
    if (!Array.isArray(list)) return list
    return [list[positionFound(document, filter, partsOf(path), expressions.evaluate)]]
  })
}

/** `$slice` and `$elemMatch` as find has them, over a field of the top level. */
function findOperator(
  name: string,
  operand: unknown,
  path: string,
  expressions: Expressions,
): { compute: Compute; includes: boolean } | undefined {
  if (name === '$elemMatch') {
    if (!isDocument(operand)) throw new MongoError(2, 'elemMatch: Invalid argument, object required')
    const test = compileFilter({ value: { $elemMatch: operand } }, expressions.evaluate)
    const compute: Compute = document => {
      const list = ownField(document, path)
      const found = Array.isArray(list) ? list.find(item => test({ value: [item] })) : undefined
      return found === undefined ? undefined : [found]
    }
    return { compute, includes: true }
  }
  if (name === '$slice' && (isNumeric(operand) || (Array.isArray(operand) && operand.every(isNumeric)))) {
    const numbers = (Array.isArray(operand) ? operand : [operand]).map(toNumber)
    return { compute: document => slice(ownField(document, path), numbers), includes: false }
  }
  if (name === '$meta') throw new MongoError(238, '$meta is not supported here')
  return undefined
}

function slice(list: unknown, [first = 0, count]: readonly number[]): unknown {
  if (!Array.isArray(list)) return list
  if (count === undefined) return first < 0 ? list.slice(first) : list.slice(0, first)
  const from = first < 0 ? Math.max(0, list.length + first) : first
  return list.slice(from, from + count)
}

// Elements that are no documents are left out of an inclusion, and stay in an exclusion.
function include(value: unknown, level: Level): unknown {
  if (Array.isArray(value)) {
    return value.filter(item => Array.isArray(item) || isDocument(item)).map(item => include(item, level))
  }
  if (!isDocument(value)) return undefined
  const result: Doc = {}
  for (const [name, field] of Object.entries(value)) {
    const wanted = level.fields.get(name)
    const kept = wanted === true ? field : isLevel(wanted) ? include(field, wanted) : undefined
    if (kept !== undefined) setField(result, name, kept)
  }
  return result
}

function exclude(value: unknown, level: Level): unknown {
  if (Array.isArray(value)) return value.map(item => exclude(item, level))
  if (!isDocument(value)) return value
  const result: Doc = {}
  for (const [name, field] of Object.entries(value)) {
    const dropped = level.fields.get(name)
    if (dropped === true) continue
    setField(result, name, isLevel(dropped) ? exclude(field, dropped) : field)
  }
  return result
}

/** Puts computed fields over a document, into each element of arrays on the way. The document stays as it is. */
function withComputed(value: unknown, level: Level, root: Doc): unknown {
  if (Array.isArray(value)) return value.map(item => withComputed(item, level, root))
  const result: Doc = isDocument(value) ? { ...value } : {}
  for (const [name, field] of level.fields) {
    if (field === true) continue
    const computed = isLevel(field) ? withComputed(ownField(result, name), field, root) : field(root)
    if (computed === undefined) delete result[name]
    else setField(result, name, computed)
  }
  return result
}

/** Fields to compute by path, for `$addFields`. */
export function computedFields(spec: Doc, expressions: Expressions): Project {
  const level = newLevel()
  const read = (fields: Doc, prefix: string) => {
    for (const [name, value] of Object.entries(fields)) {
      const first = isDocument(value) ? Object.keys(value)[0] : undefined
      if (first !== undefined && !first.startsWith('$')) read(value as Doc, `${prefix}${name}.`)
      else put(level, prefix + name, document => expressions.evaluate(document, value))
    }
  }
  read(spec, '')
  return document => withComputed(document, level, document) as Doc
}

/**
 * What a projection does: of find, whose filter is given, or of `$project`. In find `$slice`, `$elemMatch` and `list.$`
 * cut arrays. Throws 31253 and 31254 where
 * it both includes and excludes.
 */
export function compileProjection(spec: Doc, expressions: Expressions, find?: Doc): Project {
  const parts: Parts = {
    included: newLevel(),
    excluded: newLevel(),
    computed: newLevel(),
    counts: { included: 0, excluded: 0, computed: 0 },
    id: undefined,
  }
  for (const [path, value] of Object.entries(spec)) {
    const { included } = parts.counts
    take(parts, path, value, expressions, find)
    if (parts.counts.included > 0 && parts.counts.excluded > 0) {
      throw included > 0
        ? new MongoError(31254, `Cannot do exclusion on field ${path} in inclusion projection`)
        : new MongoError(31253, `Cannot do inclusion on field ${path} in exclusion projection`)
    }
  }
  const { included, excluded, computed, counts, id } = parts
  const including = counts.included > 0 || counts.computed > 0 || (counts.excluded === 0 && id === true)
  if (including && counts.excluded > 0) {
    throw new MongoError(31252, 'Cannot use an expression in an exclusion projection')
  }
  const level = including ? included : excluded
  if (including ? id !== false && !computed.fields.has('_id') : id === false) level.fields.set('_id', true)
  const cut = including ? include : exclude
  return document => {
    const kept = cut(document, level) as Doc
    return computed.fields.size === 0 ? kept : (withComputed(kept, computed, document) as Doc)
  }
}
