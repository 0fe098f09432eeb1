import { exitCodes, UserError } from '../errors.ts'
import type { Emit } from '../report/events.ts'
import type { Report } from '../report/report.ts'
import { describeRule, listRules, rules } from '../report/rules.ts'
import type { Host } from '../run/host.ts'

export interface ExplainOptions {
  /** `RT008`; all in short when absent. */
  readonly rule?: string
}

/** What a rule that a check names is about. Result: `rules` and the same as `text`. */
export async function explain(host: Host, { rule: wanted }: ExplainOptions, _emit: Emit): Promise<Report> {
  const began = host.now()
  const found = rules.filter(rule => wanted === undefined || rule.id === wanted.toUpperCase())
  if (found.length === 0) {
    throw new UserError(`there is no rule ${JSON.stringify(wanted)}`, {
      code: 'rule.unknown',
      hint: `rtdeploy explain [${rules.map(rule => rule.id).join('|')}]`,
      exitCode: exitCodes.usage,
    })
  }
  const text = wanted === undefined ? listRules() : found.map(describeRule).join('\n')
  return {
    schemaVersion: 1,
    verb: 'explain',
    outcome: 'done',
    steps: [],
    checks: [],
    result: { rules: found, text },
    next: wanted === undefined ? ['rtdeploy explain RT008'] : [],
    tookMs: host.now() - began,
  }
}
