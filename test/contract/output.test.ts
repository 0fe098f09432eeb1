import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Report } from '../../src/report/report.ts'
import { cliPath, packageRoot, temporaryFolder } from '../support/run-cli.ts'
import { runIn, startIn } from '../support/start-cli.ts'
import { tinyProject } from '../support/tiny-project.ts'

const golden = join(import.meta.dirname, '../golden/help')
const listed = execFileSync(process.execPath, [cliPath, '--help'], { encoding: 'utf8' })
const verbs = [...(listed.split('Commands:')[1]?.split('\n\n')[0] ?? '').matchAll(/^ {2}([a-z]+) /gm)]
  .map(([, verb]) => verb as string)
  .filter(verb => verb !== 'help')

/** UPDATE_GOLDEN=1 rewrites what is expected. */
function expectGolden(name: string, text: string): void {
  const path = join(golden, `${name}.txt`)
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(golden, { recursive: true })
    writeFileSync(path, text)
  }
  expect(text).toBe(readFileSync(path, 'utf8'))
}

/** The one document on stdout; throws when there is anything else. */
function report(
  stdout: string,
): Report & { readonly error?: { readonly code: string; readonly hint: string } } {
  expect(stdout.endsWith('}\n')).toBe(true)
  return JSON.parse(stdout)
}

describe('--help', () => {
  it('shows the verbs, examples and exit codes', async () => {
    await using folder = await temporaryFolder()
    expectGolden('rtdeploy', (await runIn(folder.path, ['--help'])).stdout)
  })

  it('names every verb that there is', () => {
    expect(verbs).toEqual(
      expect.arrayContaining(['init', 'up', 'dev', 'verify', 'status', 'logs', 'down', 'doctor']),
    )
  })

  it.each(verbs)('of %s is what is expected, within 80 columns', async verb => {
    await using folder = await temporaryFolder()
    const run = await runIn(folder.path, [verb, '--help'])
    expect([run.exitCode, run.stderr]).toEqual([0, ''])
    expectGolden(verb, run.stdout)
    expect(run.stdout.split('\n').filter(line => line.length > 80)).toEqual([])
    expect((await runIn(folder.path, ['help', verb])).stdout).toBe(run.stdout)
  })
})

describe('--version', () => {
  it.each([[['--version']], [['-V']], [['--version', '--json']], [['up', '--version']]])(
    'prints the version and nothing else for %j',
    async args => {
      await using folder = await temporaryFolder()
      const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))
      const run = await runIn(folder.path, args)
      expect(run).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: '' })
    },
  )
})

describe('--json', { timeout: 120_000 }, () => {
  it.each([
    [['up'], 2, 'config.missing'],
    [['dev'], 2, 'config.missing'],
    [['verify'], 2, 'config.missing'],
    [['status'], 2, 'config.missing'],
    [['logs'], 2, 'config.missing'],
    [['down'], 2, 'config.missing'],
    [['nosuch'], 2, 'usage.invalid'],
    [['up', '--nope'], 2, 'usage.invalid'],
    [['up', '--replicas', 'many'], 2, 'usage.number'],
    [['init', 'a/b', '--name', '-x'], 2, undefined],
    [['verify', 'not a url'], 2, undefined],
    [['verify', 'http://127.0.0.1:1', '--sessions', '2'], undefined, undefined],
  ])('of %j is one document with its error', async (args, exitCode, code) => {
    await using folder = await temporaryFolder()
    const run = await runIn(folder.path, [...args, '--json'])
    if (exitCode !== undefined) expect(run.exitCode).toBe(exitCode)
    expect(run.stderr).toBe('')
    const { outcome, error, schemaVersion } = report(run.stdout)
    expect([schemaVersion, outcome]).toEqual([1, expect.stringMatching(/^(failed|unhealthy)$/)])
    if (outcome === 'failed')
      expect(error).toMatchObject({
        code: code ?? expect.stringMatching(/\./),
        hint: expect.stringMatching(/./),
      })
  })

  it('of every verb of a run is one document, and nothing is on stderr', async () => {
    await using project = tinyProject()
    const lines: [string[], number, string][] = [
      [['init', 'new', '--yes', '--dry-run'], 0, 'planned'],
      [['doctor'], 0, 'done'],
      [['up', '--dry-run'], 0, 'planned'],
      [['up', '--no-verify'], 0, 'done'],
      [['up'], 0, 'done'],
      [['up'], 0, 'nothing-to-do'],
      [['status'], 0, 'done'],
      [['logs'], 0, 'done'],
      [['logs', '-f', 'tiny-0'], 2, 'failed'],
      [['verify', '--idle', '1'], 0, 'done'],
      [['down', '--dry-run'], 0, 'planned'],
      [['down'], 0, 'done'],
      [['down'], 0, 'nothing-to-do'],
      [['verify'], 3, 'failed'],
    ]
    for (const [args, exitCode, outcome] of lines) {
      const run = await runIn(project.folder, ['--json', ...args], { FORCE_COLOR: '1' })
      const found = report(run.stdout)
      expect([args, run.exitCode, found.outcome, run.stderr]).toEqual([args, exitCode, outcome, ''])
      expect(found.verb).toBe(args[0])
      expect(found.tookMs).toBeGreaterThanOrEqual(0)
      expect(run.stdout).not.toContain('\u001b')
    }
  })

  it('of dev is one document at its end, though the app writes meanwhile', async () => {
    await using project = tinyProject()
    const dev = startIn(project.folder, ['dev', '--json'])
    await expect
      .poll(() => project.processes().filter(one => one.command.includes('server.mjs')).length, {
        timeout: 30_000,
      })
      .toBe(3)
    await expect.poll(() => project.state().phase, { timeout: 30_000 }).toBe('up')
    const victim = () => project.state().children.find(child => child.name === 'tiny-0')
    process.kill(victim()?.process?.pid as number, 'SIGKILL')
    const log = join(project.folder, '.rtdeploy/logs/tiny-0.log')
    await expect.poll(() => readFileSync(log, 'utf8').split('listens').length, { timeout: 30_000 }).toBe(3)
    dev.kill('SIGINT')
    const ended = await dev.done
    expect([ended.exitCode, ended.stderr.trim()]).toEqual([0, ''])
    expect(report(ended.stdout)).toMatchObject({ verb: 'dev', outcome: 'done' })
    expect(project.processes()).toEqual([])
  })

  it('leaves nothing when dev is interrupted before it runs', async () => {
    await using project = tinyProject()
    const dev = startIn(project.folder, ['dev'])
    await expect.poll(() => project.processes().length, { timeout: 30_000 }).toBeGreaterThan(0)
    dev.kill('SIGINT')
    expect([0, 130]).toContain((await dev.done).exitCode)
    expect(project.processes()).toEqual([])
  })

  it('tells a run that was interrupted as cancelled, with the steps so far', async () => {
    await using project = tinyProject()
    const script = 'console.error("build runs"); setTimeout(() => {}, 60_000)'
    project.edit(yaml => yaml.replace('  start:', `  build: [node, -e, ${JSON.stringify(script)}]\n  start:`))
    const run = startIn(project.folder, ['up', '--json', '--verbose'])
    await run.seen('build runs')
    run.kill('SIGTERM')
    const ended = await run.done
    expect(ended.exitCode).toBe(143)
    expect(report(ended.stdout)).toMatchObject({ verb: 'up', outcome: 'cancelled' })
    expect(report(ended.stdout).steps.map(step => step.status)).toEqual(['skipped', 'failed'])
  })
})

describe('colour', () => {
  const red = '\u001b[31m'
  it.each([
    ['none without a terminal', [], {}, false],
    ['when FORCE_COLOR asks for it', [], { FORCE_COLOR: '1' }, true],
    ['none when NO_COLOR is set too', [], { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    ['when NO_COLOR is empty', [], { FORCE_COLOR: '1', NO_COLOR: '' }, true],
    ['none with --no-color', ['--no-color'], { FORCE_COLOR: '1' }, false],
    ['none when FORCE_COLOR is 0', [], { FORCE_COLOR: '0' }, false],
  ])('is there: %s', async (_what, flags, env, coloured) => {
    await using folder = await temporaryFolder()
    for (const args of [['status'], ['nosuch']]) {
      const run = await runIn(folder.path, [...args, ...flags], env as Record<string, string>)
      expect([args, run.stderr.includes(red)]).toEqual([args, coloured])
    }
  })
})
