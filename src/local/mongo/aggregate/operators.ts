import { evalExpr } from 'mingo/core'
import * as arithmeticOperators from 'mingo/operators/expression/arithmetic'
import type { Options } from 'mingo/types'
import { compareValues, equalValues } from '../bson/compare.ts'
import { keyOf } from '../bson/keys.ts'
import { type Doc, isDocument, isNumeric, type Kind, kindOf } from '../bson/kinds.ts'
import { toNumber } from '../bson/numbers.ts'
import { MongoError } from '../mongo-error.ts'
import { isTruthy } from '../query/operators.ts'
import { parseSort, sorted } from '../query/sort.ts'
import { arithmetic, average, sum, typedLike } from './arithmetic.ts'
import { convertTo, kindNamed } from './conversions.ts'

/** As mingo calls an operator: the document, the unevaluated operand, its options. */
export type Operator = (document: unknown, operand: unknown, options: Options) => unknown

type Table = Record<`$${string}`, Operator>

/** The operands, evaluated; one that is not in an array counts as an array of one. */
function operands(document: unknown, operand: unknown, options: Options): unknown[] {
  const list = Array.isArray(operand) ? operand : [operand]
  return list.map(item => evalExpr(document, item, options))
}

/** An operator of values only. */
function ofValues(compute: (...values: unknown[]) => unknown): Operator {
  return (document, operand, options) => compute(...operands(document, operand, options))
}

function needPair(name: string, compute: (a: unknown, b: unknown) => unknown): Operator {
  return (document, operand, options) => {
    if (!Array.isArray(operand) || operand.length !== 2) {
      const count = Array.isArray(operand) ? operand.length : 1
      throw new MongoError(16020, `Expression ${name} takes exactly 2 arguments. ${count} were passed in.`)
    }
    const [a, b] = operands(document, operand, options)
    return compute(a, b)
  }
}

const comparisons: Table = {
  $eq: needPair('$eq', (a, b) => compareValues(a, b) === 0),
  $ne: needPair('$ne', (a, b) => compareValues(a, b) !== 0),
  $gt: needPair('$gt', (a, b) => compareValues(a, b) > 0),
  $gte: needPair('$gte', (a, b) => compareValues(a, b) >= 0),
  $lt: needPair('$lt', (a, b) => compareValues(a, b) < 0),
  $lte: needPair('$lte', (a, b) => compareValues(a, b) <= 0),
  $cmp: needPair('$cmp', (a, b) => Math.sign(compareValues(a, b))),
  $in: needPair('$in', (value, list) => {
    if (!Array.isArray(list)) {
      throw new MongoError(40081, `$in requires an array as a second argument, found: ${kindOf(list)}`)
    }
    return list.some(item => equalValues(item, value))
  }),
}

const logic: Table = {
  $and: ofValues((...values) => values.every(isTruthy)),
  $or: ofValues((...values) => values.some(isTruthy)),
  $not: ofValues(value => !isTruthy(value)),
  $cond: (document, operand, options) => {
    const [test, yes, no] = Array.isArray(operand)
      ? operand
      : isDocument(operand)
        ? [operand.if, operand.then, operand.else]
        : []
    return evalExpr(document, isTruthy(evalExpr(document, test, options)) ? yes : no, options)
  },
  $switch: (document, operand, options) => {
    const { branches, default: otherwise } = operand as {
      branches?: { case: unknown; then: unknown }[]
      default?: unknown
    }
    const taken = branches?.find(branch => isTruthy(evalExpr(document, branch.case, options)))
    if (taken === undefined && !Object.hasOwn(operand as Doc, 'default')) {
      throw new MongoError(
        40066,
        '$switch could not find a matching branch for an input, and no default was specified.',
      )
    }
    return evalExpr(document, taken === undefined ? otherwise : taken.then, options)
  },
}

const calculations: Table = Object.fromEntries(
  ['$add', '$subtract', '$multiply', '$divide', '$mod'].map(name => [
    name,
    ofValues((...values) => arithmetic(name, values)),
  ]),
)

/** What mingo computes in doubles: give it doubles, and give the result the operand's type back. */
const roundings: Table = Object.fromEntries(
  Object.entries(arithmeticOperators as unknown as Table)
    .filter(([name]) => !(name in calculations))
    .map(([name, compute]): [string, Operator] => [
      name,
      (document, operand, options) => {
        const values = operands(document, operand, options)
        const plain = values.map(value => (isNumeric(value) ? toNumber(value) : value))
        const result = compute(
          document,
          Array.isArray(operand) && operand.length > 1 ? plain : plain[0],
          options,
        )
        return ['$abs', '$ceil', '$floor', '$round', '$trunc'].includes(name)
          ? typedLike(result, values[0])
          : result
      },
    ]),
)

function converts(kind: Kind): Operator {
  return ofValues(value => convertTo(kind, value))
}

const conversions: Table = {
  $toInt: converts('int'),
  $toLong: converts('long'),
  $toDouble: converts('double'),
  $toDecimal: converts('decimal'),
  $toString: converts('string'),
  $toBool: converts('bool'),
  $toDate: converts('date'),
  $toObjectId: converts('objectId'),
  $type: ofValues(kindOf),
  $isNumber: ofValues(isNumeric),
  $convert: (document, operand, options) => {
    const { input, to, onError, onNull } = operand as Doc
    const value = evalExpr(document, input, options)
    if (value === null || value === undefined) return evalExpr(document, onNull, options) ?? null
    try {
      return convertTo(kindNamed(evalExpr(document, to, options)), value)
    } catch (cause) {
      if (onError === undefined) throw cause
      return evalExpr(document, onError, options)
    }
  },
}

const arrays: Table = {
  $sortArray: (document, operand, options) => {
    const { input, sortBy } = operand as Doc
    const list = evalExpr(document, input, options)
    if (list === null || list === undefined) return null
    if (!Array.isArray(list)) {
      throw new MongoError(
        2942504,
        `The input argument to $sortArray must be an array, but was of type: ${kindOf(list)}`,
      )
    }
    return isDocument(sortBy)
      ? sorted(list, parseSort(sortBy), item => (isDocument(item) ? item : {}))
      : list.toSorted((a, b) => compareValues(a, b) * Number(sortBy))
  },
}

/** Expression operators whose answer depends on BSON's types or order, which mingo does not know. */
export const expressionOperators: Table = {
  ...comparisons,
  ...logic,
  ...calculations,
  ...roundings,
  ...conversions,
  ...arrays,
}

function extreme(values: readonly unknown[], sign: 1 | -1): unknown {
  const present = values.filter(value => value !== null && value !== undefined)
  if (present.length === 0) return null
  return present.reduce((best, value) => (compareValues(value, best) * sign > 0 ? value : best))
}

/** Accumulators over the values of a group; undefined is a missing field. */
export const accumulators: Readonly<Record<string, (values: readonly unknown[]) => unknown>> = {
  $sum: sum,
  $avg: average,
  $min: values => extreme(values, -1),
  $max: values => extreme(values, 1),
  $push: values => values.filter(value => value !== undefined),
  $addToSet: values => [
    ...new Map(values.filter(value => value !== undefined).map(value => [keyOf(value), value])).values(),
  ],
  $first: values => values[0] ?? null,
  $last: values => values.at(-1) ?? null,
  $count: values => values.length,
}
