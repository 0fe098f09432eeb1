import type { Binary, ObjectId } from 'bson'
import { evalExpr } from 'mingo/core'
import * as dateOperators from 'mingo/operators/expression/date'
import type { Options } from 'mingo/types'
import { documentBytes } from '../bson/codec.ts'
import { type Doc, isDocument, isNumeric, kindOf } from '../bson/kinds.ts'
import { toNumber } from '../bson/numbers.ts'
import { MongoError } from '../mongo-error.ts'
import type { Operator } from './operators.ts'

/** Parts of a date, which mingo refuses to read where there is no date. */
const partNames = [
  ...['$year', '$month', '$week', '$hour', '$minute', '$second', '$millisecond', '$dayOfYear', '$dayOfMonth'],
  ...['$dayOfWeek', '$isoDayOfWeek', '$isoWeek', '$isoWeekYear'],
]

/** Null of nothing; an ObjectId has a date too. */
function partOfDate(compute: Operator): Operator {
  return (document, operand, options) => {
    const given: Doc = isDocument(operand) && Object.hasOwn(operand, 'date') ? operand : { date: operand }
    const value = evalExpr(document, given.date, options)
    if (value === null || value === undefined) return null
    const date = kindOf(value) === 'objectId' ? (value as ObjectId).getTimestamp() : value
    if (!(date instanceof Date))
      throw new MongoError(16006, `can't convert from BSON type ${kindOf(value)} to Date`)
    return compute(document, { ...given, date }, options)
  }
}

const dateParts = Object.fromEntries(
  partNames.map(name => [name, partOfDate((dateOperators as unknown as Record<string, Operator>)[name]!)]),
)

/** The place of a text in another, in code points; -1 when it is not there. */
function indexOfCodePoints(document: unknown, operand: unknown, options: Options): number | null {
  const [text, sought, from, to] = (Array.isArray(operand) ? operand : []).map(item =>
    evalExpr(document, item, options),
  )
  if (text === null || text === undefined) return null
  if (typeof text !== 'string' || typeof sought !== 'string') {
    throw new MongoError(40093, `$indexOfCP requires a string as the first argument, found: ${kindOf(text)}`)
  }
  const points = [...text]
  const first = isNumeric(from) ? toNumber(from) : 0
  const last = isNumeric(to) ? toNumber(to) : points.length
  const at = points.slice(first, last).join('').indexOf(sought)
  return at === -1 ? -1 : first + [...points.slice(first, last).join('').slice(0, at)].length
}

/** Numbers that one range may hold: MongoDB stops at 100 MB. */
const longestRange = 1_000_000

function range(document: unknown, operand: unknown, options: Options): number[] {
  const values = (Array.isArray(operand) ? operand : []).map(item => evalExpr(document, item, options))
  const [start, end, step] = [values[0], values[1], values[2] ?? 1].map(item =>
    isNumeric(item) ? toNumber(item) : Number.NaN,
  )
  if (![start, end, step].every(Number.isInteger))
    throw new MongoError(34443, '$range requires a numeric starting value, ending value and step')
  if (step === 0) throw new MongoError(34449, '$range requires a non-zero step value')
  const length = Math.max(0, Math.ceil((end! - start!) / step!))
  if (length > longestRange)
    throw new MongoError(146, `$range would make ${length} numbers, which is too many`)
  return Array.from({ length }, (_, at) => start! + at * step!)
}

function size(name: string, of: (value: unknown) => number): Operator {
  return (document, operand, options) => {
    const value = evalExpr(document, operand, options)
    if (value === null || value === undefined) return null
    const wrong = name === '$bsonSize' ? !isDocument(value) : !['string', 'binData'].includes(kindOf(value))
    if (wrong)
      throw new MongoError(name === '$bsonSize' ? 31393 : 51276, `${name} cannot take a ${kindOf(value)}`)
    return of(value)
  }
}

/** Operators that mingo lacks or takes too strictly. */
export const moreOperators: Readonly<Record<string, Operator>> = {
  ...dateParts,
  $indexOfCP: indexOfCodePoints,
  $range: range,
  $bsonSize: size('$bsonSize', value => documentBytes(value as Doc).length),
  $binarySize: size('$binarySize', value =>
    typeof value === 'string' ? Buffer.byteLength(value) : (value as Binary).length(),
  ),
}

/** Operators of one operand, which may also stand in an array of one. */
export const unaryOperators: ReadonlySet<string> = new Set([
  ...partNames,
  ...['$size', '$arrayToObject', '$objectToArray', '$reverseArray', '$first', '$last', '$allElementsTrue'],
  ...['$anyElementTrue', '$toLower', '$toUpper', '$strLenCP', '$strLenBytes', '$bsonSize', '$binarySize'],
  ...['$sum', '$avg', '$min', '$max', '$stdDevPop', '$stdDevSamp', '$bitNot'],
])
