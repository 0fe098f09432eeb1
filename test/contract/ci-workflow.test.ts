import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { githubProject } from '../support/github-project.ts'
import { runProgram, temporaryFolder } from '../support/run-cli.ts'

interface Workflow {
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly name?: string; readonly run?: string }[] }>
  >
}

/** Runs a step's script as GitHub does for `shell: bash`, with an npx that prints and ends as told. */
async function runStep(
  job: string,
  name: string,
  npx: { readonly stdout: string; readonly exitCode: number },
) {
  await using project = await githubProject()
  await using folder = await temporaryFolder()
  const text = readFileSync(join(project.folder, '.github/workflows/rtdeploy.yml'), 'utf8')
  const step = (parse(text) as Workflow).jobs[job]?.steps.find(one => one.name === name)
  if (step?.run === undefined) throw new Error(`${job} has no step ${name}`)
  const bin = join(folder.path, 'bin')
  await mkdir(bin)
  writeFileSync(join(bin, 'output'), npx.stdout)
  const lines = ['#!/bin/sh', `echo "$@" >'${bin}/called'`, `cat '${bin}/output'`, `exit ${npx.exitCode}`]
  writeFileSync(join(bin, 'npx'), `${lines.join('\n')}\n`, { mode: 0o755 })
  const summary = join(folder.path, 'summary')
  const login = join(folder.path, 'gha-creds-1.json')
  writeFileSync(login, '{}')
  const environment = join(folder.path, 'environment')
  const temporary = join(folder.path, 'temporary')
  await mkdir(temporary)
  const env = {
    PATH: `${bin}:${process.env.PATH}`,
    RTDEPLOY: 'rtdeploy@1.2.3',
    RUNNER_TEMP: temporary,
    GITHUB_STEP_SUMMARY: summary,
    GITHUB_ENV: environment,
    GOOGLE_GHA_CREDS_PATH: login,
  }
  const args = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run]
  const run = await runProgram('bash', args, { cwd: folder.path, env })
  const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '')
  return {
    ...run,
    called: read(join(bin, 'called')).trim(),
    summary: read(summary),
    environment: read(environment),
    folder: folder.path,
    movedLogin: !existsSync(login) && existsSync(join(temporary, 'google-login.json')),
  }
}

describe('the steps of the workflow', () => {
  it.each([
    [0, 0, 'Nothing to do.'],
    [6, 0, 'This would change:'],
    [3, 3, 'It ended with exit code 3; the log of this step says why.'],
    [1, 1, 'It ended with exit code 1; the log of this step says why.'],
  ])('after a plan with exit code %d end with %d', async (exitCode, ended, sentence) => {
    const run = await runStep('plan', 'rtdeploy plan', { stdout: '+ build\n```\n<script>\n', exitCode })
    expect(run.called).toBe('--yes rtdeploy@1.2.3 plan --detailed-exitcode')
    expect(run.exitCode).toBe(ended)
    // Indented, so that nothing in a plan can end the block that it stands in.
    expect(run.summary).toBe(`### rtdeploy plan\n\n${sentence}\n\n    + build\n    \`\`\`\n    <script>\n`)
  })

  it('bring it up, and tell its address', async () => {
    const run = await runStep('up', 'rtdeploy up', { stdout: 'https://chat.example.com\n', exitCode: 0 })
    expect([run.exitCode, run.called]).toEqual([0, '--yes rtdeploy@1.2.3 up --yes'])
    expect(run.summary).toBe('### rtdeploy up\n\nhttps://chat.example.com\n')
  })

  it('fail where what runs is not verified', async () => {
    const run = await runStep('up', 'rtdeploy up', { stdout: 'https://chat.example.com\n', exitCode: 5 })
    expect([run.exitCode, run.summary]).toEqual([5, ''])
  })

  it.each(['plan', 'up'])('of %s take the login out of the project', async job => {
    const name = 'Keep the login out of the project, and so out of the image'
    const run = await runStep(job, name, { stdout: '', exitCode: 0 })
    expect([run.exitCode, run.movedLogin]).toEqual([0, true])
    const variables = run.environment.trim().split('\n')
    expect(variables.map(line => line.split('=')[0])).toEqual([
      'GOOGLE_GHA_CREDS_PATH',
      'GOOGLE_APPLICATION_CREDENTIALS',
      'CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE',
    ])
    const place = join(run.folder, 'temporary', 'google-login.json')
    expect(variables.every(line => line.endsWith(`=${place}`))).toBe(true)
  })

  it('tell a fork why there is no plan', async () => {
    const run = await runStep('fork', 'Say why there is no plan', { stdout: '', exitCode: 0 })
    expect([run.exitCode, run.called]).toEqual([0, ''])
    expect(run.summary).toContain('comes from a fork, and forks get no credentials')
  })
})
