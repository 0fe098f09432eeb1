import { keyOf } from '../bson/keys.ts'
import { type Doc, isDocument, isNumeric, kindOf, ownField, setField } from '../bson/kinds.ts'
import { toNumber } from '../bson/numbers.ts'
import { directValue, partsOf } from '../bson/paths.ts'
import { MongoError } from '../mongo-error.ts'
import { compileFilter } from '../query/matcher.ts'
import { parseSort, sorted } from '../query/sort.ts'
import type { Expressions } from './expressions.ts'
import { compileProjection, computedFields } from './projection.ts'

/** What a stage makes of the documents before it. It changes none of them: they can be stored ones. */
export type Stage = (documents: readonly Doc[], expressions: Expressions) => Doc[]

export type MakeStage = (operand: unknown) => Stage

export function needDocument(name: string, operand: unknown, code = 40323): Doc {
  if (isDocument(operand)) return operand
  throw new MongoError(code, `${name} specification must be an object, not ${kindOf(operand)}`)
}

function wholeNumber(name: string, operand: unknown, least: number, code: number): number {
  const number = isNumeric(operand) ? toNumber(operand) : Number.NaN
  if (Number.isInteger(number) && number >= least) return number
  throw new MongoError(
    code,
    `invalid argument to ${name} stage: Expected a ${least === 0 ? 'non-negative' : 'positive'} number in: ${name}: ${String(operand)}`,
  )
}

const match: MakeStage = operand => {
  const filter = needDocument('$match', operand, 15959)
  return (documents, expressions) => {
    const test = compileFilter(filter, expressions.evaluate)
    return documents.filter(test)
  }
}

const sort: MakeStage = operand => {
  const fields = parseSort(needDocument('$sort', operand, 15973))
  if (fields.length === 0) throw new MongoError(15976, '$sort stage must have at least one sort key')
  return documents => sorted(documents, fields, document => document)
}

const limit: MakeStage = operand => {
  const most = wholeNumber('$limit', operand, 1, 15958)
  return documents => documents.slice(0, most)
}

const skip: MakeStage = operand => {
  const first = wholeNumber('$skip', operand, 0, 5107200)
  return documents => documents.slice(first)
}

const sample: MakeStage = operand => {
  const size = wholeNumber('$sample', needDocument('$sample', operand, 28745).size, 1, 28747)
  return documents => {
    const rest = [...documents]
    const count = Math.min(size, rest.length)
    return Array.from({ length: count }, () => rest.splice(Math.floor(Math.random() * rest.length), 1)[0]!)
  }
}

const count: MakeStage = operand => {
  if (typeof operand !== 'string' || operand === '' || operand.startsWith('$') || operand.includes('.')) {
    throw new MongoError(40156, 'the count field must be a non-empty string')
  }
  return documents => (documents.length === 0 ? [] : [{ [operand]: documents.length }])
}

const project: MakeStage = operand => {
  const spec = needDocument('$project', operand, 15969)
  if (Object.keys(spec).length === 0) {
    throw new MongoError(
      51272,
      'Invalid $project :: caused by :: projection specification must have at least one field',
    )
  }
  return (documents, expressions) => documents.map(compileProjection(spec, expressions))
}

const addFields: MakeStage = operand => {
  const spec = needDocument('$addFields', operand, 40272)
  return (documents, expressions) => documents.map(computedFields(spec, expressions))
}

const unset: MakeStage = operand => {
  const paths = Array.isArray(operand) ? operand : [operand]
  if (paths.length === 0 || !paths.every(path => typeof path === 'string' && path !== '')) {
    throw new MongoError(31002, '$unset specification must be a string or an array')
  }
  return project(Object.fromEntries(paths.map(path => [path, 0])))
}

function replaceWith(name: string, expression: unknown): Stage {
  return (documents, expressions) =>
    documents.map(document => {
      const result = expressions.evaluate(document, expression)
      if (isDocument(result)) return result
      throw new MongoError(
        40228,
        `'${name}' expression must evaluate to an object, but resulting value was of type: ${kindOf(result)}`,
      )
    })
}

const replaceRoot: MakeStage = operand =>
  replaceWith('newRoot', needDocument('$replaceRoot', operand, 40229).newRoot)

const group: MakeStage = operand => {
  const spec = needDocument('$group', operand, 15947)
  if (!Object.hasOwn(spec, '_id')) throw new MongoError(15955, 'a group specification must include an _id')
  const fields = Object.entries(spec).filter(([name]) => name !== '_id')
  for (const [name, accumulator] of fields) {
    if (name.includes('.')) throw new MongoError(40235, `The field name '${name}' cannot contain '.'`)
    if (!isDocument(accumulator)) {
      throw new MongoError(40234, `The field '${name}' must be an accumulator object`)
    }
    if (Object.keys(accumulator).length !== 1) {
      throw new MongoError(40238, `The field '${name}' must specify one accumulator`)
    }
  }
  return (documents, expressions) => {
    const groups = new Map<string, { id: unknown; members: Doc[] }>()
    for (const document of documents) {
      const id = expressions.evaluate(document, spec._id) ?? null
      const key = keyOf(id)
      const present = groups.get(key)
      if (present === undefined) groups.set(key, { id, members: [document] })
      else present.members.push(document)
    }
    return [...groups.values()].map(({ id, members }) => {
      const result: Doc = { _id: id }
      for (const [name, accumulator] of fields) {
        const [operator, expression] = Object.entries(accumulator as Doc)[0]!
        setField(result, name, expressions.accumulate(operator, members, expression))
      }
      return result
    })
  }
}

const sortByCount: MakeStage = operand => {
  const [grouped, ordered] = [group({ _id: operand, count: { $sum: 1 } }), sort({ count: -1 })]
  return (documents, expressions) => ordered(grouped(documents, expressions), expressions)
}

/** The document with another value at a path, along which only documents are copied. */
function withValue(document: Doc, parts: readonly string[], value: unknown): Doc {
  const [first, ...rest] = parts as [string, ...string[]]
  const result = { ...document }
  const inner = ownField(document, first)
  const next = rest.length === 0 ? value : withValue(isDocument(inner) ? inner : {}, rest, value)
  if (next === undefined) delete result[first]
  else setField(result, first, next)
  return result
}

const unwind: MakeStage = operand => {
  const spec = typeof operand === 'string' ? { path: operand } : needDocument('$unwind', operand, 15981)
  const { path, includeArrayIndex: indexField, preserveNullAndEmptyArrays: preserve } = spec as Doc
  if (typeof path !== 'string' || path === '')
    throw new MongoError(28812, 'no path specified to $unwind stage')
  if (!path.startsWith('$')) {
    throw new MongoError(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`)
  }
  const parts = partsOf(path.slice(1))
  const indexParts = typeof indexField === 'string' ? partsOf(indexField) : undefined
  const numbered = (document: Doc, at: number | null) =>
    indexParts === undefined ? document : withValue(document, indexParts, at)
  return documents =>
    documents.flatMap(document => {
      const value = directValue(document, parts)
      if (Array.isArray(value) && value.length > 0) {
        return value.map((item, at) => numbered(withValue(document, parts, item), at))
      }
      if (value !== undefined && value !== null && !Array.isArray(value)) return [numbered(document, null)]
      if (preserve !== true) return []
      return [numbered(Array.isArray(value) ? withValue(document, parts, undefined) : document, null)]
    })
}

/** Stages that need nothing but their documents. */
export const plainStages: Readonly<Record<string, MakeStage>> = {
  $match: match,
  $sort: sort,
  $limit: limit,
  $skip: skip,
  $sample: sample,
  $count: count,
  $project: project,
  $addFields: addFields,
  $set: addFields,
  $unset: unset,
  $replaceRoot: replaceRoot,
  $replaceWith: operand => replaceWith('replacement document', operand),
  $group: group,
  $sortByCount: sortByCount,
  $unwind: unwind,
}
