import { describe, expect, it } from 'vitest'
import { duration, paintFor } from '../../../src/report/paint.ts'

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
