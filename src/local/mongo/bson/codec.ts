import { BSONError, DBRef, Double, deserialize, Int32, onDemand, serialize } from 'bson'
import { MongoError } from '../mongo-error.ts'
import { type Doc, isInt32, kindOf, setField } from './kinds.ts'

/** https://www.mongodb.com/docs/v7.0/reference/limits/#mongodb-limit-BSON-Document-Size */
export const maxDocumentBytes = 16 * 1024 * 1024

/** Bytes of a document that go into an answer as they are. */
export class RawDocument {
  readonly bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

/** https://www.mongodb.com/docs/v7.0/reference/limits/: an update or a command nests what it stores a little deeper. */
const mostLevels = 200

// Wrapped numbers become bare ones where writing them gives the same type back. Works in place.
function plain(value: unknown, level = 0): unknown {
  if (level > mostLevels) throw new MongoError(15, `Exceeded maximum nested object depth: ${mostLevels}`)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if (value instanceof Int32) return value.value
  if (value instanceof Double) return isInt32(value.value) ? value : value.value
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) value[i] = plain(value[i], level + 1)
    return value
  }
  if (value instanceof DBRef) {
    const { collection, oid, db, fields } = value
    return plain({ $ref: collection, $id: oid, ...(db === undefined ? {} : { $db: db }), ...fields })
  }
  if (kindOf(value) === 'object') {
    const document = value as Doc
    for (const name of Object.keys(document)) {
      const field = document[name]
      if (typeof field === 'object' && field !== null) setField(document, name, plain(field, level + 1))
    }
  }
  return value
}

/**
 * A document from its bytes. `raw` names a field with an array of documents that stay bytes.
 * Throws InvalidBSON for bytes that are no document.
 */
export function parseDocument(bytes: Uint8Array, raw?: string): Doc {
  try {
    return plain(
      deserialize(bytes, {
        promoteValues: false,
        bsonRegExp: true,
        ...(raw === undefined ? {} : { fieldsAsRaw: { [raw]: true } }),
      }),
    ) as Doc
  } catch (cause) {
    if (cause instanceof BSONError || cause instanceof RangeError) {
      throw new MongoError(22, `Invalid BSON: ${cause.message}`)
    }
    throw cause
  }
}

/** Bytes of its own; a field that is undefined is left out. */
export function documentBytes(document: Doc): Uint8Array {
  return serialize(document, { ignoreUndefined: true })
}

const idName = Buffer.from('_id\0')

/** Where the element `_id` lies, without parsing the rest: from its type byte to its end. */
function findId(bytes: Uint8Array): { start: number; end: number } | undefined {
  for (const [, nameOffset, nameLength, offset, length] of onDemand.parseToElements(bytes)) {
    if (nameLength === 3 && idName.equals(bytes.subarray(nameOffset, nameOffset + 4))) {
      return { start: nameOffset - 1, end: offset + length }
    }
  }
  return undefined
}

/** The same document with `_id` as its first field, `newId` where it has none: the bytes of all else stay as they are. */
export function withIdFirst(bytes: Uint8Array, newId: () => Doc): Uint8Array {
  const found = findId(bytes)
  if (found?.start === 4) return Uint8Array.prototype.slice.call(bytes)
  const id =
    found === undefined ? documentBytes(newId()).subarray(4, -1) : bytes.subarray(found.start, found.end)
  const parts =
    found === undefined
      ? [id, bytes.subarray(4)]
      : [id, bytes.subarray(4, found.start), bytes.subarray(found.end)]
  const length = 4 + parts.reduce((sum, part) => sum + part.length, 0)
  const head = Buffer.alloc(4)
  head.writeInt32LE(length)
  return Buffer.concat([head, ...parts], length)
}

/** The bytes of an answer; raw documents and arrays of them are put in as they are. */
export function answerBytes(answer: Doc): Uint8Array {
  const parts: Uint8Array[] = []
  for (const [name, value] of Object.entries(answer)) parts.push(...element(name, value))
  return wrapped(parts)
}

function element(name: string, value: unknown): Uint8Array[] {
  if (value instanceof RawDocument) return [elementHead(3, name), value.bytes]
  if (Array.isArray(value) && value[0] instanceof RawDocument) {
    const parts = value.flatMap((item: RawDocument, at) => [elementHead(3, String(at)), item.bytes])
    return [elementHead(4, name), wrapped(parts)]
  }
  if (kindOf(value) === 'object') return [elementHead(3, name), answerBytes(value as Doc)]
  return [documentBytes({ [name]: value }).subarray(4, -1)]
}

function elementHead(type: number, name: string): Uint8Array {
  return Buffer.from(`${String.fromCharCode(type)}${name}\0`)
}

function wrapped(parts: readonly Uint8Array[]): Uint8Array {
  const length = 5 + parts.reduce((sum, part) => sum + part.length, 0)
  const head = Buffer.alloc(4)
  head.writeInt32LE(length)
  return Buffer.concat([head, ...parts, Buffer.of(0)], length)
}
