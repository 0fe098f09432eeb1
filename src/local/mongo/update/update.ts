import { ObjectId } from 'bson'
import type { Expressions } from '../aggregate/expressions.ts'
import { compilePipeline } from '../aggregate/pipeline.ts'
import { compareValues, equalValues } from '../bson/compare.ts'
import { describe } from '../bson/describe.ts'
import { type Doc, isDocument, kindOf } from '../bson/kinds.ts'
import { partsOf } from '../bson/paths.ts'
import { MongoError } from '../mongo-error.ts'
import { isOperators } from '../query/conditions.ts'
import { compileOperators, type Update } from './operators.ts'
import { parseArrayFilters } from './positions.ts'
import { Slot } from './slots.ts'

export interface UpdateSpec {
  readonly filter: Doc
  readonly update: unknown
  readonly arrayFilters?: unknown
  readonly expressions: Expressions
}

/** Stages that an update may be made of. https://www.mongodb.com/docs/v7.0/tutorial/update-documents-with-aggregation-pipeline/ */
const updateStages = new Set(['$addFields', '$set', '$project', '$unset', '$replaceRoot', '$replaceWith'])

/** What an update does to documents. */
export interface CompiledUpdate {
  /** A whole document was given, so no more than one can be updated. */
  readonly replaces: boolean
  /** The updated document; the given one stays as it is. Throws ImmutableField when its `_id` would change. */
  apply(document: Doc): Doc
  /** The document that an upsert inserts when nothing matched. */
  upserted(): Doc
}

function compileChange(update: unknown, expressions: Expressions): { change: Update; replaces: boolean } {
  if (Array.isArray(update)) {
    for (const stage of update) {
      const name = isDocument(stage) ? Object.keys(stage)[0] : undefined
      if (name === undefined || !updateStages.has(name)) {
        throw new MongoError(72, `${name} is not allowed to be used within an update`)
      }
    }
    const run = compilePipeline(update, () => [])
    return { change: document => run([document], expressions)[0] ?? document, replaces: false }
  }
  if (!isDocument(update)) throw new MongoError(9, 'Update argument must be either an object or an array')
  const names = Object.keys(update)
  if (names[0]?.startsWith('$')) return { change: compileOperators(update), replaces: false }
  const operator = names.find(name => name.startsWith('$'))
  if (operator !== undefined) {
    throw new MongoError(
      52,
      `The dollar ($) prefixed field '${operator}' in '${operator}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    )
  }
  return { change: document => withId(document._id, update), replaces: true }
}

/** `_id` first; that of the document when the replacement has none. */
function withId(id: unknown, document: Doc): Doc {
  const { _id: own = id, ...rest } = document
  return own === undefined ? rest : { _id: own, ...rest }
}

export function compileUpdate(spec: UpdateSpec): CompiledUpdate {
  const { filter, expressions } = spec
  const { change, replaces } = compileChange(spec.update, expressions)
  if (replaces && spec.arrayFilters !== undefined) {
    throw new MongoError(9, 'Cannot specify arrayFilters and a replacement document')
  }
  const context = {
    filter,
    arrayFilters: parseArrayFilters(spec.arrayFilters, expressions.evaluate),
    evaluate: expressions.evaluate,
    now: new Date(),
  }
  return {
    replaces,
    apply: document => {
      const result = change(document, { ...context, inserting: false })
      if (compareValues(result._id, document._id) !== 0) throw changedId(result._id, replaces)
      return withId(document._id, result)
    },
    upserted: () => {
      const start = equalFields(filter)
      const result = change(replaces ? withId(start._id, {}) : start, { ...context, inserting: true })
      if (start._id !== undefined && !equalValues(result._id, start._id))
        throw changedId(result._id, replaces)
      const kind = kindOf(result._id)
      if (kind === 'array' || kind === 'regex') {
        throw new MongoError(53, `The '_id' value cannot be of type ${kind}`)
      }
      return withId(result._id ?? new ObjectId(), result)
    },
  }
}

function changedId(id: unknown, replaces: boolean): MongoError {
  return new MongoError(
    66,
    replaces
      ? `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${describe(id)}`
      : "Performing an update on the path '_id' would modify the immutable field '_id'",
  )
}

/** The fields that a filter says are equal to something: what an upsert starts from. */
function equalFields(filter: Doc): Doc {
  const document: Doc = {}
  const read = (conditions: Doc) => {
    for (const [path, condition] of Object.entries(conditions)) {
      if (path === '$and' && Array.isArray(condition)) {
        for (const part of condition) if (isDocument(part)) read(part)
      } else if (path === '$or' && Array.isArray(condition) && condition.length === 1) {
        if (isDocument(condition[0])) read(condition[0])
      } else if (!path.startsWith('$')) {
        const value = equalTo(condition)
        if (value !== undefined) new Slot(document, partsOf(path)).set(value)
      }
    }
  }
  read(filter)
  return document
}

function equalTo(condition: unknown): unknown {
  if (kindOf(condition) === 'regex') return undefined
  if (!isOperators(condition)) return condition
  const { $eq: equal, $in: list, $all: all } = condition
  if (equal !== undefined) return equal
  const single = Array.isArray(list) ? list : Array.isArray(all) ? all : []
  return single.length === 1 && kindOf(single[0]) !== 'regex' && !isOperators(single[0])
    ? single[0]
    : undefined
}
