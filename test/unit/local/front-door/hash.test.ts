import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hash, nearest } from '../../../../src/local/front-door/hash.ts'

const candidates = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: index, seed: hash(`127.0.0.1:${30000 + index * 7}`) }))

describe('hashing', () => {
  it('gives an unsigned 32-bit number, the same for the same text', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        const value = hash(text)
        expect(Number.isInteger(value) && value >= 0 && value < 2 ** 32).toBe(true)
        expect(hash(text)).toBe(value)
      }),
    )
  })

  it('spreads similar keys evenly over any number of candidates', () => {
    for (const count of [2, 3, 4, 7]) {
      const among = candidates(count)
      const hits = among.map(() => 0)
      for (let key = 0; key < 5000; key++) {
        const name = nearest(`10.0.0.${key}`, among)?.name ?? 0
        hits[name] = (hits[name] ?? 0) + 1
      }
      for (const hit of hits) expect(Math.abs(hit - 5000 / count) / (5000 / count)).toBeLessThan(0.12)
    }
  })

  it('moves a key only when its candidate goes, or to one that comes', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 8 }), fc.nat(7), (key, count, gone) => {
        const all = candidates(count + 1)
        const before = nearest(key, all)
        const left = all.filter(({ name }) => name !== gone)
        if (before?.name !== gone) expect(nearest(key, left)).toBe(before)
      }),
    )
  })

  it('does not depend on the order of the candidates', () => {
    fc.assert(
      fc.property(fc.string(), key => {
        const all = candidates(5)
        expect(nearest(key, all)).toBe(nearest(key, all.toReversed()))
      }),
    )
  })

  it('finds nobody among nobody', () => {
    expect(nearest('key', [])).toBeUndefined()
  })
})
