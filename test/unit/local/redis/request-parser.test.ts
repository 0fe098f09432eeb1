import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProtocolError, RequestParser } from '../../../../src/local/redis/request-parser.ts'
import { encodeCommand } from '../../../conformance/resp-client.ts'

const byteString = fc.uint8Array({ maxLength: 40 }).map(bytes => Buffer.from(bytes).toString('latin1'))
const command = fc.array(byteString, { minLength: 1, maxLength: 6 })

function parseAll(chunks: readonly string[], parser = new RequestParser()): string[][] {
  const commands: string[][] = []
  for (const chunk of chunks) {
    parser.push(Buffer.from(chunk, 'latin1'))
    for (let next = parser.next(); next !== undefined; next = parser.next()) commands.push(next)
  }
  return commands
}

function cut(text: string, places: readonly number[]): string[] {
  const ends = [...new Set(places.map(place => place % (text.length + 1)))].sort((a, b) => a - b)
  return [...ends, text.length].map((end, at) => text.slice(at === 0 ? 0 : ends[at - 1], end))
}

describe('the request parser', () => {
  it('returns what was encoded, whatever the bytes and wherever the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(command, { maxLength: 8 }),
        fc.array(fc.nat(2_000), { maxLength: 12 }),
        (commands, places) => {
          const stream = commands.map(encodeCommand).join('')
          expect(parseAll(cut(stream, places))).toEqual(commands)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('reads a stream that comes byte by byte', () => {
    const commands = [['SET', 'key', 'a\r\nb'], ['GET', ''], ['PING']]
    const stream = commands.map(encodeCommand).join('')
    expect(parseAll([...stream])).toEqual(commands)
  })

  it('never throws anything but a ProtocolError, and says the same for any cut', () => {
    const noise = fc.stringMatching(/^[*$\-0-9\r\n a"'x\\]{0,60}$/)
    const outcome = (chunks: readonly string[]): string => {
      const commands: string[][] = []
      const parser = new RequestParser()
      try {
        for (const chunk of chunks) {
          parser.push(Buffer.from(chunk, 'latin1'))
          for (let next = parser.next(); next !== undefined; next = parser.next()) commands.push(next)
        }
        return JSON.stringify(commands)
      } catch (problem) {
        if (!(problem instanceof ProtocolError)) throw problem
        return JSON.stringify([commands, problem.message])
      }
    }
    fc.assert(
      fc.property(noise, fc.array(fc.nat(60), { maxLength: 6 }), (text, places) => {
        expect(outcome(cut(text, places))).toBe(outcome([text]))
      }),
      { numRuns: 1_000 },
    )
  })

  it('reads inline commands with quotes and skips empty lines', () => {
    expect(parseAll(["\r\n  \r\nSET key \"a\\x41\\n\" 'it\\'s'\nPING\r\n"])).toEqual([
      ['SET', 'key', 'aA\n', "it's"],
      ['PING'],
    ])
  })

  it('skips empty and negative multibulks', () => {
    expect(parseAll(['*0\r\n*-1\r\n*1\r\n$4\r\nPING\r\n'])).toEqual([['PING']])
  })

  const refused: [name: string, bytes: string, message: string][] = [
    ['a count that is no number', '*x\r\n', 'invalid multibulk length'],
    ['a count beyond the limit', '*1048577\r\n', 'invalid multibulk length'],
    ['a missing $', '*1\r\n:1\r\n', "expected '$', got ':'"],
    ['a negative length', '*1\r\n$-1\r\n', 'invalid bulk length'],
    ['a length beyond the limit', `*1\r\n$${64 * 1024 * 1024 + 1}\r\n`, 'invalid bulk length'],
    ['an endless count line', `*${'1'.repeat(70_000)}`, 'too big mbulk count string'],
    ['an endless length line', `*1\r\n$${'1'.repeat(70_000)}`, 'too big bulk count string'],
    ['an endless inline line', 'a'.repeat(70_000), 'too big inline request'],
    ['an open quote', 'SET "a\r\n', 'unbalanced quotes in request'],
  ]
  it.each(refused)('refuses %s', (_name, bytes, message) => {
    expect(() => parseAll([bytes])).toThrow(new ProtocolError(message))
  })

  it('bounds the bytes of a whole command', () => {
    const parser = new RequestParser({ bulkBytes: 10, args: 10, commandBytes: 15 })
    expect(() => parseAll([encodeCommand(['12345678', '12345678'])], parser)).toThrow('too big command')
  })

  it('takes only small commands before the password', () => {
    const many = new RequestParser()
    many.authenticated = false
    expect(() => parseAll(['*11\r\n'], many)).toThrow('unauthenticated multibulk length')
    const long = new RequestParser()
    long.authenticated = false
    expect(() => parseAll(['*1\r\n$16385\r\n'], long)).toThrow('unauthenticated bulk length')
  })

  it('reads a large argument in many chunks without copying it each time', () => {
    const value = 'v'.repeat(8 * 1024 * 1024)
    const chunks = encodeCommand(['SET', 'k', value]).match(/[\s\S]{1,4096}/g) ?? []
    expect(parseAll(chunks)[0]?.[2]?.length).toBe(value.length)
  })
})
