import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Event } from '../../../src/report/events.ts'
import type { Check, StepResult } from '../../../src/report/report.ts'
import { createProgress } from '../../../src/run/progress.ts'

const plain = (_style: string, text: string) => text
const started = (title: string, id = 'a.b'): Event => ({ type: 'step-started', id, title })
const finished = (title: string, more: Partial<StepResult> = {}, quiet = false): Event => ({
  type: 'step-finished',
  step: { id: 'a.b', title, status: 'done', tookMs: 1234, ...more },
  quiet,
})
const check: Check = { id: 'a.b', title: 'Handshake', status: 'pass', wanted: '', found: 'fine' }

const upwards = '\u001b[1A'

/** What a terminal shows of it: carriage returns, erased lines and steps upwards carried out. */
function screen(text: string): string[] {
  const lines = ['']
  let at = 0
  for (const part of text.replaceAll(upwards, `\r${upwards}\r`).split(/([\r\n])/)) {
    if (part === upwards) at -= 1
    else if (part === '\n') at += 1
    else if (part !== '\r')
      lines[at] = (part.split('\u001b[2K').at(-1) ?? '') || (part === '' ? (lines[at] ?? '') : '')
    lines[at] ??= ''
  }
  return lines
}

function progress(options: { terminal: boolean; verbose?: boolean; columns?: number }) {
  let written = ''
  const { emit, stop, interrupted } = createProgress({
    write: text => {
      written += text
    },
    paint: plain,
    terminal: options.terminal,
    columns: () => options.columns ?? 80,
    verbose: options.verbose ?? false,
    now: () => Date.now(),
  })
  const pass = (ms: number) => void vi.advanceTimersByTime(ms)
  return { emit, stop, interrupted, pass, written: () => written, screen: () => screen(written) }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('progress on a terminal', () => {
  it('redraws one line, which the result replaces', () => {
    const shown = progress({ terminal: true })
    shown.emit(started('install'))
    expect(shown.screen()).toEqual(['⠋ install  0 ms'])
    shown.pass(1000)
    expect(shown.screen()).toEqual([expect.stringMatching(/^. install {2}1\.0 s$/)])
    shown.emit(finished('install'))
    expect(shown.screen()).toEqual(['✓ install  1.2 s', ''])
    shown.pass(1000)
    expect(shown.screen()).toEqual(['✓ install  1.2 s', ''])
  })

  it('lets each of two checks that take turns keep its own clock', () => {
    const shown = progress({ terminal: true })
    const tick = (title: string, done: number): Event => ({ type: 'check-progress', title, done, of: 10 })
    shown.emit(tick('A silent socket', 0))
    shown.pass(2000)
    shown.emit(tick('Messages', 1))
    shown.pass(1000)
    shown.emit(tick('A silent socket', 1))
    expect(shown.screen()).toEqual([expect.stringMatching(/^. A silent socket {2}1\/10 {2}3\.0 s$/)])
  })

  it('never writes more than a line holds, so that it is never wrapped', () => {
    const shown = progress({ terminal: true, columns: 30 })
    shown.emit(started('x'.repeat(200)))
    shown.pass(500)
    for (const line of shown.written().split('\r'))
      expect(line.replaceAll('\u001b[2K', '').length).toBeLessThan(30)
  })

  it('puts notes and output above the running line', () => {
    const shown = progress({ terminal: true, verbose: true })
    shown.emit(started('install'))
    shown.emit({ type: 'note', text: 'a note' })
    shown.emit({ type: 'step-output', id: 'a.b', line: 'added 3 packages' })
    shown.pass(100)
    expect(shown.screen()).toEqual(['a note', '  added 3 packages', expect.stringContaining('install')])
  })

  it('shows two steps that run at once, a line each, until each has ended', () => {
    const shown = progress({ terminal: true })
    shown.emit(started('infrastructure', 'terraform.apply'))
    shown.emit(started('build the image', 'image.build'))
    shown.emit({ type: 'step-progress', id: 'terraform.apply', text: '3 of 12' })
    shown.pass(2000)
    expect(shown.screen()).toEqual([
      expect.stringMatching(/^. infrastructure {2}3 of 12 {2}2\.0 s$/),
      expect.stringMatching(/^. build the image {2}2\.0 s$/),
    ])
    shown.emit(finished('build the image', { id: 'image.build' }))
    shown.pass(1000)
    expect(shown.screen()).toEqual([
      '✓ build the image  1.2 s',
      expect.stringMatching(/^. infrastructure {2}3 of 12 {2}3\.0 s$/),
    ])
    shown.emit(finished('infrastructure', { id: 'terraform.apply' }))
    shown.pass(1000)
    expect(shown.screen()).toEqual(['✓ build the image  1.2 s', '✓ infrastructure  1.2 s', ''])
  })

  it('says of two steps that it waits for both, after an interrupt, and whose output it shows', () => {
    const shown = progress({ terminal: true, verbose: true, columns: 200 })
    shown.emit(started('infrastructure', 'terraform.apply'))
    shown.emit(started('build the image', 'image.build'))
    shown.emit({ type: 'step-output', id: 'image.build', line: 'STEP 1' })
    shown.pass(100)
    shown.interrupted()
    shown.pass(300)
    expect(shown.screen().slice(0, 2)).toEqual([
      '  image.build | STEP 1',
      'waiting for the end of: infrastructure and build the image; Ctrl-C again leaves without it',
    ])
    shown.stop()
    expect(shown.screen().slice(2).join('')).toBe('')
  })

  it('leaves no running line behind when it stops, and writes no more', () => {
    const shown = progress({ terminal: true })
    shown.emit(started('install'))
    shown.stop()
    const before = shown.written()
    expect(shown.screen()).toEqual([''])
    shown.pass(60_000)
    expect(shown.written()).toBe(before)
  })

  it('says after an interrupt what it waits for, unless that ends at once', () => {
    const shown = progress({ terminal: true })
    shown.emit(started('install'))
    shown.interrupted()
    shown.pass(300)
    expect(shown.written()).toContain('\r\u001b[2Kwaiting for')
    expect(shown.screen()[0]).toBe('waiting for the end of: install; Ctrl-C again leaves without it')
    const quick = progress({ terminal: true })
    quick.emit(started('wait'))
    quick.interrupted()
    quick.emit(finished('wait', { status: 'failed' }))
    quick.pass(300)
    expect(quick.screen()).toEqual(['✗ wait  1.2 s', ''])
  })

  it('shows how far a check is, and the time it takes in all', () => {
    const shown = progress({ terminal: true })
    const far = (done: number): Event => ({ type: 'check-progress', title: 'Handshake', done, of: 12 })
    shown.emit(far(1))
    shown.pass(2000)
    shown.emit(far(7))
    expect(shown.screen()).toEqual([expect.stringMatching(/Handshake {2}7\/12 {2}2\.0 s/)])
    shown.emit({ type: 'check-done', check })
    expect(shown.screen()).toEqual(['✓ Handshake  fine', ''])
  })

  it('hides housekeeping unless it fails or all is wanted', () => {
    for (const [verbose, status, lines] of [
      [false, 'done', 1],
      [false, 'failed', 2],
      [true, 'done', 2],
    ] as const) {
      const shown = progress({ terminal: true, verbose })
      shown.emit(finished('write state', { status }, true))
      expect(shown.screen()).toHaveLength(lines)
    }
  })

  it('shows what tools write without what would drive the terminal', () => {
    const shown = progress({ terminal: true, verbose: true })
    shown.emit({ type: 'step-output', id: 'a.b', line: '\u001b[2J\u001b]0;x\u0007 50 %\r 100 %' })
    expect(shown.written()).toBe('   50 % 100 %\n')
  })
})

describe('progress elsewhere', () => {
  it('writes plain lines only, and each 15 s that it still runs', () => {
    const shown = progress({ terminal: false })
    shown.emit(started('install'))
    expect(shown.written()).toBe('')
    shown.pass(31_000)
    expect(shown.written()).toBe('  still: install  15.0 s\n  still: install  30.0 s\n')
    shown.emit(finished('install', { tookMs: 31_000 }))
    shown.pass(60_000)
    expect(shown.screen().at(-2)).toBe('✓ install  31.0 s')
    expect(shown.written()).not.toMatch(/[\r]/)
    expect(shown.written().includes('\u001b')).toBe(false)
  })

  it('tells of two steps that run at once', () => {
    const shown = progress({ terminal: false })
    shown.emit(started('infrastructure', 'terraform.apply'))
    shown.pass(5000)
    shown.emit(started('build the image', 'image.build'))
    shown.pass(10_000)
    shown.emit(finished('build the image', { id: 'image.build' }))
    shown.pass(15_000)
    shown.emit(finished('infrastructure', { id: 'terraform.apply' }))
    expect(shown.screen()).toEqual([
      '  still: infrastructure  15.0 s',
      '  still: build the image  10.0 s',
      '✓ build the image  1.2 s',
      '  still: infrastructure  30.0 s',
      '✓ infrastructure  1.2 s',
      '',
    ])
  })

  it('tells each 15 s how far a check is', () => {
    const shown = progress({ terminal: false })
    shown.emit({ type: 'check-progress', title: 'Handshake', done: 1, of: 12 })
    expect(shown.written()).toBe('')
    shown.pass(15_000)
    expect(shown.written()).toBe('  still: Handshake  1/12  15.0 s\n')
    shown.emit({ type: 'check-done', check })
    shown.pass(60_000)
    expect(shown.screen()).toEqual(['  still: Handshake  1/12  15.0 s', '✓ Handshake  fine', ''])
  })

  it.each([
    ['done', '✓ t  1.2 s\n'],
    ['failed', '✗ t  1.2 s\n'],
    ['skipped', '= t  1.2 s\n'],
  ] as const)('marks what is %s', (status, line) => {
    const shown = progress({ terminal: false })
    shown.emit(finished('t', { status }))
    expect(shown.written()).toBe(line)
  })

  it('shows a detail in place of the time', () => {
    const shown = progress({ terminal: false })
    shown.emit(finished('t', { status: 'skipped', detail: 'up to date' }))
    expect(shown.written()).toBe('= t  up to date\n')
  })
})
