import type { Binary, BSONRegExp, Code, DBRef, ObjectId, Timestamp } from 'bson'
import { type Doc, type Kind, kindOf, rankOfKind } from './kinds.ts'
import { compareNumbers, type Numeric } from './numbers.ts'

/** MongoDB compares the bytes of UTF-8, which is the order of code points; UTF-16 units differ above U+D7FF. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i += 1) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x !== y) return codePointOrder(x) - codePointOrder(y)
  }
  return a.length - b.length
}

/** Moves surrogates above the rest of the plane, where the code points that they stand for belong. */
export function codePointOrder(unit: number): number {
  return unit < 0xd800 ? unit : unit >= 0xe000 ? unit - 0x800 : unit + 0x2000
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b)
}

function compareArrays(a: readonly unknown[], b: readonly unknown[]): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i += 1) {
    const order = compareValues(a[i] ?? null, b[i] ?? null)
    if (order !== 0) return order
  }
  return a.length - b.length
}

// Field by field: first the type, then the name, then the value.
function compareDocuments(a: Doc, b: Doc): number {
  const [left, right] = [Object.entries(a), Object.entries(b)]
  const length = Math.min(left.length, right.length)
  for (let i = 0; i < length; i += 1) {
    const [[nameA, valueA], [nameB, valueB]] = [left[i]!, right[i]!]
    const order =
      rankOfKind[kindOf(valueA)] - rankOfKind[kindOf(valueB)] ||
      compareStrings(nameA, nameB) ||
      compareValues(valueA, valueB)
    if (order !== 0) return order
  }
  return left.length - right.length
}

function regexParts(value: BSONRegExp | RegExp): [string, string] {
  return value instanceof RegExp ? [value.source, value.flags] : [value.pattern, value.options]
}

function compareSameRank(kind: Kind, a: unknown, b: unknown): number {
  switch (kind) {
    case 'int':
    case 'long':
    case 'double':
    case 'decimal':
      return compareNumbers(a as Numeric, b as Numeric)
    case 'string':
    case 'symbol':
      return compareStrings(String(a), String(b))
    case 'object':
      return compareDocuments(a as Doc, b as Doc)
    case 'array':
      return compareArrays(a as unknown[], b as unknown[])
    case 'binData': {
      const [left, right] = [a as Binary, b as Binary]
      const order = left.length() - right.length() || left.sub_type - right.sub_type
      return order || compareBytes(left.value(), right.value())
    }
    case 'objectId':
      return compareBytes((a as ObjectId).id, (b as ObjectId).id)
    case 'bool':
      return Number(a) - Number(b)
    case 'date':
      return compareNumbers((a as Date).getTime(), (b as Date).getTime())
    case 'timestamp':
      return (a as Timestamp).compare(b as Timestamp)
    case 'regex': {
      const [left, right] = [regexParts(a as RegExp), regexParts(b as RegExp)]
      return compareStrings(left[0], right[0]) || compareStrings(left[1], right[1])
    }
    case 'javascript':
    case 'javascriptWithScope':
      return (
        compareStrings((a as Code).code, (b as Code).code) ||
        compareDocuments((a as Code).scope ?? {}, (b as Code).scope ?? {})
      )
    case 'dbPointer':
      return compareDocuments(
        (a as DBRef).toJSON() as unknown as Doc,
        (b as DBRef).toJSON() as unknown as Doc,
      )
    default:
      return 0
  }
}

/**
 * MongoDB's order of all values: negative, zero, positive. Types among each other by rank, a missing field just below
 * null; callers that sort put null for missing.
 * https://www.mongodb.com/docs/v7.0/reference/bson-type-comparison-order/
 */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b)
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b)
  const [kindA, kindB] = [kindOf(a), kindOf(b)]
  const order = rankOfKind[kindA] - rankOfKind[kindB]
  return order === 0 ? compareSameRank(kindA, a, b) : order
}

export function equalValues(a: unknown, b: unknown): boolean {
  return a === b || compareValues(a, b) === 0
}
