import { describe, expect, it } from 'vitest'
import { exitCodes } from '../../../src/errors.ts'
import { parseIdentity, replicaName } from '../../../src/verify/identity.ts'

describe('--identity', () => {
  for (const [text, expected] of [
    ['none', { kind: 'none' }],
    ['event:hostname', { kind: 'event', name: 'hostname' }],
    ['event:a:b', { kind: 'event', name: 'a:b' }],
    ['ack:whoami', { kind: 'ack', name: 'whoami' }],
    ['header:X-Pod', { kind: 'header', name: 'x-pod' }],
    ['cookie:SERVERID', { kind: 'cookie', name: 'SERVERID' }],
  ] as const) {
    it(`reads ${text}`, () => expect(parseIdentity(text)).toEqual(expected))
  }

  for (const text of [
    '',
    'hostname',
    'event:',
    ':x',
    'header:x pod',
    'cookie:a=b',
    'Event:x',
    `event:${'x'.repeat(201)}`,
  ]) {
    it(`refuses ${JSON.stringify(text.slice(0, 20))}`, () => {
      expect(() => parseIdentity(text)).toThrow(
        expect.objectContaining({ code: 'identity.invalid', exitCode: exitCodes.usage }),
      )
    })
  }
})

describe('the name of a replica', () => {
  for (const [value, expected] of [
    ['chat-0', 'chat-0'],
    [' chat-0\n', 'chat-0'],
    [7, '7'],
    [{ hostname: 'chat-1', id: 'x' }, 'chat-1'],
    [{ id: 'chat-2' }, 'chat-2'],
    [{ name: { deep: true } }, undefined],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
    [true, undefined],
    ['\u001b[31mred\u001b[0m', 'red'],
  ] as const) {
    it(`in ${JSON.stringify(value)} is ${expected}`, () => expect(replicaName(value)).toBe(expected))
  }

  it('is never long', () => expect(replicaName('x'.repeat(10_000))).toHaveLength(128))
})
