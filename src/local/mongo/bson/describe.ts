import { Binary, Decimal128, Double, Long, type ObjectId, Timestamp } from 'bson'
import { type Doc, kindOf } from './kinds.ts'

/** A value as MongoDB writes it into messages, for instance `{ roomId: "a", seq: 1 }`. */
export function describe(value: unknown): string {
  switch (kindOf(value)) {
    case 'string':
    case 'symbol':
      return `"${String(value)}"`
    case 'double': {
      const number = value instanceof Double ? value.value : (value as number)
      return Number.isInteger(number) ? `${number}.0` : String(number)
    }
    case 'array':
      return `[ ${(value as unknown[]).map(describe).join(', ')} ]`
    case 'object':
      return describeDocument(value as Doc)
    case 'objectId':
      return `ObjectId('${(value as ObjectId).toHexString()}')`
    case 'date':
      return `new Date(${(value as Date).getTime()})`
    case 'binData': {
      const binary = value as Binary
      return binary.sub_type === Binary.SUBTYPE_UUID
        ? `UUID("${binary.toUUID().toHexString()}")`
        : `BinData(${binary.sub_type}, ${Buffer.from(binary.value()).toString('hex').toUpperCase()})`
    }
    case 'minKey':
      return 'MinKey'
    case 'maxKey':
      return 'MaxKey'
    case 'missing':
      return 'undefined'
    default:
      if (value instanceof Timestamp) return `Timestamp(${value.t}, ${value.i})`
      if (value instanceof Decimal128) return `Decimal128('${value.toString()}')`
      return value instanceof Long ? value.toString() : String(value)
  }
}

export function describeDocument(document: Doc): string {
  const fields = Object.entries(document).map(([name, value]) => `${name}: ${describe(value)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}
