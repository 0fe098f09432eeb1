import { describe, expect, it } from 'vitest'
import { lastLines, mergeLogs, timeOf } from '../../../src/report/merge-logs.ts'

describe('timeOf', () => {
  const ten = Date.UTC(2026, 0, 2, 10, 0, 0)
  it.each([
    ['2026-01-02T10:00:00Z hello', ten],
    ['2026-01-02T10:00:00.250Z hello', ten + 250],
    ['2026-01-02T11:00:00+01:00 hello', ten],
    ['2026-01-02T04:30:00-0530 hello', ten],
    ['[info] 2026-01-02T10:00:00Z hello', ten],
    ['-- 2026-01-02T10:00:00.000Z tiny-0 ended', ten],
    [`{"level":30,"time":${ten},"msg":"pino"}`, ten],
    [`{"level":30,"time": ${ten}}`, ten],
    ['2026-01-02T10:00:00 without a zone', undefined],
    ['2026-13-45T99:00:00Z', undefined],
    ['    at Object.<anonymous> (file.js:1:2)', undefined],
    ['', undefined],
    [`${'x'.repeat(300)} 2026-01-02T10:00:00Z`, undefined],
  ])('of %j', (line, time) => expect(timeOf(line)).toBe(time))
})

describe('lastLines', () => {
  it.each([
    ['', 5, []],
    ['\n', 5, ['']],
    ['a\nb\nc\n', 2, ['b', 'c']],
    ['a\nb', 5, ['a', 'b']],
    ['a\n', 0, []],
  ])('of %j, %i of them', (text, count, lines) => expect(lastLines(text, count)).toEqual(lines))
})

describe('mergeLogs', () => {
  const at = (second: number, text: string) => `2026-01-02T10:00:0${second}Z ${text}`
  const merged = (...logs: string[][]) =>
    mergeLogs(logs.map((lines, index) => ({ name: `r${index}`, lines }))).map(
      ({ name, line }) => `${name} ${line.slice(-1)}`,
    )

  it('puts lines in order of time', () => {
    expect(merged([at(1, 'a'), at(3, 'c')], [at(2, 'b'), at(4, 'd')])).toEqual([
      'r0 a',
      'r1 b',
      'r0 c',
      'r1 d',
    ])
  })

  it('keeps a stack trace behind its line, and equal times in the order of the logs', () => {
    expect(merged([at(1, 'a'), '   at b', '   at c', at(2, 'd')], [at(1, 'e')])).toEqual([
      'r0 a',
      'r0 b',
      'r0 c',
      'r1 e',
      'r0 d',
    ])
  })

  it('keeps the order within a log whose clock goes back, or that names another date', () => {
    expect(merged([at(5, 'a'), at(1, 'b'), at(6, 'c')], [at(5, 'd')])).toEqual([
      'r0 a',
      'r0 b',
      'r1 d',
      'r0 c',
    ])
  })

  it('keeps lines whose time is none where they stand', () => {
    expect(merged([at(5, 'a'), '2026-13-45T99:00:00Z b', at(6, 'c')], [])).toEqual(['r0 a', 'r0 b', 'r0 c'])
  })

  it.each([[[]], [[[]]], [[[], []]]])('has nothing to say of %j', logs =>
    expect(merged(...(logs as string[][]))).toEqual([]),
  )

  it('loses and makes up no line', () => {
    const logs = Array.from({ length: 5 }, (_, log) =>
      Array.from({ length: 200 }, (_, line) =>
        (log + line) % 3 ? at((line * 7 + log) % 10, `${line % 10}`) : `${line % 10}`,
      ),
    )
    expect(merged(...logs)).toHaveLength(1000)
  })
})
