import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Asked, chooseReplica } from '../../../../src/local/front-door/choose.ts'
import { endpointCookie } from '../../../../src/local/front-door/cookie.ts'
import { hash } from '../../../../src/local/front-door/hash.ts'

const pool = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const address = `127.0.0.1:${41000 + index}`
    return { address, seed: hash(address), cookie: endpointCookie(address) }
  })

const asked = (more: Partial<Asked>): Asked => ({
  settings: { affinity: 'none', kind: 'envoy' },
  clientIp: '203.0.113.7',
  cookie: undefined,
  turn: 0,
  newKey: () => 'fresh',
  ...more,
})
const byCookie = (kind: 'envoy' | 'classic') => ({ affinity: 'cookie', kind }) as const

describe('choosing a replica', () => {
  it('gives nobody when nobody is ready', () => {
    for (const affinity of ['none', 'client-ip', 'cookie'] as const) {
      expect(chooseReplica([], asked({ settings: { affinity, kind: 'classic' } }))).toBeUndefined()
    }
  })

  it('takes turns without affinity, whoever asks', () => {
    const ready = pool(3)
    const order = [0, 1, 2, 3].map(
      turn => chooseReplica(ready, asked({ turn, cookie: ready[0]?.cookie }))?.replica,
    )
    expect(order).toEqual([ready[0], ready[1], ready[2], ready[0]])
  })

  it('leaves out the replica that has just failed, unless it is the only one', () => {
    const ready = pool(3)
    const anyAsked = fc.record({ turn: fc.nat(), affinity: fc.constantFrom('none', 'client-ip', 'cookie') })
    fc.assert(
      fc.property(anyAsked, fc.constantFrom(...ready), ({ turn, affinity }, failed) => {
        const question = asked({
          turn,
          cookie: failed.cookie,
          settings: { affinity, kind: 'classic' } as const,
        })
        expect(chooseReplica(ready, question, failed)?.replica).not.toBe(failed)
        expect(chooseReplica([failed], question, failed)?.replica).toBe(failed)
      }),
    )
  })

  it('keeps a client address on one replica, and moves only those of a replica that goes', () => {
    const four = pool(4)
    const settings = { affinity: 'client-ip', kind: 'envoy' } as const
    fc.assert(
      fc.property(fc.ipV4(), fc.nat(), fc.nat(), (clientIp, turn, later) => {
        const before = chooseReplica(four, asked({ settings, clientIp, turn }))?.replica
        expect(chooseReplica(four, asked({ settings, clientIp, turn: later }))?.replica).toBe(before)
        const after = chooseReplica(four.slice(0, 3), asked({ settings, clientIp, turn }))?.replica
        if (before !== four[3]) expect(after).toBe(before)
      }),
    )
  })

  it('names the endpoint in a classic cookie and sets none when the one that came is right', () => {
    const ready = pool(3)
    const first = chooseReplica(ready, asked({ settings: byCookie('classic'), turn: 1 }))
    expect(first?.replica).toBe(ready[1])
    expect(first?.setCookie).toBe(`GCLB=${ready[1]?.cookie}; path=/; HttpOnly`)
    const again = chooseReplica(
      ready,
      asked({ settings: byCookie('classic'), turn: 2, cookie: ready[1]?.cookie }),
    )
    expect(again).toEqual({ replica: ready[1] })
  })

  it('issues a classic cookie anew when its endpoint is gone or the value is made up', () => {
    const ready = pool(3)
    fc.assert(
      fc.property(fc.string(), cookie => {
        const choice = chooseReplica(ready, asked({ settings: byCookie('classic'), cookie, turn: 2 }))
        expect(choice?.replica).toBe(ready[2])
        expect(choice?.setCookie).toContain(ready[2]?.cookie)
      }),
    )
  })

  it('takes any Envoy cookie as a key into the pool and never issues another', () => {
    const ready = pool(3)
    fc.assert(
      fc.property(fc.string(), fc.nat(), (cookie, turn) => {
        const choice = chooseReplica(ready, asked({ settings: byCookie('envoy'), cookie, turn }))
        expect(ready).toContain(choice?.replica)
        expect(choice?.setCookie).toBeUndefined()
      }),
    )
  })

  it('sends a client with a fresh Envoy cookie to where that cookie leads', () => {
    const ready = pool(5)
    fc.assert(
      fc.property(fc.uuid(), key => {
        const first = chooseReplica(ready, asked({ settings: byCookie('envoy'), newKey: () => key }))
        expect(first?.setCookie).toBe(`GCLB="${key}"; Path=/; HttpOnly`)
        expect(chooseReplica(ready, asked({ settings: byCookie('envoy'), cookie: key }))?.replica).toBe(
          first?.replica,
        )
      }),
    )
  })

  it('moves about a quarter of the Envoy sessions from three replicas to four', () => {
    const four = pool(4)
    const keys = Array.from({ length: 4000 }, (_, index) => `${index.toString(16)}f0`)
    const settings = byCookie('envoy')
    const moved = keys.filter(cookie => {
      const before = chooseReplica(four.slice(0, 3), asked({ settings, cookie }))?.replica
      return chooseReplica(four, asked({ settings, cookie }))?.replica !== before
    })
    expect(moved.length / keys.length).toBeGreaterThan(0.21)
    expect(moved.length / keys.length).toBeLessThan(0.29)
  })
})
