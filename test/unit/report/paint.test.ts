import { describe, expect, it } from 'vitest'
import { duration, fold, paintFor } from '../../../src/report/paint.ts'

describe('paintFor', () => {
  it.each<[string, Record<string, string>, boolean, boolean | undefined, boolean]>([
    ['a terminal', {}, true, undefined, true],
    ['no terminal', {}, false, undefined, false],
    ['a dumb terminal', { TERM: 'dumb' }, true, undefined, false],
    ['NO_COLOR on a terminal', { NO_COLOR: '1' }, true, undefined, false],
    ['an empty NO_COLOR, which does not count', { NO_COLOR: '' }, true, undefined, true],
    ['FORCE_COLOR off a terminal', { FORCE_COLOR: '1' }, false, undefined, true],
    ['FORCE_COLOR on a dumb terminal', { FORCE_COLOR: '1', TERM: 'dumb' }, true, undefined, true],
    ['FORCE_COLOR=0 on a terminal', { FORCE_COLOR: '0' }, true, undefined, false],
    ['FORCE_COLOR=false on a terminal', { FORCE_COLOR: 'false' }, true, undefined, false],
    ['an empty FORCE_COLOR, which does not count', { FORCE_COLOR: '' }, false, undefined, false],
    ['both: NO_COLOR is stronger', { FORCE_COLOR: '1', NO_COLOR: '1' }, true, undefined, false],
    ['--no-color against FORCE_COLOR', { FORCE_COLOR: '1' }, true, false, false],
  ])('decides by %s', (_what, env, terminal, flag, coloured) => {
    const text = paintFor(env, terminal, flag)('red', 'x')
    expect(text).toBe(coloured ? '\u001b[31mx\u001b[39m' : 'x')
  })
})

describe('duration', () => {
  it.each([
    [0, '0 ms'],
    [0.4, '0 ms'],
    [999, '999 ms'],
    [999.7, '1.0 s'],
    [1000, '1.0 s'],
    [4249, '4.2 s'],
    [59_949, '59.9 s'],
    [59_960, '1m00s'],
    [60_000, '1m00s'],
    [185_400, '3m05s'],
    [3_599_600, '60m00s'],
    [7_260_000, '121m00s'],
  ])('shows %d ms as %s', (ms, text) => expect(duration(ms)).toBe(text))
})

describe('fold', () => {
  it.each([
    ['short', 20, 'short'],
    ['', 20, ''],
    ['one two three four five', 12, 'one two\n    three\n    four\n    five'],
    ['✓ title  found it here', 12, '✓ title\n    found it\n    here'],
    ['    why     because of that', 20, '    why     because\n    of that'],
    [
      'a https://example.com/a-very-long-address b',
      12,
      'a\n    https://example.com/a-very-long-address\n    b',
    ],
    ['keeps  two spaces', 80, 'keeps  two spaces'],
    ['\u001b[32mgreen\u001b[39m and plain', 16, '\u001b[32mgreen\u001b[39m and plain'],
    ['\u001b[32mgreen\u001b[39m and plain', 9, '\u001b[32mgreen\u001b[39m and\n    plain'],
  ])('breaks %j at %i columns between words', (text, columns, folded) => {
    expect(fold(text, columns, 4)).toBe(folded)
  })

  it('loses no word', () => {
    const text = Array.from({ length: 200 }, (_, at) => 'x'.repeat(at % 17)).join(' ')
    const words = (shown: string) => shown.split(/\s+/).filter(Boolean)
    for (const columns of [10, 30, 80]) expect(words(fold(text, columns, 4))).toEqual(words(text))
  })
})
