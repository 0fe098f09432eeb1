import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runIn } from '../support/start-cli.ts'
import { type TinyProject, tinyProject } from '../support/tiny-project.ts'

const verbs = ['up', 'plan', 'verify', 'status', 'logs', 'rollback', 'down', 'doctor'] as const

/** With an environment of each target; nothing answers at any of them. */
function project(): TinyProject {
  const made = tinyProject()
  const sections = {
    gke: { project: 'my-project', region: 'europe-west1' },
    kubernetes: { context: 'no-such-context', image: 'registry.example.com/tiny' },
    environments: { staging: { target: 'kubernetes', app: { replicas: 1 } }, test: {} },
  }
  const lines = Object.entries(sections).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
  appendFileSync(join(made.folder, 'rtdeploy.yaml'), lines.join(''))
  return made
}

describe('--env', { timeout: 60_000 }, () => {
  it.each(verbs)('of %s takes an environment that there is, and names those that there are', async verb => {
    await using made = project()
    const run = await runIn(made.folder, [verb, '--env', 'stagging', '--json'])
    expect(run.exitCode).toBe(2)
    expect(JSON.parse(run.stdout)).toMatchObject({
      error: {
        code: 'config.environment',
        message: expect.stringContaining('there are production, staging, test'),
        hint: 'did you mean --env staging?',
      },
    })
  })

  it.each(['../..', '__proto__', '--yes', '$(id)', 'sta\u001b[31mging'])('%j goes nowhere', async name => {
    await using made = project()
    const run = await runIn(made.folder, ['down', '--yes', '--env', name])
    expect(run.exitCode).toBe(2)
    expect(run.stderr).not.toContain('\u001b')
  })

  it('is production by default, which may be named', async () => {
    await using made = project()
    const plain = JSON.parse((await runIn(made.folder, ['up', '--dry-run', '--json'])).stdout)
    const named = JSON.parse(
      (await runIn(made.folder, ['up', '--dry-run', '--env', 'production', '--json'])).stdout,
    )
    expect(named).toEqual({ ...plain, tookMs: expect.any(Number) })
    expect(plain).not.toHaveProperty('environment')
  })

  it('is refused on this machine, which is one place', async () => {
    await using made = project()
    for (const args of [['up'], ['status'], ['down', '--yes'], ['logs', '--target', 'local']]) {
      const run = await runIn(made.folder, [...args, '--env', 'test'])
      expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining('usage.environment')])
    }
  })

  it('is in reports and in every command that errors and reports name', async () => {
    await using made = project()
    const up = await runIn(made.folder, ['up', '--env', 'staging', '--json'])
    expect(up.exitCode).toBe(3)
    expect(JSON.parse(up.stdout)).toMatchObject({
      environment: 'staging',
      error: { code: expect.any(String) },
    })
    const doctor = JSON.parse((await runIn(made.folder, ['doctor', '--env', 'staging', '--json'])).stdout)
    expect(doctor.environment).toBe('staging')
    expect(doctor.next).toEqual([expect.stringMatching(/^rtdeploy (?:up|doctor) --env staging$/)])
  })

  it('says all that is wrong with an environment, whichever one the run is for', async () => {
    await using made = project()
    made.edit(yaml => yaml.replace('"replicas":1', '"replicas":99'))
    const run = await runIn(made.folder, ['up', '--dry-run'])
    expect(run.exitCode).toBe(2)
    expect(run.stderr).toMatch(
      /rtdeploy\.yaml:\d+:\d+ environments\.staging\.app\.replicas: should be a whole/,
    )
  })
})

describe('init --env', { timeout: 60_000 }, () => {
  const own = { mode: 'standard', minimal: true, terraform: 'infra/test/terraform' }
  const withFolder = (yaml: string) => yaml.replace('"test":{}', `"test":${JSON.stringify({ gke: own })}`)

  it('writes the Terraform files of an environment that takes others than production', async () => {
    await using made = project()
    made.edit(withFolder)
    const before = readFileSync(join(made.folder, 'rtdeploy.yaml'), 'utf8')
    const run = await runIn(made.folder, ['init', '--env', 'test', '--json'])
    expect([run.exitCode, run.stderr]).toEqual([0, ''])
    expect(JSON.parse(run.stdout)).toMatchObject({
      environment: 'test',
      outcome: 'done',
      next: ['rtdeploy plan --env test'],
    })
    const read = (file: string) => readFileSync(join(made.folder, 'infra/test/terraform', file), 'utf8')
    expect(JSON.parse(read('terraform.tfvars.json'))).toMatchObject({
      name: 'tiny--test',
      zone: 'europe-west1-b',
    })
    expect(read('cluster.tf')).toContain('spot')
    expect(readFileSync(join(made.folder, 'rtdeploy.yaml'), 'utf8')).toBe(before)
    const again = await runIn(made.folder, ['init', '--env', 'test', '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ outcome: 'nothing-to-do' })
  })

  it.each(['test', 'production'])(
    'has nothing to write for %s, which has no folder of its own',
    async name => {
      await using made = project()
      const run = await runIn(made.folder, ['init', '--env', name])
      expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining('environment.files')])
      expect(run.stderr).toMatch(
        /hint: for files of its own set environments\.(?:test|staging)\.gke\.terraform/,
      )
    },
  )

  it('is what a setting that takes other files names', async () => {
    await using made = project()
    made.edit(yaml => withFolder(yaml).replace(',"terraform":"infra/test/terraform"', ''))
    const run = await runIn(made.folder, ['plan', '--env', 'test'])
    expect([run.exitCode, run.stderr]).toEqual([
      2,
      expect.stringContaining('`rtdeploy init --env test` writes them'),
    ])
  })
})
