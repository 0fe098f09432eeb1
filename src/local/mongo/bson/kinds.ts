import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  DBRef,
  Decimal128,
  Double,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'bson'

/** A document as this server holds it: never changed in place once stored. */
export type Doc = Record<string, unknown>

/** Aliases of BSON types as `$type` takes them; `missing` for a field that is not there. */
export type Kind =
  | 'missing'
  | 'double'
  | 'string'
  | 'object'
  | 'array'
  | 'binData'
  | 'objectId'
  | 'bool'
  | 'date'
  | 'null'
  | 'regex'
  | 'dbPointer'
  | 'javascript'
  | 'symbol'
  | 'javascriptWithScope'
  | 'int'
  | 'timestamp'
  | 'long'
  | 'decimal'
  | 'minKey'
  | 'maxKey'

// By prototype, since a stored document may have any field, `constructor` and `_bsontype` too.
const kindByPrototype: ReadonlyMap<unknown, Kind> = new Map<unknown, Kind>([
  [Object.prototype, 'object'],
  [Array.prototype, 'array'],
  [Date.prototype, 'date'],
  [ObjectId.prototype, 'objectId'],
  [Long.prototype, 'long'],
  [Double.prototype, 'double'],
  [Decimal128.prototype, 'decimal'],
  [Binary.prototype, 'binData'],
  [UUID.prototype, 'binData'],
  [BSONRegExp.prototype, 'regex'],
  [RegExp.prototype, 'regex'],
  [Timestamp.prototype, 'timestamp'],
  [MinKey.prototype, 'minKey'],
  [MaxKey.prototype, 'maxKey'],
  [BSONSymbol.prototype, 'symbol'],
  [DBRef.prototype, 'dbPointer'],
])

/** Whether BSON writes the number as an int32. */
export function isInt32(value: number): boolean {
  return (value | 0) === value && !Object.is(value, -0)
}

/** The BSON type of a value in a document. */
export function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'number':
      return isInt32(value) ? 'int' : 'double'
    case 'boolean':
      return 'bool'
    case 'undefined':
      return 'missing'
    case 'bigint':
      return 'long'
    case 'object': {
      if (value === null) return 'null'
      const kind = kindByPrototype.get(Object.getPrototypeOf(value))
      if (kind !== undefined) return kind
      if (value instanceof Code) return value.scope == null ? 'javascript' : 'javascriptWithScope'
      return 'object'
    }
    default:
      return 'missing'
  }
}

/** Numbers of the types, which `$type` takes too. https://www.mongodb.com/docs/v7.0/reference/bson-types/ */
export const kindByNumber: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  [1, 'double'],
  [2, 'string'],
  [3, 'object'],
  [4, 'array'],
  [5, 'binData'],
  [7, 'objectId'],
  [8, 'bool'],
  [9, 'date'],
  [10, 'null'],
  [11, 'regex'],
  [12, 'dbPointer'],
  [13, 'javascript'],
  [14, 'symbol'],
  [15, 'javascriptWithScope'],
  [16, 'int'],
  [17, 'timestamp'],
  [18, 'long'],
  [19, 'decimal'],
  [-1, 'minKey'],
  [127, 'maxKey'],
])

const kindNames: ReadonlySet<string> = new Set(kindByNumber.values())

export function isKind(name: string): name is Kind {
  return kindNames.has(name)
}

export function isDocument(value: unknown): value is Doc {
  return typeof value === 'object' && value !== null && kindOf(value) === 'object'
}

const numeric: ReadonlySet<Kind> = new Set<Kind>(['int', 'long', 'double', 'decimal'])

export function isNumeric(value: unknown): value is number | Long | Double | Decimal128 {
  return typeof value === 'number' || numeric.has(kindOf(value))
}

/** A field of its own, not one inherited from JavaScript's objects. */
export function ownField(document: Doc, name: string): unknown {
  return Object.hasOwn(document, name) ? document[name] : undefined
}

/** An entry of a table by a name that a client chose. */
export function entryOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

/** Sets a field of any name; `__proto__` is a name like others. */
export function setField(document: Doc, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(document, name, { value, writable: true, enumerable: true, configurable: true })
  } else {
    document[name] = value
  }
}

/** Order of the types among each other; types with one rank compare by value. https://www.mongodb.com/docs/v7.0/reference/bson-type-comparison-order/ */
export const rankOfKind: Readonly<Record<Kind, number>> = {
  minKey: 1,
  missing: 2,
  null: 3,
  int: 4,
  long: 4,
  double: 4,
  decimal: 4,
  string: 5,
  symbol: 5,
  object: 6,
  array: 7,
  binData: 8,
  objectId: 9,
  bool: 10,
  date: 11,
  timestamp: 12,
  regex: 13,
  dbPointer: 14,
  javascript: 15,
  javascriptWithScope: 16,
  maxKey: 17,
}
