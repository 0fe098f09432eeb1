import { describe, expect, it } from 'vitest'
import { table } from '../../../src/report/local-status.ts'
import {
  type Check,
  exitCodeOf,
  outcomeOf,
  type Report,
  type StepResult,
} from '../../../src/report/report.ts'
import {
  backendsLine,
  checkLines,
  renderNext,
  renderVerdict,
  tally,
  verdict,
} from '../../../src/report/text.ts'

const plain = (_style: string, text: string) => text
const check = (status: Check['status'], more: Partial<Check> = {}): Check => ({
  id: 'a.b',
  title: 'Handshake',
  status,
  wanted: 'an answer',
  found: 'one',
  ...more,
})
const step = (status: StepResult['status']): StepResult => ({ id: 'a.b', title: 't', status, tookMs: 1 })
const report: Report = {
  schemaVersion: 1,
  verb: 'up',
  outcome: 'done',
  steps: [],
  checks: [],
  next: [],
  tookMs: 4200,
}

describe('checkLines', () => {
  it('tells a check that passed in one line', () => {
    expect(checkLines(check('pass', { why: 'no', hint: 'no' }), plain)).toEqual(['✓ Handshake  one'])
  })

  it('tells a failed one with what was wanted, why, and the fix', () => {
    expect(checkLines(check('fail', { why: 'RT008', hint: 'affinity: cookie' }), plain)).toEqual([
      '✗ Handshake  one',
      '    wanted  an answer',
      '    why     RT008',
      '    fix     affinity: cookie',
    ])
  })

  it('tells a skipped one with the way to have it', () => {
    expect(checkLines(check('skip', { found: 'not here', hint: 'do' }), plain)).toEqual([
      '- Handshake  not here',
      '    fix     do',
    ])
  })

  it('lets nothing that a server said drive the terminal', () => {
    const hostile = '\u001b]0;x\u0007\u001b[2J\u202eevil\r'
    const lines = checkLines(
      check('fail', { found: hostile, why: hostile, hint: hostile, wanted: hostile, title: hostile }),
      plain,
    )
    const forged = checkLines(check('fail', { found: 'a\n✓ all is well\n\n' }), plain)
    expect(forged[0]).toBe('✗ Handshake  a\n            ✓ all is well\n            ')
    expect([...'\u001b\u0007\u202e\r'].filter(one => lines.join('').includes(one))).toEqual([])
  })
})

describe('the verdict', () => {
  const program = { rung: 'program', label: 'redis-server 7.0.15' } as const
  const embedded = { rung: 'embedded', label: 'embedded' } as const
  it.each<[string, Check[], Parameters<typeof verdict>[1]]>([
    ['PASS', [check('pass'), check('warn'), check('skip')], { redis: program }],
    ['PASS', [check('pass')], undefined],
    ['PASS (embedded mongo)', [check('pass')], { redis: program, mongo: embedded }],
    ['PASS (embedded redis and mongo)', [], { redis: embedded, mongo: embedded }],
    ['FAIL (embedded redis)', [check('pass'), check('fail')], { redis: embedded }],
  ])('is %s', (word, checks, backends) => expect(verdict(checks, backends)).toBe(word))

  it('counts what it rests on', () => {
    expect(tally([check('pass'), check('pass'), check('fail'), check('skip')])).toBe(
      '2 passed, 1 failed, 1 skipped',
    )
    expect(tally([check('fail')])).toBe('0 passed, 1 failed')
    expect(tally([check('warn')])).toBe('0 passed, 1 warned')
  })

  it('names each backend', () => {
    expect(backendsLine({ redis: program, mongo: embedded })).toBe(
      'backends: redis: redis-server 7.0.15, mongo: embedded',
    )
    expect(backendsLine({})).toBe('')
  })
})

describe('the end of a run', () => {
  it.each<[string, Partial<Report>, string]>([
    ['a verdict', { checks: [check('pass')] }, 'PASS  1 passed  4.2 s\n'],
    ['done', { steps: [step('done')] }, 'done  4.2 s\n'],
    ['nothing to do', { outcome: 'nothing-to-do', steps: [step('skipped')] }, 'nothing to do  4.2 s\n'],
    ['nothing where there was nothing to say', {}, ''],
    ['nothing of a plan', { outcome: 'planned', steps: [step('planned')] }, ''],
    ['what comes next', { next: ['a', 'b'] }, 'next: a\n      b\n'],
  ])('says %s', (_what, change, text) => {
    const full = { ...report, ...change }
    expect(renderVerdict(full, plain) + renderNext(full, plain)).toBe(text)
  })
})

describe('outcomes', () => {
  it.each<[Report['outcome'], StepResult[], Check[]]>([
    ['done', [], []],
    ['done', [step('done'), step('skipped')], [check('warn')]],
    ['nothing-to-do', [step('skipped'), step('skipped')], []],
    ['unhealthy', [step('done')], [check('fail')]],
    ['unhealthy', [step('skipped')], [check('fail')]],
    ['failed', [step('failed')], [check('fail')]],
  ])('are %s', (outcome, steps, checks) => expect(outcomeOf(steps, checks)).toBe(outcome))

  it.each<[number, Report['outcome'], Report['verb']]>([
    [0, 'done', 'up'],
    [0, 'nothing-to-do', 'down'],
    [0, 'planned', 'up'],
    [1, 'failed', 'up'],
    [5, 'unhealthy', 'verify'],
    [3, 'unhealthy', 'doctor'],
    [130, 'cancelled', 'up'],
  ])('exit with %i for %s of %s%s', (code, outcome, verb) => expect(exitCodeOf({ outcome, verb })).toBe(code))
})

describe('table', () => {
  it.each([
    [[], ''],
    [[['a']], 'a'],
    [
      [
        ['a', 'bb'],
        ['ccc', 'd'],
      ],
      'a    bb\nccc  d',
    ],
    [
      [
        ['a', 'b'],
        ['', 'x'],
        ['long', ''],
      ],
      'a     b\n      x\nlong',
    ],
  ])('lays out %j', (rows, text) => expect(table(rows)).toBe(text))
})
