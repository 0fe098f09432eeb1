import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { GkeConfig } from '../../src/config/gke.ts'
import { githubProject } from '../support/github-project.ts'
import { gkeConfig, gkeConfigs } from '../support/gke-configs.ts'
import { optional } from '../support/needs.ts'
import { type CliRun, runProgram } from '../support/run-cli.ts'
import { terraformProject } from '../support/terraform-project.ts'

const checkov = optional('checkov')
const tflint = optional('tflint')
const terraform = optional('terraform')

interface Finding {
  readonly check_id: string
  readonly resource: string
  readonly check_result: { readonly suppress_comment?: string }
}

interface Folder extends AsyncDisposable {
  readonly folder: string
  run(program: string, args: readonly string[]): Promise<CliRun>
}

/** What `ci github` writes beside it. */
async function pool(gke: GkeConfig): Promise<Folder> {
  const project = await githubProject({ gke })
  const folder = join(project.folder, 'infra/terraform/github')
  const run = (program: string, args: readonly string[]) => runProgram(program, args, { cwd: folder })
  return { folder, run, [Symbol.asyncDispose]: () => project[Symbol.asyncDispose]() }
}

const { autopilot = gkeConfig(), everything = gkeConfig() } = gkeConfigs
/** With the least number of rules that apply: without a cluster among the resources there are few. */
const cases: readonly (readonly [string, () => Promise<Folder>, number])[] = [
  ...Object.entries(gkeConfigs).map(
    ([name, gke]) => [name, () => terraformProject(gke, {}), gke.cluster === undefined ? 20 : 0] as const,
  ),
  ['the least, its folder github', () => pool(autopilot), 20],
  ['everything, its folder github', () => pool(everything), 20],
]

describe.each(cases)('infra/terraform of %s', (_, open, least) => {
  it.skipIf(terraform === undefined)('is formatted as terraform formats it', async () => {
    await using project = await open()
    expect(await project.run('terraform', ['fmt', '-check', '-diff', '-recursive'])).toMatchObject({
      exitCode: 0,
      stdout: '',
    })
  })

  it.skipIf(tflint === undefined)('has no finding of tflint, all rules of the language on', async () => {
    await using project = await open()
    const rules = 'plugin "terraform" {\n  enabled = true\n  preset  = "all"\n}\n'
    // The rule wants all variables in variables.tf; here each stands beside what it is for.
    const without = 'rule "terraform_standard_module_structure" {\n  enabled = false\n}\n'
    writeFileSync(join(project.folder, '.tflint.hcl'), rules + without)
    const run = await project.run(tflint ?? '', ['--format=compact'])
    expect([run.stdout, run.stderr, run.exitCode]).toEqual(['', '', 0])
  })

  it.skipIf(checkov === undefined)(
    'has no finding of checkov but those with a reason beside them',
    async () => {
      await using project = await open()
      const args = ['--directory', '.', '--framework', 'terraform', '--output', 'json', '--skip-download']
      const run = await project.run(checkov ?? '', args)
      const { results } = JSON.parse(run.stdout) as {
        results: { failed_checks: Finding[]; skipped_checks: Finding[]; passed_checks: Finding[] }
      }
      expect(results.failed_checks.map(finding => `${finding.check_id} ${finding.resource}`)).toEqual([])
      expect(results.passed_checks.length).toBeGreaterThan(least)
      for (const { check_id, check_result } of results.skipped_checks) {
        expect(`${check_id} ${check_result.suppress_comment}`).toMatch(/ .{8,}/)
      }
    },
  )
})
