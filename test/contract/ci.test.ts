import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hostileNames } from '../support/hostile-names.ts'
import { runCli, temporaryFolder } from '../support/run-cli.ts'

const workflow = '.github/workflows/rtdeploy.yml'
const ci = ['ci', 'github', '--project-number', '123456789012']
const yaml = `version: 1
name: chat
target: gke
app:
  start: [node, server.js]
gke:
  project: my-project
  region: europe-west1
`

/** A project in the folder, in a git repository whose origin is the remote. */
function makeProject(folder: string, remote?: string, config = yaml, within = ''): string {
  const project = join(folder, within)
  mkdirSync(project, { recursive: true })
  writeFileSync(join(project, 'rtdeploy.yaml'), config)
  if (remote !== undefined) {
    execFileSync('git', ['init', '--quiet', folder])
    execFileSync('git', ['-C', folder, 'remote', 'add', 'origin', remote])
  }
  return project
}

const files = ['github.tf', 'terraform.tfvars.json', '.gitignore'].map(
  name => `infra/terraform/github/${name}`,
)
const lines = (state: string) => [workflow, ...files].map(path => `${state}  ${path}`)

const acme = 'git@github.com:acme/chat.git'

describe('rtdeploy ci github', { timeout: 120_000 }, () => {
  it('writes the workflow and the Terraform of its identities, and a second time nothing', async () => {
    await using folder = await temporaryFolder()
    makeProject(folder.path, acme)
    const run = await runCli(ci, { cwd: folder.path })
    expect([run.exitCode, run.stdout]).toEqual([0, ''])
    expect(run.stderr.split('\n').slice(0, 4)).toEqual(lines('create   '))
    expect(run.stderr).toContain('terraform -chdir=infra/terraform/github init')
    expect(readdirSync(join(folder.path, 'infra/terraform/github')).sort()).toEqual([
      '.gitignore',
      'github.tf',
      'terraform.tfvars.json',
    ])
    const again = await runCli(ci, { cwd: folder.path })
    expect(again.exitCode).toBe(0)
    expect(again.stderr.split('\n').slice(0, 4)).toEqual(lines('identical'))
    expect(again.stderr).toContain('nothing to do')
  })

  it('says with --dry-run what it would write, on stdout, and writes nothing', async () => {
    await using folder = await temporaryFolder()
    makeProject(folder.path, acme)
    const run = await runCli([...ci, '--dry-run'], { cwd: folder.path })
    expect([run.exitCode, run.stdout]).toEqual([0, `${lines('create   ').join('\n')}\n`])
    expect(readdirSync(folder.path).sort()).toEqual(['.git', 'rtdeploy.yaml'])
  })

  it('touches nothing when a file differs, and overwrites with --force', async () => {
    await using folder = await temporaryFolder()
    makeProject(folder.path, acme)
    mkdirSync(join(folder.path, '.github/workflows'), { recursive: true })
    writeFileSync(join(folder.path, workflow), 'name: mine\n')
    writeFileSync(join(folder.path, '.github/workflows/tests.yml'), 'name: tests\n')
    const refused = await runCli(ci, { cwd: folder.path })
    expect(refused.exitCode).toBe(2)
    expect(refused.stderr).toContain(`conflict   ${workflow}`)
    expect(existsSync(join(folder.path, 'infra'))).toBe(false)
    const forced = await runCli([...ci, '--force'], { cwd: folder.path })
    expect([forced.exitCode, forced.stderr]).toEqual([0, expect.stringContaining(`overwrite  ${workflow}`)])
    expect(readFileSync(join(folder.path, workflow), 'utf8')).toContain('name: rtdeploy\n')
    expect(readFileSync(join(folder.path, '.github/workflows/tests.yml'), 'utf8')).toBe('name: tests\n')
  })

  it('puts the workflow of a project in a subfolder at the top of the repository', async () => {
    await using folder = await temporaryFolder()
    const project = makeProject(folder.path, acme, yaml, 'apps/chat')
    const run = await runCli([...ci, '--json'], { cwd: project })
    const report = JSON.parse(run.stdout)
    expect([run.exitCode, report.verb, report.outcome]).toEqual([0, 'ci', 'done'])
    expect(report.result.files).toContainEqual({
      path: '.github/workflows/rtdeploy-chat.yml',
      state: 'create',
    })
    expect(existsSync(join(folder.path, '.github/workflows/rtdeploy-chat.yml'))).toBe(true)
    expect(existsSync(join(project, 'infra/terraform/github/github.tf'))).toBe(true)
  })

  it('takes the repository from --repository before the remote', async () => {
    await using folder = await temporaryFolder()
    makeProject(folder.path)
    const run = await runCli([...ci, '--json', '--repository', 'Acme/other'], { cwd: folder.path })
    expect(JSON.parse(run.stdout).result).toMatchObject({ repository: 'Acme/other', branch: 'main' })
    const values = JSON.parse(
      readFileSync(join(folder.path, 'infra/terraform/github/terraform.tfvars.json'), 'utf8'),
    )
    expect(values.repository).toBe('Acme/other')
  })

  it.each([
    ['no remote', [], undefined, 'git knows no remote `origin` here'],
    ['another host', [], 'https://user:hunter2@gitlab.com/acme/chat.git', 'is not on github.com'],
    ['a branch with a pattern', ['--branch', '**'], acme, '--branch should have only'],
  ])('refuses %s, with a hint', async (_what, args, remote, message) => {
    await using folder = await temporaryFolder()
    makeProject(folder.path, remote)
    const run = await runCli([...ci, ...args], { cwd: folder.path })
    expect(run.exitCode).toBe(2)
    expect(run.stderr).toContain(message)
    expect(run.stderr).toContain('rtdeploy ci github')
    expect(run.stderr).not.toContain('hunter2')
    expect(existsSync(join(folder.path, '.github'))).toBe(false)
  })

  it('refuses a number that is none', async () => {
    await using folder = await temporaryFolder()
    makeProject(folder.path, acme)
    const run = await runCli(['ci', 'github', '--project-number', '12/x'], { cwd: folder.path })
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining('takes digits')])
  })

  it('says how to log in where gcloud cannot tell the number', async () => {
    await using folder = await temporaryFolder()
    makeProject(folder.path)
    const env = { PATH: join(folder.path, 'nothing') }
    const run = await runCli(['ci', 'github', '--repository', 'acme/chat'], { cwd: folder.path, env })
    expect(run.exitCode).toBe(3)
    expect(run.stderr).toContain('--project-number 123456789012')
  })

  it('asks for a section gke', async () => {
    await using folder = await temporaryFolder()
    makeProject(folder.path, acme, yaml.slice(0, yaml.indexOf('gke:')).replace('target: gke\n', ''))
    const run = await runCli(ci, { cwd: folder.path })
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining('has no section `gke`')])
    expect(run.stderr).toContain('gke: { project: ..., region: ... }')
  })

  it('knows GitHub only', async () => {
    await using folder = await temporaryFolder()
    makeProject(folder.path, acme)
    const run = await runCli(['ci', 'gitlab'], { cwd: folder.path })
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining('github')])
  })

  it('refuses hostile repositories', async () => {
    await using folder = await temporaryFolder()
    makeProject(folder.path, acme)
    for (const name of hostileNames.filter(text => /["'\n$`]/.test(text))) {
      const run = await runCli([...ci, `--repository=acme/${name}`], { cwd: folder.path })
      expect([name, run.exitCode]).toEqual([name, 2])
    }
    expect(existsSync(join(folder.path, '.github'))).toBe(false)
  })
})
