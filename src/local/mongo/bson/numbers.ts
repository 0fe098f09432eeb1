import { Decimal128, Double, Long } from 'bson'
import {
  addScaled,
  certainDigits,
  compareScaled,
  multiplyScaled,
  type Scaled,
  scaled,
  scaledNumber,
  toDecimal128,
} from './decimals.ts'
import { isInt32, kindOf } from './kinds.ts'

/**
 * A number in a document: a JavaScript number stands for an int32 when it fits one, else for a double; a double that
 * would read as an int32 stays wrapped, so that its type survives.
 */
export type Numeric = number | Double | Long | Decimal128

/** The nearest double. */
export function toNumber(value: Numeric): number {
  if (typeof value === 'number') return value
  if (value instanceof Long) return value.toNumber()
  if (value instanceof Double) return value.value
  return Number(value.toString())
}

/** A double, wrapped where a bare number would be written as an int32. */
export function asDouble(value: number): Numeric {
  return isInt32(value) ? new Double(value) : value
}

function toScaled(value: Numeric): Scaled | undefined {
  if (value instanceof Decimal128) return scaled(value.toString())
  if (value instanceof Long) return { coefficient: value.toBigInt(), exponent: 0 }
  return scaledNumber(toNumber(value))
}

function compareDoubles(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  // NaN is below every number and equal to itself.
  return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : 1
}

/** By value, whatever the types: int 1, long 1 and double 1.0 are equal. */
export function compareNumbers(a: Numeric, b: Numeric): number {
  if (typeof a === 'number' && typeof b === 'number') return compareDoubles(a, b)
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    const [left, right] = [toScaled(a), toScaled(b)]
    if (left !== undefined && right !== undefined) return compareScaled(left, right)
    return compareInfinities(a, left, b, right)
  }
  if (a instanceof Long) {
    if (b instanceof Long) return a.compare(b)
    return compareLong(a, toNumber(b))
  }
  return b instanceof Long ? -compareLong(b, toNumber(a)) : compareDoubles(toNumber(a), toNumber(b))
}

// A finite decimal can be beyond every double, so infinity is told from what the text says.
function compareInfinities(
  a: Numeric,
  left: Scaled | undefined,
  b: Numeric,
  right: Scaled | undefined,
): number {
  return compareDoubles(left === undefined ? toNumber(a) : 0, right === undefined ? toNumber(b) : 0)
}

function compareLong(a: Long, b: number): number {
  if (Number.isNaN(b)) return 1
  const exact = a.toBigInt()
  return exact < b ? -1 : exact > b ? 1 : 0
}

const int64 = { least: -(2n ** 63n), most: 2n ** 63n - 1n }

/** Undefined when the exact result fits no int64. */
function combineIntegers(
  a: Numeric,
  b: Numeric,
  combine: (a: bigint, b: bigint) => bigint,
): Numeric | undefined {
  const exact = combine(toBigInt(a), toBigInt(b))
  if (exact < int64.least || exact > int64.most) return undefined
  const asInt = Number(exact)
  return a instanceof Long || b instanceof Long || !isInt32(asInt) ? Long.fromBigInt(exact) : asInt
}

function toBigInt(value: Numeric): bigint {
  return value instanceof Long ? value.toBigInt() : BigInt(toNumber(value))
}

function isInteger(value: Numeric): boolean {
  const kind = kindOf(value)
  return kind === 'int' || kind === 'long'
}

function operand(value: Numeric): Scaled | undefined {
  return value instanceof Decimal128 || value instanceof Long
    ? toScaled(value)
    : certainDigits(toNumber(value))
}

/**
 * The type rules of `$inc`, `$mul`, `$add` and `$multiply`: the wider of decimal, double, long, int; an int that
 * overflows becomes a long; undefined when a long overflows.
 */
function combine(
  a: Numeric,
  b: Numeric,
  how: {
    integer: (a: bigint, b: bigint) => bigint
    double: (a: number, b: number) => number
    decimal: (a: Scaled, b: Scaled) => Scaled
  },
): Numeric | undefined {
  if (typeof a === 'number' && typeof b === 'number' && isInt32(a) && isInt32(b)) {
    const fast = how.double(a, b)
    if (isInt32(fast)) return fast
  }
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    const [left, right] = [operand(a), operand(b)]
    if (left !== undefined && right !== undefined) return toDecimal128(how.decimal(left, right))
    return Decimal128.fromString(String(how.double(toNumber(a), toNumber(b))))
  }
  if (isInteger(a) && isInteger(b)) return combineIntegers(a, b, how.integer)
  return asDouble(how.double(toNumber(a), toNumber(b)))
}

export function addNumbers(a: Numeric, b: Numeric): Numeric | undefined {
  return combine(a, b, { integer: (x, y) => x + y, double: (x, y) => x + y, decimal: addScaled })
}

export function multiplyNumbers(a: Numeric, b: Numeric): Numeric | undefined {
  return combine(a, b, { integer: (x, y) => x * y, double: (x, y) => x * y, decimal: multiplyScaled })
}

/** What is left of a number once its nearest double is taken away; zero unless it is a wide long or a decimal. */
export function residual(value: Long | Decimal128 | Scaled, nearest: number): Scaled {
  const exact = value instanceof Long || value instanceof Decimal128 ? toScaled(value) : value
  const rounded = scaledNumber(nearest)
  if (exact === undefined || rounded === undefined) return { coefficient: 0n, exponent: 0 }
  return addScaled(exact, { coefficient: -rounded.coefficient, exponent: rounded.exponent })
}
