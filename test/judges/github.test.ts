import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { GithubProject } from '../../src/scaffold/github-files.ts'
import { githubProject } from '../support/github-project.ts'
import { gkeConfig, gkeConfigs } from '../support/gke-configs.ts'
import { optional } from '../support/needs.ts'
import { runProgram } from '../support/run-cli.ts'

const actionlint = optional('actionlint')

describe.skipIf(actionlint === undefined)('the workflow that `ci github` writes', () => {
  it.each<readonly [string, Partial<GithubProject>]>([
    ['the least', {}],
    ['with secrets', { gke: gkeConfig({ secrets: ['COOKIE_SECRET', 'REDIS_PASSWORD'] }) }],
    ['of everything, in a folder', { gke: gkeConfigs.everything ?? gkeConfig(), prefix: 'apps/chat/' }],
  ])('has no finding of actionlint: %s', async (_what, given) => {
    await using project = await githubProject(given)
    const name = given.prefix === undefined ? 'rtdeploy' : 'rtdeploy-chat'
    // What else is on PATH decides nothing: shellcheck has opinions of its own.
    const args = ['-shellcheck=', '-pyflakes=', '-no-color', join('.github', 'workflows', `${name}.yml`)]
    const run = await runProgram(actionlint ?? '', args, { cwd: project.folder })
    expect([run.exitCode, run.stdout, run.stderr]).toEqual([0, '', ''])
  })

  it('would find a mistake in it', async () => {
    await using project = await githubProject()
    const path = join('.github', 'workflows', 'rtdeploy.yml')
    writeFileSync(
      join(project.folder, path),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub Actions
      'on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: "echo ${{ no.such }}" }] } }\n',
    )
    const run = await runProgram(actionlint ?? '', ['-no-color', path], { cwd: project.folder })
    expect([run.exitCode, run.stdout]).toEqual([1, expect.stringContaining('undefined variable "no"')])
  })
})
