import { describe, expect, it } from 'vitest'
import { CookieJar, parseSetCookie } from '../../../src/verify/cookies.ts'
import { parseTarget } from '../../../src/verify/target.ts'

const http = parseTarget('http://chat.example.com', '/socket.io/', '/')
const https = parseTarget('https://chat.example.com', '/socket.io/', '/')
const local = parseTarget('http://localhost:3000', '/socket.io/', '/')
const now = Date.parse('2026-11-21T12:00:00Z')

function jar(target: typeof http, ...lines: string[]): CookieJar {
  const made = new CookieJar(target)
  made.store(lines, now)
  return made
}

describe('a cookie jar', () => {
  it('sends back what was set', () => {
    expect(jar(http, 'GCLB=CNvX; path=/; HttpOnly', 'io=a=b').header()).toBe('GCLB=CNvX; io=a=b')
  })

  it('sends nothing when nothing was set', () => {
    expect(jar(http).header()).toBeUndefined()
    expect(jar(http, 'no cookie at all', '=x', '', '\u001b[31mred=1').header()).toBeUndefined()
  })

  it('can send one alone', () => {
    expect(jar(http, 'a=1', 'b=2').header('b')).toBe('b=2')
  })

  it('takes the newest value', () => {
    expect(jar(http, 'a=1', 'a=2').header()).toBe('a=2')
  })

  it('lets go of what has expired', () => {
    expect(jar(http, 'a=1', 'a=; Max-Age=0').header()).toBeUndefined()
    expect(jar(http, 'a=1', 'a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT').header()).toBeUndefined()
    expect(jar(http, 'a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT').header()).toBe('a=1')
  })

  it('remembers what it did not take, and why', () => {
    const made = jar(http, 'GCLB=x; Secure; Path=/')
    expect(made.header()).toBeUndefined()
    expect(made.seen()).toEqual([
      { name: 'GCLB', attributes: 'Secure; Path=/', rejected: 'Secure, but the address is plain http' },
    ])
  })

  it('does not grow without end', () => {
    const made = jar(http, ...Array.from({ length: 500 }, (_, at) => `c${at}=1`), `big=${'x'.repeat(5_000)}`)
    expect(made.names()).toHaveLength(50)
  })
})

describe('what browsers refuse', () => {
  for (const [line, target, rejected] of [
    ['a=1; Secure', http, 'Secure, but the address is plain http'],
    ['a=1; Secure', https, undefined],
    ['a=1; Secure', local, undefined],
    ['a=1; SameSite=None', https, 'SameSite=None without Secure'],
    ['a=1; SameSite=None; Secure', https, undefined],
    ['a=1; Domain=example.com', http, undefined],
    ['a=1; Domain=.EXAMPLE.com', http, undefined],
    ['a=1; Domain=ample.com', http, 'Domain=ample.com does not cover chat.example.com'],
    ['a=1; Path=/api', http, 'Path=/api does not cover /socket.io/'],
    ['a=1; Path=/socket.io', http, undefined],
    ['a=1; Path=/socket', http, 'Path=/socket does not cover /socket.io/'],
    ['__Host-a=1; Path=/', https, '__Host- prefix without Secure and Path=/, or with Domain'],
    ['__Host-a=1; Path=/; Secure', https, undefined],
    ['__Secure-a=1', https, '__Secure- prefix without Secure'],
  ] as const) {
    it(`${line} on ${target.origin}: ${rejected ?? 'taken'}`, () => {
      expect(parseSetCookie(line, target, now)?.facts.rejected).toBe(rejected)
    })
  }
})
