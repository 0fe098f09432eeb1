import { printable } from '../errors.ts'
import { duration, marks, type Paint } from './paint.ts'
import type { BackendUse, Check, Report } from './report.ts'

const colours = { pass: 'green', warn: 'yellow', fail: 'red', skip: 'dim' } as const

/** What follows a line break stands under what it belongs to: no text of a server can pass for a line of ours. */
const shown = (text: string) => printable(text).replace(/\s*\n\s*/g, '\n            ')

/** A check in one line when it passed; with what was wanted, why and the fix when it did not. Pure. */
export function checkLines(check: Check, paint: Paint): string[] {
  const mark = paint(colours[check.status], marks[check.status])
  const lines = [
    `${mark} ${shown(check.title)}${check.found === '' ? '' : paint('dim', `  ${shown(check.found)}`)}`,
  ]
  if (check.status === 'fail' || check.status === 'warn') {
    if (check.wanted !== '') lines.push(`    wanted  ${shown(check.wanted)}`)
  }
  if (check.status !== 'pass' && check.why !== undefined) lines.push(`    why     ${shown(check.why)}`)
  if (check.status !== 'pass' && check.hint !== undefined)
    lines.push(`    ${paint('yellow', 'fix')}     ${shown(check.hint)}`)
  return lines
}

/** `PASS`, with the stand-ins that the verdict rests on: `PASS (embedded mongo)`. Pure. */
export function verdict(
  checks: readonly Check[],
  backends: Readonly<Record<string, BackendUse>> | undefined,
): string {
  const standIns = Object.entries(backends ?? {})
    .filter(([, use]) => use.rung === 'embedded')
    .map(([name]) => name)
  const word = checks.some(check => check.status === 'fail') ? 'FAIL' : 'PASS'
  return standIns.length === 0 ? word : `${word} (embedded ${standIns.join(' and ')})`
}

/** The counts behind a verdict: `11 passed, 1 skipped`. Pure. */
export function tally(checks: readonly Check[]): string {
  const names = { pass: 'passed', warn: 'warned', fail: 'failed', skip: 'skipped' } as const
  return (['pass', 'warn', 'fail', 'skip'] as const)
    .map(status => ({ status, count: checks.filter(check => check.status === status).length }))
    .filter(({ status, count }) => count > 0 || status === 'pass')
    .map(({ status, count }) => `${count} ${names[status]}`)
    .join(', ')
}

/** Backends with their rungs, a line: `backends: redis-server 7.0.15, embedded mongo`. Pure. */
export function backendsLine(backends: Readonly<Record<string, BackendUse>>): string {
  const parts = Object.entries(backends).map(([name, use]) => `${name}: ${use.label}`)
  return parts.length === 0 ? '' : `backends: ${parts.join(', ')}`
}

/** The verdict over checks, or that something was done or needed not to be: a line, or nothing. Pure. */
export function renderVerdict(report: Report, paint: Paint): string {
  const took = paint('dim', duration(report.tookMs))
  if (report.checks.length > 0) {
    const word = verdict(report.checks, report.backends)
    return `${paint(word.startsWith('FAIL') ? 'red' : 'green', word)}  ${tally(report.checks)}  ${took}\n`
  }
  if (report.outcome === 'nothing-to-do') return `nothing to do  ${took}\n`
  if (report.outcome === 'done' && report.steps.length > 0) return `${paint('green', 'done')}  ${took}\n`
  return ''
}

/** What makes sense now. Pure. */
export function renderNext(report: Report, paint: Paint): string {
  return report.next.length === 0 ? '' : `${paint('cyan', 'next:')} ${report.next.join(`\n      `)}\n`
}
