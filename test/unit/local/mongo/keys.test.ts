import { Decimal128, Double, Long, ObjectId } from 'bson'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareValues } from '../../../../src/local/mongo/bson/compare.ts'
import { afterPrefix, keyOf } from '../../../../src/local/mongo/bson/keys.ts'
import { numeric, value } from './arbitraries.ts'

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

const sign = (a: unknown, b: unknown) => Math.sign(compareValues(a, b)) + 0

describe('keys of values', () => {
  it('order as the values do', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(order(keyOf(a), keyOf(b))).toBe(sign(a, b))
      }),
      { numRuns: 2000 },
    )
  })

  it('order numbers of all types as the numbers do', () => {
    fc.assert(
      fc.property(numeric, numeric, (a, b) => {
        expect(order(keyOf(a), keyOf(b))).toBe(sign(a, b))
      }),
      { numRuns: 3000 },
    )
  })

  it('order pairs by the first, then by the second', () => {
    fc.assert(
      fc.property(value, value, value, value, (a, b, c, d) => {
        const expected = sign(a, c) || sign(b, d)
        expect(order(keyOf(a) + keyOf(b), keyOf(c) + keyOf(d))).toBe(expected)
      }),
      { numRuns: 1000 },
    )
  })

  it('span all that begins with them', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [prefix, whole] = [keyOf(a), keyOf(a) + keyOf(b)]
        expect(whole > prefix && whole < prefix + afterPrefix).toBe(true)
      }),
    )
  })

  it.each([
    [
      'int, long, double and decimal of one value',
      [1, Long.fromNumber(1), new Double(1), Decimal128.fromString('1.00')],
    ],
    ['both zeros', [0, -0, Decimal128.fromString('-0')]],
    ['NaN of both kinds', [Number.NaN, Decimal128.fromString('NaN')]],
  ])('are the same for %s', (_, values) => {
    expect(new Set(values.map(keyOf)).size).toBe(1)
  })

  it('tell a long from its neighbours where doubles cannot', () => {
    const wide = ['9007199254740992', '9007199254740993', '9007199254740994'].map(text =>
      Long.fromString(text),
    )
    const keys = wide.map(keyOf)
    expect(keys.toSorted()).toEqual(keys)
    expect(new Set(keys).size).toBe(3)
  })

  it('put a decimal between the doubles around it', () => {
    const tenth = [0.1, Decimal128.fromString('0.1')]
    // The double 0.1 is a little more than a tenth.
    expect(compareValues(tenth[0], tenth[1])).toBeGreaterThan(0)
    expect(keyOf(tenth[0]) > keyOf(tenth[1])).toBe(true)
  })
})

describe('the order of values', () => {
  it('is one order: nothing is before what is before it', () => {
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        expect(sign(a, b)).toBe(0 - sign(b, a))
        if (compareValues(a, b) <= 0 && compareValues(b, c) <= 0)
          expect(compareValues(a, c)).toBeLessThanOrEqual(0)
      }),
      { numRuns: 1000 },
    )
  })

  it('goes by type before it goes by value', () => {
    const values = [null, 7, 'a', {}, [], new ObjectId(), false, new Date(0)]
    expect(values.toReversed().sort(compareValues)).toEqual(values)
  })

  it('compares texts by code point, not by UTF-16 unit', () => {
    expect(compareValues('\uffff', '\u{10000}')).toBeLessThan(0)
    expect(keyOf('\uffff') < keyOf('\u{10000}')).toBe(true)
  })
})
