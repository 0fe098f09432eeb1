import {
  type Binary,
  type BSONRegExp,
  type Code,
  type DBRef,
  Decimal128,
  Long,
  type ObjectId,
  type Timestamp,
} from 'bson'
import { codePointOrder } from './compare.ts'
import type { Scaled } from './decimals.ts'
import { type Doc, type Kind, kindOf, rankOfKind } from './kinds.ts'
import { type Numeric, residual, toNumber } from './numbers.ts'

/** Greater than whatever can follow a key, so `[prefix, prefix + afterPrefix)` spans everything that begins with it. */
export const afterPrefix = '\uffff'

/**
 * A string per value, such that `<` on strings is MongoDB's order of the values and equal strings are equal values.
 * Keys say where they end, so keys put one after another order as the tuples do. The idea is MongoDB's own KeyString:
 * https://github.com/mongodb/mongo/blob/r7.0.0/src/mongo/db/storage/key_string.h
 */
export function keyOf(value: unknown): string {
  const kind = kindOf(value)
  return String.fromCharCode(rankOfKind[kind]) + payload(kind, value)
}

/** Where the keys of a type begin: what bounds a comparison, which stays within one type. */
export function keyOfRank(value: unknown): string {
  return String.fromCharCode(rankOfKind[kindOf(value)])
}

function payload(kind: Kind, value: unknown): string {
  switch (kind) {
    case 'int':
    case 'long':
    case 'double':
    case 'decimal':
      return numberKey(value as Numeric)
    case 'string':
    case 'symbol':
      return textKey(String(value))
    case 'object':
      return documentKey(value as Doc)
    case 'array':
      return `${(value as unknown[]).map(element => keyOf(element ?? null)).join('')}\0`
    case 'binData': {
      const bytes = Buffer.from((value as Binary).value())
      const head = String.fromCharCode(bytes.length >>> 16, bytes.length & 0xffff, (value as Binary).sub_type)
      return head + bytes.toString('latin1')
    }
    case 'objectId':
      return (value as ObjectId).toHexString()
    case 'bool':
      return value === true ? '\u0002' : '\u0001'
    case 'date':
      return doubleKey((value as Date).getTime())
    case 'timestamp': {
      const { t, i } = value as Timestamp
      return String.fromCharCode(t >>> 16, t & 0xffff, i >>> 16, i & 0xffff)
    }
    case 'regex': {
      const regex = value as BSONRegExp | RegExp
      if (regex instanceof RegExp) return textKey(regex.source) + textKey(regex.flags)
      return textKey(regex.pattern) + textKey(regex.options)
    }
    case 'javascript':
    case 'javascriptWithScope':
      return textKey((value as Code).code) + documentKey((value as Code).scope ?? {})
    case 'dbPointer':
      return documentKey((value as DBRef).toJSON() as unknown as Doc)
    default:
      return ''
  }
}

function documentKey(value: Doc): string {
  let key = ''
  for (const [name, field] of Object.entries(value)) {
    const kind = kindOf(field)
    key += String.fromCharCode(rankOfKind[kind]) + textKey(name) + payload(kind, field)
  }
  return `${key}\0`
}

// NUL ends a text, so a NUL inside is followed by a one. Units are moved as comparing code points asks.
function textKey(text: string): string {
  if (!/[\0\ud800-\uffff]/.test(text)) return `${text}\0\0`
  let key = ''
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    key += unit === 0 ? '\0\u0001' : String.fromCharCode(codePointOrder(unit))
  }
  return `${key}\0\0`
}

function numberKey(value: Numeric): string {
  const nearest = toNumber(value)
  if (value instanceof Long && !Number.isSafeInteger(nearest))
    return exactKey(nearest, residual(value, nearest))
  if (value instanceof Decimal128) return exactKey(nearest, residual(value, nearest))
  return `${doubleKey(nearest)}\u0002`
}

// The nearest double, then the nearest double of what is left, and so on: both steps keep the order.
function exactKey(nearest: number, rest: Scaled): string {
  if (rest.coefficient === 0n) return `${doubleKey(nearest)}\u0002`
  const next = Number(`${rest.coefficient}E${rest.exponent}`)
  const sign = rest.coefficient < 0n ? '\u0001' : '\u0003'
  // Below the smallest double nothing is left to tell apart.
  return doubleKey(nearest) + sign + (next === 0 ? '' : exactKey(next, residual(rest, next)))
}

function doubleKey(value: number): string {
  if (Number.isNaN(value)) return '\0\0\0\0'
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value === 0 ? 0 : value)
  const negative = value < 0
  const unit = (at: number) => (negative ? ~view.getUint16(at) & 0xffff : view.getUint16(at))
  const first = negative ? unit(0) : unit(0) | 0x8000
  return String.fromCharCode(first, unit(2), unit(4), unit(6))
}
