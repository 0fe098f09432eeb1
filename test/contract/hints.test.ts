import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/run-cli.ts'
import { runIn } from '../support/start-cli.ts'
import { tinyProject } from '../support/tiny-project.ts'

describe('a hint', { timeout: 60_000 }, () => {
  it('names the help of the verb whose flag got a wrong number', async () => {
    await using folder = await temporaryFolder()
    const run = await runIn(folder.path, ['verify', '--idle', 'long'])
    expect(run.stderr).toContain('hint: rtdeploy verify --help')
  })

  it('notices a file whose name ends in .yml', async () => {
    await using folder = await temporaryFolder()
    writeFileSync(join(folder.path, 'rtdeploy.yml'), 'version: 1\n')
    const run = await runIn(folder.path, ['up'])
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining('mv rtdeploy.yml rtdeploy.yaml')])
  })

  it('outside a project offers verify an address instead, and other verbs none', async () => {
    await using folder = await temporaryFolder()
    const verify = await runIn(folder.path, ['verify'])
    expect([verify.exitCode, verify.stderr]).toEqual([
      2,
      expect.stringMatching(/^hint: .*rtdeploy init; .*rtdeploy verify https:\/\/your-server$/m),
    ])
    const json = JSON.parse((await runIn(folder.path, ['verify', '--json'])).stdout)
    expect(json).toMatchObject({
      error: { code: 'config.missing', hint: expect.stringContaining('https://') },
    })
    expect((await runIn(folder.path, ['status'])).stderr).not.toContain('https://')
  })

  it('after a dry run repeats its flags', async () => {
    await using project = tinyProject()
    const flags = ['--affinity', 'none', '--replicas', '2', '--redis', 'embedded', '--download']
    const run = await runIn(project.folder, ['up', '--dry-run', ...flags, '--json'])
    expect(JSON.parse(run.stdout).next).toEqual([
      'rtdeploy up --replicas 2 --affinity none --redis embedded --download',
    ])
    const down = await runIn(project.folder, ['down', '--dry-run', '--yes', '--json'])
    expect(JSON.parse(down.stdout).next).toEqual(['rtdeploy down --yes'])
  })

  it('lists the rules when there is none of that name', async () => {
    await using folder = await temporaryFolder()
    const run = await runIn(folder.path, ['explain', 'RT999'])
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining('RT002|RT003')])
    expect((await runIn(folder.path, ['explain', 'rt008'])).stdout).toContain('Session ID unknown')
  })
})

describe('the .rtdeploy folder', { timeout: 60_000 }, () => {
  it('keeps itself out of Git', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['down'])
    expect(readFileSync(join(project.folder, '.rtdeploy/.gitignore'), 'utf8')).toBe('*\n')
  })
})
