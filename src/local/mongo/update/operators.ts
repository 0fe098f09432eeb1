import { copied } from '../bson/copy.ts'
import { type Doc, entryOf, isDocument, kindOf } from '../bson/kinds.ts'
import { isPosition, partsOf } from '../bson/paths.ts'
import { MongoError } from '../mongo-error.ts'
import type { Evaluate } from '../query/matcher.ts'
import { positionFound } from '../query/position.ts'
import { addToSet, pop, pull, pullAll, push } from './array-operators.ts'
import { bit, currentDate, extreme, increment, multiply } from './field-operators.ts'
import { type ArrayFilters, slotsFor } from './positions.ts'
import { Slot } from './slots.ts'

/** What an update of operators needs besides its document. */
export interface UpdateContext {
  readonly filter: Doc
  readonly arrayFilters: ArrayFilters
  readonly evaluate: Evaluate
  readonly now: Date
  /** The document is about to be inserted by an upsert. */
  readonly inserting: boolean
}

type Apply = (slot: Slot, operand: unknown, context: UpdateContext) => void

const operators: Readonly<Record<string, Apply>> = {
  $set: (slot, operand) => slot.set(operand),
  $setOnInsert: (slot, operand, context) => {
    if (context.inserting) slot.set(operand)
  },
  $unset: slot => slot.unset(),
  $inc: increment,
  $mul: multiply,
  $min: (slot, operand) => extreme(slot, operand, -1),
  $max: (slot, operand) => extreme(slot, operand, 1),
  $currentDate: (slot, operand, context) => currentDate(slot, operand, context.now),
  $bit: bit,
  $push: push,
  $addToSet: addToSet,
  $pop: pop,
  $pullAll: pullAll,
  $pull: (slot, operand, context) => pull(slot, operand, context.evaluate),
  $rename: (slot, operand) => {
    const value = slot.get()
    if (value === undefined) return
    slot.unset()
    new Slot(slot.document, partsOf(operand as string)).set(value)
  },
}

interface Change {
  readonly parts: readonly string[]
  readonly operand: unknown
  readonly apply: Apply
}

/** Changes a document: the result is a new one. */
export type Update = (document: Doc, context: UpdateContext) => Doc

function checkPath(path: string): string[] {
  if (path === '') throw new MongoError(56, 'An empty update path is not valid.')
  const parts = partsOf(path)
  if (parts.includes('')) {
    throw new MongoError(56, `The update path '${path}' contains an empty field name, which is not allowed.`)
  }
  return parts
}

function changesOf(name: string, fields: unknown): Change[] {
  const apply = entryOf(operators, name)
  if (apply === undefined) {
    throw new MongoError(
      9,
      `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
    )
  }
  if (!isDocument(fields)) {
    throw new MongoError(
      9,
      `Modifiers operate on fields but we found type ${kindOf(fields)} instead. For example: {$mod: {<field>: ...}} not {${name}: ${String(fields)}}`,
    )
  }
  return Object.entries(fields).map(([path, operand]) => {
    if (name === '$rename') checkRename(path, operand)
    return { parts: checkPath(path), operand, apply }
  })
}

function checkRename(path: string, target: unknown): void {
  if (typeof target !== 'string') {
    throw new MongoError(2, `The 'to' field for $rename must be a string: ${path}: ${String(target)}`)
  }
  checkPath(target)
  if (target === path)
    throw new MongoError(2, `The source and target field for $rename must differ: ${path}: "${target}"`)
}

/** New fields come in the order of their names, since MongoDB 5.0; positions by number. */
function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    const [x, y] = [a[i]!, b[i]!]
    if (x === y) continue
    return isPosition(x) && isPosition(y) ? Number(x) - Number(y) : x < y ? -1 : 1
  }
  return a.length - b.length
}

// One path may not be changed twice, nor a path and something inside it. Neighbours of the sorted list tell.
function refuseConflicts(paths: readonly (readonly string[])[]): void {
  const inOrder = paths.toSorted(comparePaths)
  for (const [at, path] of inOrder.entries()) {
    const before = inOrder[at - 1]
    if (before?.every((part, i) => path[i] === part)) {
      throw new MongoError(
        40,
        `Updating the path '${path.join('.')}' would create a conflict at '${before.join('.')}'`,
      )
    }
  }
}

/** An update made of operators. Throws on operators and paths that make no sense, before any document is seen. */
export function compileOperators(update: Doc): Update {
  const changes = Object.entries(update).flatMap(([name, fields]) => changesOf(name, fields))
  const targets = Object.values(isDocument(update.$rename) ? update.$rename : {}) as string[]
  refuseConflicts([...changes.map(change => change.parts), ...targets.map(partsOf)])
  changes.sort((a, b) => comparePaths(a.parts, b.parts))
  return (document, context) => {
    const result = copied(document)
    const positional = (path: readonly string[]) =>
      positionFound(document, context.filter, path, context.evaluate)
    for (const { parts, operand, apply } of changes) {
      for (const slot of slotsFor(result, parts, context.arrayFilters, positional))
        apply(slot, operand, context)
    }
    return result
  }
}
