import { compareValues, equalValues } from '../bson/compare.ts'
import { describe } from '../bson/describe.ts'
import { isDocument, isNumeric, kindOf } from '../bson/kinds.ts'
import { toNumber } from '../bson/numbers.ts'
import { MongoError } from '../mongo-error.ts'
import { isOperators } from '../query/conditions.ts'
import { compileFilter, compileValueTest, type Evaluate } from '../query/matcher.ts'
import type { ValueTest } from '../query/operators.ts'
import { parseSort, sorted } from '../query/sort.ts'
import type { Slot } from './slots.ts'

function listAt(slot: Slot): unknown[] | undefined {
  const value = slot.get()
  if (value === undefined || Array.isArray(value)) return value
  const id = describe(slot.document._id)
  throw new MongoError(
    2,
    `The field '${slot.path}' must be an array but is of type ${kindOf(value)} in document {_id: ${id}}`,
  )
}

function wholeNumber(name: string, value: unknown): number {
  const number = isNumeric(value) ? toNumber(value) : Number.NaN
  if (Number.isInteger(number)) return number
  throw new MongoError(
    2,
    `The value for ${name} must be an integer value but was given type: ${kindOf(value)}`,
  )
}

const pushModifiers = new Set(['$each', '$position', '$slice', '$sort'])

/** `$push`, with `$each`, `$position`, `$sort` and `$slice`, which apply in this order. */
export function push(slot: Slot, operand: unknown): void {
  const present = listAt(slot) ?? []
  if (!isDocument(operand) || !Object.hasOwn(operand, '$each')) {
    slot.set([...present, operand])
    return
  }
  const unknown = Object.keys(operand).find(name => !pushModifiers.has(name))
  if (unknown !== undefined) throw new MongoError(2, `Unrecognized clause in $push: ${unknown}`)
  const { $each: each, $position: position, $slice: slice, $sort: sort } = operand
  if (!Array.isArray(each)) {
    throw new MongoError(
      2,
      `The argument to $each in $push must be an array but it was of type: ${kindOf(each)}`,
    )
  }
  const at = position === undefined ? present.length : wholeNumber('$position', position)
  let list = present.toSpliced(at, 0, ...each)
  if (sort !== undefined) list = sortedList(list, sort)
  if (slice !== undefined) {
    const most = wholeNumber('$slice', slice)
    list = most < 0 ? list.slice(most) : list.slice(0, most)
  }
  slot.set(list)
}

function sortedList(list: readonly unknown[], sort: unknown): unknown[] {
  if (isDocument(sort)) return sorted(list, parseSort(sort), item => (isDocument(item) ? item : {}))
  const direction = isNumeric(sort) ? toNumber(sort) : 0
  if (direction !== 1 && direction !== -1) {
    throw new MongoError(2, 'The $sort element value must be either 1 or -1')
  }
  return list.toSorted((a, b) => compareValues(a, b) * direction)
}

export function addToSet(slot: Slot, operand: unknown): void {
  const present = listAt(slot)
  const each = isDocument(operand) && Object.keys(operand)[0] === '$each' ? operand.$each : [operand]
  if (!Array.isArray(each)) {
    throw new MongoError(
      14,
      `The argument to $each in $addToSet must be an array but it was of type ${kindOf(each)}`,
    )
  }
  const list = [...(present ?? [])]
  for (const item of each) if (!list.some(known => equalValues(known, item))) list.push(item)
  if (present === undefined || list.length > present.length) slot.set(list)
}

export function pop(slot: Slot, operand: unknown): void {
  const end = isNumeric(operand) ? toNumber(operand) : 0
  if (end !== 1 && end !== -1) throw new MongoError(9, `$pop expects 1 or -1, found: ${describe(operand)}`)
  const list = listAt(slot)
  if (list !== undefined) slot.set(end === 1 ? list.slice(0, -1) : list.slice(1))
}

export function pullAll(slot: Slot, operand: unknown): void {
  if (!Array.isArray(operand)) {
    throw new MongoError(2, `$pullAll requires an array argument but was given a ${kindOf(operand)}`)
  }
  removeWhere(slot, item => operand.some(value => equalValues(item, value)))
}

/** `$pull`: elements that a condition takes, or documents that match a filter. */
export function pull(slot: Slot, operand: unknown, evaluate: Evaluate): void {
  removeWhere(slot, pullTest(operand, evaluate))
}

function pullTest(operand: unknown, evaluate: Evaluate): ValueTest {
  if (isOperators(operand) && !['$and', '$or', '$nor'].includes(Object.keys(operand)[0]!)) {
    return compileValueTest(operand, evaluate)
  }
  if (isDocument(operand)) {
    const test = compileFilter(operand, evaluate)
    return item => isDocument(item) && test(item)
  }
  if (kindOf(operand) === 'regex') return compileValueTest(operand, evaluate)
  return item => equalValues(item, operand)
}

function removeWhere(slot: Slot, test: ValueTest): void {
  const list = slot.get()
  if (list === undefined) return
  if (!Array.isArray(list)) throw new MongoError(2, 'Cannot apply $pull to a non-array value')
  const kept = list.filter(item => !test(item))
  if (kept.length < list.length) slot.set(kept)
}
