import { Decimal128, Long } from 'bson'
import { isInt32, isNumeric, kindOf } from '../bson/kinds.ts'
import { addNumbers, asDouble, multiplyNumbers, type Numeric, toNumber } from '../bson/numbers.ts'
import { MongoError } from '../mongo-error.ts'

function needNumbers(name: string, values: readonly unknown[], code: number): asserts values is Numeric[] {
  const bad = values.find(value => !isNumeric(value))
  if (bad !== undefined) throw new MongoError(code, `${name} only supports numeric types, not ${kindOf(bad)}`)
}

const isNothing = (value: unknown) => value === null || value === undefined

function fold(
  values: readonly Numeric[],
  combine: typeof addNumbers,
  start: Numeric,
  plain: (a: number, b: number) => number,
) {
  // A long that overflows goes on as a double, as in $sum.
  return values.reduce(
    (total, value) => combine(total, value) ?? asDouble(plain(toNumber(total), toNumber(value))),
    start,
  )
}

/** The sum of what is a number. https://www.mongodb.com/docs/v7.0/reference/operator/aggregation/sum/ */
export function sum(values: readonly unknown[]): Numeric {
  return fold(values.filter(isNumeric), addNumbers, 0, (a, b) => a + b)
}

/** The mean of what is a number, null of none. */
export function average(values: readonly unknown[]): Numeric | null {
  const numbers = values.filter(isNumeric)
  if (numbers.length === 0) return null
  return divide(sum(numbers), numbers.length)
}

function divide(a: Numeric, b: Numeric): Numeric {
  if (toNumber(b) === 0) throw new MongoError(2, "can't $divide by zero")
  const quotient = toNumber(a) / toNumber(b)
  return a instanceof Decimal128 || b instanceof Decimal128
    ? Decimal128.fromString(String(quotient))
    : asDouble(quotient)
}

function remainder(a: Numeric, b: Numeric): Numeric {
  if (toNumber(b) === 0) throw new MongoError(16610, "can't $mod by zero")
  if (a instanceof Long || b instanceof Long) {
    const [left, right] = [kindOf(a), kindOf(b)]
    if (left !== 'double' && right !== 'double') return Long.fromBigInt(BigInt(String(a)) % BigInt(String(b)))
  }
  const result = toNumber(a) % toNumber(b)
  return kindOf(a) === 'int' && kindOf(b) === 'int' ? result + 0 : asDouble(result)
}

function add(values: readonly unknown[]): unknown {
  if (values.some(isNothing)) return null
  const date = values.find(value => value instanceof Date)
  const numbers = values.filter(value => value !== date)
  needNumbers('$add', numbers, 14)
  const total = fold(numbers, addNumbers, 0, (a, b) => a + b)
  return date instanceof Date ? new Date(date.getTime() + Math.round(toNumber(total))) : total
}

function subtract(a: unknown, b: unknown): unknown {
  if (isNothing(a) || isNothing(b)) return null
  if (a instanceof Date && b instanceof Date) return Long.fromNumber(a.getTime() - b.getTime())
  if (a instanceof Date && isNumeric(b)) return new Date(a.getTime() - Math.round(toNumber(b)))
  if (!isNumeric(a) || !isNumeric(b)) {
    throw new MongoError(14, `can't $subtract ${kindOf(b)} from ${kindOf(a)}`)
  }
  // Zero minus an int32 may be beyond int32 and is then a long, which addNumbers sees to.
  return addNumbers(a, multiplyNumbers(b, -1) ?? -toNumber(b)) ?? asDouble(toNumber(a) - toNumber(b))
}

/** Arithmetic over values that are computed already. Null where one of them is null or missing. */
export function arithmetic(name: string, values: readonly unknown[]): unknown {
  if (name === '$add') return add(values)
  const [a, b] = values
  if (name === '$subtract') return subtract(a, b)
  if (values.some(isNothing)) return null
  needNumbers(name, values, 14)
  if (name === '$multiply') return fold(values, multiplyNumbers, 1, (x, y) => x * y)
  return name === '$divide' ? divide(values[0]!, values[1]!) : remainder(values[0]!, values[1]!)
}

/** Gives a result that was computed as a double the type of what it was computed from. */
export function typedLike(result: unknown, like: unknown): unknown {
  if (typeof result !== 'number') return result
  switch (kindOf(like)) {
    case 'long':
      return Number.isInteger(result) ? Long.fromNumber(result) : result
    case 'double':
      return asDouble(result)
    case 'decimal':
      return Decimal128.fromString(String(result))
    default:
      return isInt32(result) || !Number.isSafeInteger(result) ? result : Long.fromNumber(result)
  }
}
