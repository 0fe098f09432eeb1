import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the journal of a project tells, oldest first: `terraform.apply done`. */
export function journalOf(folder: string): string[] {
  const path = join(folder, '.rtdeploy', 'journal.jsonl')
  return (existsSync(path) ? readFileSync(path, 'utf8') : '')
    .split('\n')
    .filter(line => line.endsWith('}'))
    .map(line => JSON.parse(line) as { step: string; state: string })
    .map(({ step, state }) => `${step} ${state}`)
}
