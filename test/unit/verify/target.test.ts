import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import { isTrustworthy, parseTarget } from '../../../src/verify/target.ts'

describe('an address', () => {
  for (const [url, expected] of [
    [
      'http://chat.example.com',
      { origin: 'http://chat.example.com', host: 'chat.example.com', port: 80, secure: false },
    ],
    ['https://chat.example.com/', { port: 443, secure: true }],
    ['wss://chat.example.com:8443', { origin: 'https://chat.example.com:8443', port: 8443, secure: true }],
    ['ws://127.0.0.1:3000/socket.io/', { origin: 'http://127.0.0.1:3000', port: 3000 }],
    ['http://[::1]:3000', { origin: 'http://[::1]:3000', host: '::1', port: 3000 }],
  ] as const) {
    it(`is read: ${url}`, () => expect(parseTarget(url, '/socket.io/', '/')).toMatchObject(expected))
  }

  it('shows neither user nor password, but uses them', () => {
    const target = parseTarget('http://me:p%40ss@example.com', '/socket.io/', '/')
    expect(target.origin).toBe('http://example.com')
    expect(target.headerLines).toContain(`authorization: Basic ${btoa('me:p@ss')}\r\n`)
  })

  it('with a path says where the path belongs', () => {
    expect(() => parseTarget('http://example.com/chat', '/socket.io/', '/')).toThrow(
      expect.objectContaining({ code: 'url.invalid', hint: expect.stringContaining('--path /chat') }),
    )
  })

  it('without a scheme gets one suggested', () => {
    expect(() => parseTarget('localhost:3000', '/socket.io/', '/')).toThrow(
      expect.objectContaining({ hint: 'write it like http://localhost:3000' }),
    )
  })

  it('may be anything without more than a UserError', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (url, path) => {
        try {
          parseTarget(url, path, '/')
        } catch (error) {
          expect(error).toBeInstanceOf(UserError)
        }
      }),
    )
  })
})

describe('headers', () => {
  it('are sent with every request, and win over ours', () => {
    const { headerLines, givenCookie } = parseTarget('http://example.com', '/socket.io/', '/', {
      'X-Key': 'a b',
      Origin: 'https://elsewhere.example',
      cookie: 'a=1',
    })
    expect(headerLines).toContain('x-key: a b\r\n')
    expect(headerLines).toContain('origin: https://elsewhere.example\r\n')
    expect(headerLines.match(/origin:/g)).toHaveLength(1)
    expect(headerLines).not.toContain('cookie')
    expect(givenCookie).toBe('a=1')
  })

  for (const headers of [
    { 'x-key': 'a\r\nhost: evil' },
    { 'x key': 'a' },
    { Host: 'b' },
    { Upgrade: 'h2c' },
  ]) {
    it(`are refused: ${JSON.stringify(headers)}`, () => {
      expect(() =>
        parseTarget('http://example.com', '/socket.io/', '/', { ...headers } as Record<string, string>),
      ).toThrow(expect.objectContaining({ code: 'header.invalid', exitCode: 2 }))
    })
  }
})

it('browsers trust the own machine without TLS', () => {
  expect(isTrustworthy({ secure: false, host: 'localhost' })).toBe(true)
  expect(isTrustworthy({ secure: false, host: '127.0.0.2' })).toBe(true)
  expect(isTrustworthy({ secure: false, host: '127.example.com' })).toBe(false)
  expect(isTrustworthy({ secure: false, host: '10.0.0.1' })).toBe(false)
})
