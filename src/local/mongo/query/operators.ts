import { type BSONRegExp, Long } from 'bson'
import { compareValues, equalValues } from '../bson/compare.ts'
import { describe } from '../bson/describe.ts'
import { keyOf } from '../bson/keys.ts'
import { isKind, isNumeric, type Kind, kindByNumber, kindOf, rankOfKind } from '../bson/kinds.ts'
import { type Numeric, toNumber } from '../bson/numbers.ts'
import { MongoError } from '../mongo-error.ts'
import { regexOf } from './regex.ts'

/** Tests one value that a path reached; undefined where the field is missing. */
export type ValueTest = (value: unknown) => boolean

/** An array matches when it does itself or one of its elements does. */
function orElement(test: ValueTest): ValueTest {
  return value => test(value) || (Array.isArray(value) && value.some(test))
}

const isNaNValue = (value: unknown) => isNumeric(value) && Number.isNaN(toNumber(value))

export function equals(operand: unknown): ValueTest {
  if (operand === null) return orElement(value => value === null || value === undefined)
  return orElement(value => value !== undefined && equalValues(value, operand))
}

/** `$gt` and its like: only values of the operand's type compare; NaN is not in any order. */
export function ordered(operand: unknown, holds: (order: number) => boolean): ValueTest {
  const rank = rankOfKind[kindOf(operand)]
  const orEqual = holds(0)
  if (operand === null) return orElement(value => orEqual && (value === null || value === undefined))
  if (isNaNValue(operand)) return orElement(value => orEqual && isNaNValue(value))
  const anyType = ['minKey', 'maxKey'].includes(kindOf(operand))
  return orElement(value => {
    if (value === undefined || isNaNValue(value)) return false
    return (anyType || rankOfKind[kindOf(value)] === rank) && holds(compareValues(value, operand))
  })
}

export function matchesRegex(regex: RegExp, literal?: BSONRegExp): ValueTest {
  return orElement(value => {
    if (typeof value === 'string') return regex.test(value)
    return literal !== undefined && kindOf(value) === 'regex' && equalValues(value, literal)
  })
}

export function isOneOf(operand: unknown): ValueTest {
  if (!Array.isArray(operand)) throw new MongoError(2, '$in needs an array')
  const regexes = operand.filter(item => kindOf(item) === 'regex')
  const tests = regexes.map(item => matchesRegex(regexOf(item), item as BSONRegExp))
  const keys = new Set(operand.filter(item => kindOf(item) !== 'regex').map(keyOf))
  const withNull = operand.includes(null)
  const isListed = orElement(value => (value === undefined ? withNull : keys.has(keyOf(value))))
  return value => isListed(value) || tests.some(test => test(value))
}

/** What counts as true where MongoDB takes any value for a flag. */
export function isTruthy(value: unknown): boolean {
  if (value === null || value === undefined || value === false) return false
  return !isNumeric(value) || toNumber(value) !== 0
}

function kindsNamed(name: unknown): readonly Kind[] {
  if (name === 'number') return ['int', 'long', 'double', 'decimal']
  if (typeof name === 'string') {
    if (isKind(name)) return [name]
    throw new MongoError(2, `Unknown type name alias: ${name}`)
  }
  const kind = isNumeric(name) ? kindByNumber.get(toNumber(name)) : undefined
  if (kind === undefined) throw new MongoError(2, `Invalid numerical type code: ${describe(name)}`)
  return [kind]
}

export function hasType(operand: unknown): ValueTest {
  const kinds = new Set((Array.isArray(operand) ? operand : [operand]).flatMap(kindsNamed))
  return orElement(value => kinds.has(kindOf(value)))
}

export function hasSize(operand: unknown): ValueTest {
  const size = isNumeric(operand) ? toNumber(operand) : Number.NaN
  if (!Number.isInteger(size)) {
    throw new MongoError(2, `Failed to parse $size. Expected an integer in: $size: ${describe(operand)}`)
  }
  if (size < 0) {
    throw new MongoError(
      2,
      `Failed to parse $size. Expected a non-negative number in: $size: ${describe(operand)}`,
    )
  }
  return value => Array.isArray(value) && value.length === size
}

export function hasRemainder(operand: unknown): ValueTest {
  if (!Array.isArray(operand)) throw new MongoError(2, 'malformed mod, needs to be an array')
  if (operand.length < 2) throw new MongoError(2, 'malformed mod, not enough elements')
  if (operand.length > 2) throw new MongoError(2, 'malformed mod, too many elements')
  const [divisor, remainder] = operand.map(item =>
    isNumeric(item) ? Math.trunc(toNumber(item)) : Number.NaN,
  )
  if (divisor === undefined || Number.isNaN(divisor))
    throw new MongoError(2, 'malformed mod, divisor not a number')
  if (divisor === 0) throw new MongoError(2, 'divisor cannot be 0')
  return orElement(value => {
    const number = isNumeric(value) ? toNumber(value as Numeric) : Number.NaN
    return Number.isFinite(number) && Math.trunc(number) % divisor === remainder
  })
}

function bitMask(operand: unknown): bigint {
  if (isNumeric(operand) && toNumber(operand) >= 0 && Number.isInteger(toNumber(operand))) {
    return operand instanceof Long ? operand.toBigInt() : BigInt(toNumber(operand))
  }
  const positions = Array.isArray(operand)
    ? operand.map(item => (isNumeric(item) ? toNumber(item) : -1))
    : [-1]
  if (positions.some(position => !Number.isInteger(position) || position < 0)) {
    throw new MongoError(2, `bit positions must be an integer >= 0 but got: ${describe(operand)}`)
  }
  return positions.reduce((mask, position) => mask | (1n << BigInt(position)), 0n)
}

export function hasBits(operand: unknown, holds: (bits: bigint, mask: bigint) => boolean): ValueTest {
  const mask = bitMask(operand)
  return orElement(value => {
    if (!isNumeric(value) || !Number.isInteger(toNumber(value))) return false
    const bits = value instanceof Long ? value.toBigInt() : BigInt(toNumber(value))
    return holds(bits, mask)
  })
}
