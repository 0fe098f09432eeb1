import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Keyspace } from '../../../../src/local/redis/keyspace.ts'

function keyspaceAt(start: number) {
  const clock = { now: start }
  const changed: string[] = []
  const keyspace = new Keyspace(
    () => clock.now,
    key => changed.push(key),
  )
  return { clock, changed, keyspace }
}

function scanAll(keyspace: Keyspace, count: number, between: () => void = () => undefined): string[] {
  const found: string[] = []
  let cursor = 0
  do {
    const page = keyspace.scan(cursor, count)
    found.push(...page.keys)
    cursor = page.cursor
    between()
  } while (cursor !== 0)
  return found
}

describe('the keyspace', () => {
  it('does not show a key whose time is over', () => {
    const { clock, keyspace } = keyspaceAt(1_000)
    keyspace.put('string', 'k', 'v')
    keyspace.expireAt('k', 1_500)
    clock.now = 1_499
    expect(keyspace.find('string', 'k')).toBe('v')
    clock.now = 1_500
    expect(keyspace.find('string', 'k')).toBeUndefined()
    expect(keyspace.size).toBe(0)
  })

  it('drops expired keys in sweeps, a limited number at a time', () => {
    const { clock, keyspace } = keyspaceAt(0)
    for (let at = 0; at < 25; at++) {
      keyspace.put('string', `k${at}`, '')
      keyspace.expireAt(`k${at}`, at % 2 === 0 ? 10 : 1_000)
    }
    clock.now = 10
    keyspace.sweep(10)
    expect(keyspace.size).toBe(20)
    for (let round = 0; round < 4; round++) keyspace.sweep(10)
    expect(keyspace.size).toBe(12)
    expect(keyspace.expiring).toBe(12)
  })

  it('tells of every change, an expiry that comes true included', () => {
    const { clock, changed, keyspace } = keyspaceAt(0)
    keyspace.put('string', 'k', 'v')
    keyspace.expireAt('k', 10)
    clock.now = 10
    keyspace.has('k')
    expect(changed).toEqual(['k', 'k', 'k'])
  })

  it('lets go of an empty container, but not of an empty stream', () => {
    const { keyspace } = keyspaceAt(0)
    keyspace.findOrCreate('set', 's').add('x')
    keyspace.find('set', 's')?.delete('x')
    keyspace.changed('s')
    keyspace.findOrCreate('stream', 'st')
    keyspace.changed('st')
    expect([...keyspace.keys()]).toEqual(['st'])
  })

  it('scans every key that stays exactly once, whatever else comes and goes', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ maxLength: 4 }), { maxLength: 40 }),
        fc.array(fc.tuple(fc.boolean(), fc.string({ maxLength: 4 })), { maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        (stay, moves, count) => {
          const { keyspace } = keyspaceAt(0)
          for (const key of stay) keyspace.put('string', key, '')
          const pending = [...moves]
          const found = scanAll(keyspace, count, () => {
            const [adds, key] = pending.pop() ?? [true, '']
            if (stay.includes(key)) keyspace.put('string', key, 'changed')
            else if (adds) keyspace.put('string', key, '')
            else keyspace.delete(key)
          })
          expect(found.filter(key => stay.includes(key)).sort()).toEqual([...stay].sort())
        },
      ),
    )
  })
})
