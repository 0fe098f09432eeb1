import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A finding of a judge: which rule, about which object. */
export interface Finding {
  readonly judge: string
  readonly rule: string
  /** `Kind/name` */
  readonly object: string
}

export interface Suppressed extends Finding {
  readonly reason: string
}

/** The table under `Findings that stay` in test/judges.md: `| judge | rule | object | reason |`. Throws on a row without a reason. */
export function readSuppressed(): Suppressed[] {
  const text = readFileSync(join(import.meta.dirname, '..', 'judges.md'), 'utf8')
  const [, table = ''] = text.split('\n## Findings that stay\n')
  const rows = table.split('\n').filter(line => line.startsWith('| ') && !line.startsWith('| judge'))
  return rows.map(row => {
    const [judge = '', rule = '', object = '', reason = ''] = row
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim())
    if (reason.length < 20) throw new Error(`test/judges.md gives no reason for ${judge} ${rule}`)
    return { judge, rule: rule.replaceAll('`', ''), object: object.replaceAll('`', ''), reason }
  })
}

/** Findings that no row of the list is about. */
export function unsuppressed(findings: readonly Finding[], list: readonly Suppressed[]): string[] {
  const left = findings.filter(finding => !list.some(row => isAbout(row, finding)))
  return [...new Set(left.map(({ judge, rule, object }) => `${judge} ${rule} ${object}`))]
}

/** Rows of one judge that are about nothing that it found. */
export function unused(judge: string, findings: readonly Finding[], list: readonly Suppressed[]): string[] {
  return list
    .filter(row => row.judge === judge && !findings.some(finding => isAbout(row, finding)))
    .map(({ rule, object }) => `${rule} ${object}`)
}

function isAbout(row: Suppressed, { judge, rule, object }: Finding): boolean {
  const pattern = new RegExp(`^${row.object.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`)
  return row.judge === judge && row.rule === rule && pattern.test(object)
}
