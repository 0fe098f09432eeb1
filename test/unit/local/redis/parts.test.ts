import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { globMatcher } from '../../../../src/local/redis/glob.ts'
import { splitInline } from '../../../../src/local/redis/inline.ts'
import { formatDouble, readBigInteger, toFloat } from '../../../../src/local/redis/numbers.ts'
import { OutputLimit } from '../../../../src/local/redis/output-limit.ts'
import { SortedSet } from '../../../../src/local/redis/sorted-set.ts'

describe('numbers', () => {
  it.each([
    [0.1, '0.10000000000000001'],
    [3, '3'],
    [-2.5, '-2.5'],
    [1e20, '1e+20'],
    [1e-7, '9.9999999999999995e-08'],
    [123456.789, '123456.789'],
    [2 ** 53, '9007199254740992'],
    [Infinity, 'inf'],
  ])('%d prints as C does: %s', (value, text) => {
    expect(formatDouble(value)).toBe(text)
  })

  it('print so that reading gives the same double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), value => {
        expect(toFloat(formatDouble(value))).toBe(value)
      }),
      { numRuns: 2_000 },
    )
  })

  it('are read strictly', () => {
    const wrong = ['', ' 1', '1 ', '+1', '01', '-0', '1.0', '1e3', '9223372036854775808']
    expect(wrong.map(readBigInteger)).toEqual(wrong.map(() => undefined))
    expect(readBigInteger('-9223372036854775808')).toBe(-(2n ** 63n))
    for (const text of ['', 'x', 'nan', '1x', ' 1', '1e999', '1e-999']) {
      expect(() => toFloat(text)).toThrow('ERR value is not a valid float')
    }
  })
})

describe('globs', () => {
  it('take a time that grows with the text, not with the power of the stars', () => {
    const matches = globMatcher(`${'*a'.repeat(40)}b`)
    expect(matches('a'.repeat(20_000))).toBe(false)
  })

  it('match a text that is escaped byte by byte', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        const escaped = [...text].map(char => (char.length === 1 ? `\\${char}` : char)).join('')
        expect(globMatcher(escaped)(text)).toBe(true)
      }),
    )
  })
})

describe('inline commands', () => {
  it('give back any words that were quoted', () => {
    const word = fc.uint8Array({ maxLength: 12 }).map(bytes => Buffer.from(bytes).toString('latin1'))
    const quote = (text: string): string =>
      `"${[...text].map(char => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')}"`
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), words => {
        expect(splitInline(words.map(quote).join(' '))).toEqual(words)
      }),
    )
  })
})

describe('sorted sets', () => {
  it('keep the order of scores and names through any changes', () => {
    const member = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g')
    const change = fc.tuple(member, fc.option(fc.integer({ min: -3, max: 3 })))
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), changes => {
        const zset = new SortedSet()
        const model = new Map<string, number>()
        for (const [name, score] of changes) {
          if (score === null) expect(zset.delete(name)).toBe(model.delete(name))
          else {
            zset.put(name, score)
            model.set(name, score)
          }
        }
        const expected = [...model].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))
        expect(zset.entries.map(({ member: name, score }) => [name, score])).toEqual(expected)
        expect(expected.map(([name]) => zset.rank(name))).toEqual(expected.map((_, at) => at))
      }),
    )
  })
})

describe('the output limit', () => {
  const limits = { hardBytes: 100, softBytes: 10, softMs: 1_000 }

  it('cuts at once beyond the hard limit', () => {
    expect(new OutputLimit(limits).exceeded(100, 0)).toBe(false)
    expect(new OutputLimit(limits).exceeded(101, 0)).toBe(true)
  })

  it('cuts when the soft limit is exceeded for too long without a break', () => {
    const limit = new OutputLimit(limits)
    expect([
      limit.exceeded(11, 0),
      limit.exceeded(10, 900),
      limit.exceeded(11, 1_000),
      limit.exceeded(11, 2_000),
      limit.exceeded(11, 2_001),
    ]).toEqual([false, false, false, false, true])
  })
})
