import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SortedList } from '../../../../src/local/mongo/storage/sorted-list.ts'

const key = fc.integer({ min: 0, max: 60 }).map(number => String(number).padStart(3, '0'))

/** What a list must do, done slowly. */
class Model {
  entries: { key: string; order: number }[] = []
  add(entry: { key: string; order: number }): void {
    this.entries.push(entry)
    this.entries.sort((a, b) => (a.key === b.key ? a.order - b.order : a.key < b.key ? -1 : 1))
  }
  range(from: string, to: string): string[] {
    return this.entries.filter(entry => entry.key >= from && entry.key < to).map(shown)
  }
}

const shown = ({ key, order }: { key: string; order: number }) => `${key}/${order}`

describe('a sorted list', () => {
  it('does what a sorted array does, whatever is added and removed', () => {
    const step = fc.record({ key, remove: fc.boolean(), pick: fc.nat() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), key, key, (steps, from, to) => {
        const [list, model] = [new SortedList<string>(), new Model()]
        for (const [order, { key, remove, pick }] of steps.entries()) {
          const victim = model.entries[pick % Math.max(1, model.entries.length)]
          if (remove && victim !== undefined) {
            list.remove(victim.key, victim.order)
            model.entries.splice(model.entries.indexOf(victim), 1)
          } else {
            list.add({ key, order, value: shown({ key, order }) })
            model.add({ key, order })
          }
        }
        expect([...list.ascending(from, to)]).toEqual(model.range(from, to))
        expect([...list.descending(from, to)]).toEqual(model.range(from, to).reverse())
      }),
    )
  })

  it.each([
    ['ascending', (at: number) => at],
    ['descending', (at: number) => 9999 - at],
    ['scattered', (at: number) => (at * 7919) % 10_000],
  ])('keeps 10,000 %s keys in order and lets go of half of them', (_, place) => {
    const list = new SortedList<number>()
    const keyAt = (at: number) => String(place(at)).padStart(5, '0')
    for (let at = 0; at < 10_000; at += 1) list.add({ key: keyAt(at), order: at, value: place(at) })
    const all = Array.from({ length: 10_000 }, (_, at) => at)
    expect([...list.ascending('', '~')]).toEqual(all)
    expect([...list.descending('00100', '00103')]).toEqual([102, 101, 100])
    for (let at = 0; at < 10_000; at += 1) if (place(at) % 2 === 0) list.remove(keyAt(at), at)
    expect([...list.ascending('', '~')]).toEqual(all.filter(number => number % 2 === 1))
    expect([...list.descending('', '~')]).toHaveLength(5000)
  })

  it('does nothing when what it should remove is not there', () => {
    const list = new SortedList<string>()
    list.remove('a', 1)
    list.add({ key: 'a', order: 1, value: 'one' })
    list.remove('a', 2)
    expect([...list.ascending('', '~')]).toEqual(['one'])
  })
})
