import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { endpointCookie, newKey, readCookie, setCookie } from '../../../../src/local/front-door/cookie.ts'

describe('the affinity cookie', () => {
  it('is read back as it was set, among any others', () => {
    const other = fc
      .stringMatching(/^[a-zA-Z]{1,8}=[a-zA-Z0-9]{0,8}$/)
      .filter(pair => !pair.startsWith('GCLB='))
    fc.assert(
      fc.property(
        fc.constantFrom('classic', 'envoy'),
        fc.array(other),
        fc.array(other),
        (kind, before, after) => {
          const value = kind === 'classic' ? endpointCookie('127.0.0.1:1') : newKey()
          const pair = setCookie(kind, value).split(';')[0] ?? ''
          expect(readCookie([...before, pair, ...after].join('; '))).toBe(value)
        },
      ),
    )
  })

  it('has the attributes of Google: a session cookie for the whole site, out of reach of scripts', () => {
    expect(setCookie('classic', 'CabC')).toBe('GCLB=CabC; path=/; HttpOnly')
    expect(setCookie('envoy', '0a')).toBe('GCLB="0a"; Path=/; HttpOnly')
  })

  it('is not taken from a name that only resembles it', () => {
    for (const header of [
      'XGCLB=a',
      'GCLB2=a',
      'gclb=a',
      'a=GCLB=b',
      'GCLB',
      'GCLB=',
      'GCLB=""',
      ';;=',
      '',
    ]) {
      expect(readCookie(header), header).toBeUndefined()
    }
    expect(readCookie(undefined)).toBeUndefined()
  })

  it('survives any header', () => {
    fc.assert(
      fc.property(fc.string(), header => {
        expect(['string', 'undefined']).toContain(typeof readCookie(header))
      }),
    )
  })

  it('names each endpoint differently, without telling its address', () => {
    const values = Array.from({ length: 1000 }, (_, port) => endpointCookie(`127.0.0.1:${port}`))
    expect(new Set(values).size).toBe(1000)
    expect(values.every(value => /^C[\w-]{12}$/.test(value))).toBe(true)
  })
})
