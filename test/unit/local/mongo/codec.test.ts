import { deserialize, ObjectId, serialize } from 'bson'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  answerBytes,
  documentBytes,
  parseDocument,
  RawDocument,
  withIdFirst,
} from '../../../../src/local/mongo/bson/codec.ts'
import { MongoError } from '../../../../src/local/mongo/mongo-error.ts'
import { value } from './arbitraries.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('documents', () => {
  it('come back byte by byte, whatever the types', () => {
    fc.assert(
      fc.property(value, given => {
        const bytes = serialize({ given })
        expect(hex(documentBytes(parseDocument(bytes)))).toBe(hex(bytes))
      }),
      { numRuns: 1000 },
    )
  })

  it('get their _id to the front without a change to the rest', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), fc.nat(4), (values, place) => {
        const fields = values.map((given, at): [string, unknown] => [`f${at}`, given])
        fields.splice(place, 0, ['_id', 7])
        const expected = serialize({
          _id: 7,
          ...Object.fromEntries(fields.filter(([name]) => name !== '_id')),
        })
        const moved = withIdFirst(serialize(Object.fromEntries(fields)), () => ({ _id: 'unused' }))
        expect(hex(moved)).toBe(hex(expected))
      }),
    )
  })

  it('get a new _id when they have none', () => {
    const id = new ObjectId()
    expect(parseDocument(withIdFirst(serialize({ a: 1 }), () => ({ _id: id })))).toEqual({ _id: id, a: 1 })
  })

  it('do not share memory with what came in', () => {
    const given = Buffer.from(serialize({ _id: 1, a: 'text' }))
    const stored = withIdFirst(given, () => ({}))
    given.fill(0)
    expect(parseDocument(stored)).toEqual({ _id: 1, a: 'text' })
  })

  it('keep a reference to another collection as a document', () => {
    const bytes = serialize({ ref: { $ref: 'users', $id: 5, $db: 'app' } })
    expect(parseDocument(bytes)).toEqual({ ref: { $ref: 'users', $id: 5, $db: 'app' } })
  })

  it('are refused when they are cut or damaged', () => {
    const bytes = serialize({ a: 'text', b: [1, 2] })
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => parseDocument(bytes.subarray(0, length)), `${length} bytes`).toThrow(MongoError)
    }
  })
})

describe('answers', () => {
  it('hold raw documents as if they had been written with the rest', () => {
    const rows = [{ _id: 1, a: 'x' }, { _id: 2 }]
    const raw = rows.map(row => new RawDocument(serialize(row)))
    const bytes = answerBytes({ cursor: { firstBatch: raw, id: 0, ns: 'a.b' }, ok: 1 })
    expect(deserialize(bytes)).toEqual({ cursor: { firstBatch: rows, id: 0, ns: 'a.b' }, ok: 1 })
    expect(deserialize(answerBytes({ value: raw[0] }))).toEqual({ value: rows[0] })
    expect(deserialize(answerBytes({ list: [] }))).toEqual({ list: [] })
  })
})
