import { type Binary, Decimal128, Long, type ObjectId, ObjectId as ObjectIdClass } from 'bson'
import { describe } from '../bson/describe.ts'
import { isNumeric, type Kind, kindByNumber, kindOf } from '../bson/kinds.ts'
import { asDouble, type Numeric, toNumber } from '../bson/numbers.ts'
import { MongoError } from '../mongo-error.ts'
import { isTruthy } from '../query/operators.ts'

const int32 = { least: -2_147_483_648, most: 2_147_483_647 }

function failed(value: unknown, to: string): MongoError {
  return new MongoError(
    241,
    `Failed to convert ${describe(value)} of type ${kindOf(value)} to ${to} in $convert with no onError value`,
  )
}

function wholeNumber(value: unknown, to: string): number {
  const number = value instanceof Date ? value.getTime() : parsed(value, to)
  if (!Number.isFinite(number)) throw failed(value, to)
  if (typeof value === 'string' && !Number.isInteger(number)) throw failed(value, to)
  return Math.trunc(number)
}

function parsed(value: unknown, to: string): number {
  if (isNumeric(value)) return toNumber(value)
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'string' && value.trim() === value && value !== '') {
    const number = Number(value)
    if (!Number.isNaN(number) || value === 'NaN') return number
  }
  throw failed(value, to)
}

function toInt(value: unknown): number {
  const number = wholeNumber(value, 'int')
  if (value instanceof Date || number < int32.least || number > int32.most) throw failed(value, 'int')
  return number
}

function toLong(value: unknown): Long {
  if (value instanceof Long) return value
  if (typeof value === 'string' && /^[+-]?\d+$/.test(value)) return Long.fromString(value.replace('+', ''))
  return Long.fromNumber(wholeNumber(value, 'long'))
}

function toDecimal(value: unknown): Decimal128 {
  if (value instanceof Decimal128) return value
  if (value instanceof Long) return Decimal128.fromString(value.toString())
  if (typeof value === 'string') {
    parsed(value, 'decimal')
    return Decimal128.fromString(value)
  }
  // A double carries 15 certain digits into a decimal, as MongoDB has it.
  const number = value instanceof Date ? value.getTime() : parsed(value, 'decimal')
  return Decimal128.fromString(
    Number.isFinite(number) ? String(Number(number.toPrecision(15))) : String(number),
  )
}

function toText(value: unknown): string {
  switch (kindOf(value)) {
    case 'string':
      return value as string
    case 'date':
      return (value as Date).toISOString()
    case 'objectId':
      return (value as ObjectId).toHexString()
    case 'binData':
      return (value as Binary).toString('hex')
    case 'bool':
    case 'int':
    case 'long':
    case 'double':
    case 'decimal':
      return isNumeric(value) && kindOf(value) === 'double' ? String(toNumber(value)) : String(value)
    default:
      throw failed(value, 'string')
  }
}

function toDate(value: unknown): Date {
  if (value instanceof Date) return value
  if (kindOf(value) === 'objectId') return (value as ObjectId).getTimestamp()
  const date =
    typeof value === 'string' ? new Date(value) : isNumeric(value) ? new Date(toNumber(value)) : undefined
  if (date === undefined || Number.isNaN(date.getTime()) || kindOf(value) === 'int')
    throw failed(value, 'date')
  return date
}

function toObjectId(value: unknown): ObjectId {
  if (kindOf(value) === 'objectId') return value as ObjectId
  if (typeof value === 'string' && /^[0-9a-fA-F]{24}$/.test(value)) return new ObjectIdClass(value)
  throw failed(value, 'objectId')
}

/** A value as another type; null and missing stay. https://www.mongodb.com/docs/v7.0/reference/operator/aggregation/convert/ */
export function convertTo(kind: Kind, value: unknown): unknown {
  if (value === null || value === undefined) return null
  switch (kind) {
    case 'int':
      return toInt(value)
    case 'long':
      return toLong(value)
    case 'double':
      return asDouble(value instanceof Date ? value.getTime() : parsed(value, 'double'))
    case 'decimal':
      return toDecimal(value)
    case 'string':
      return toText(value)
    case 'bool':
      return isTruthy(value)
    case 'date':
      return toDate(value)
    case 'objectId':
      return toObjectId(value)
    default:
      throw failed(value, kind)
  }
}

/** The type that `$convert`'s `to` names. */
export function kindNamed(name: unknown): Kind {
  if (typeof name === 'string') return name as Kind
  return (isNumeric(name) ? kindByNumber.get(toNumber(name as Numeric)) : undefined) ?? 'missing'
}
