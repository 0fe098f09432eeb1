import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from '../support/run-cli.ts'
import { runIn } from '../support/start-cli.ts'
import { type TinyProject, tinyProject } from '../support/tiny-project.ts'

const yamlOf = (project: TinyProject) => readFileSync(join(project.folder, 'rtdeploy.yaml'), 'utf8')

/** What a broken rtdeploy.yaml is, and what must be said of it. */
const broken: readonly (readonly [what: string, yaml: (good: string) => string, told: RegExp])[] = [
  ['an unknown key', good => good.replace('replicas:', 'replica:'), /rtdeploy\.yaml:4:3 .*replica.*replicas/],
  ['a wrong type', good => good.replace('replicas: 3', 'replicas: three'), /rtdeploy\.yaml:4:13 .*three/],
  ['a number out of range', good => good.replace('replicas: 3', 'replicas: 0'), /rtdeploy\.yaml:4:13 /],
  ['a duplicate key', good => `${good}name: other\n`, /rtdeploy\.yaml:\d+:1 .*name/],
  ['tabs', good => good.replace('  replicas', '\treplicas'), /rtdeploy\.yaml:4:\d+ .*[Tt]ab/],
  ['nothing in it', () => '', /rtdeploy\.yaml/],
  ['a list', () => '- a\n- b\n', /rtdeploy\.yaml:1:1 /],
  ['two documents', good => `${good}---\n${good}`, /rtdeploy\.yaml/],
  ['bytes', () => '\u0000\u0001\ufffd\u001b[2J', /rtdeploy\.yaml/],
  ['ten megabytes', good => `${good}# ${'x'.repeat(10_000_000)}\n`, /rtdeploy\.yaml/],
  [
    'aliases that grow',
    () =>
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghij']
        .map(
          (name, at, all) =>
            `${name}: &${name} [${Array(9)
              .fill(`*${at === 0 ? 'a' : all[at - 1]}`)
              .join(',')}]`,
        )
        .join('\n')}\n`,
    /rtdeploy\.yaml/,
  ],
  ['another version', good => good.replace('version: 1', 'version: 2'), /rtdeploy\.yaml:1:10 |version/],
  [
    'a shell line for a list',
    good => good.replace('[node, server.mjs]', 'node server.mjs'),
    /rtdeploy\.yaml:6:10 /,
  ],
  ['a hostile name', good => good.replace('name: tiny', 'name: "../../x"'), /rtdeploy\.yaml:2:7 /],
]

describe('a rtdeploy.yaml with', { timeout: 120_000 }, () => {
  it.each(broken)(
    '%s fails each verb that needs it with one clear error, and starts nothing',
    async (_what, change, told) => {
      await using project = tinyProject()
      project.edit(change)
      const before = yamlOf(project)
      const lines = [['up'], ['up', '--dry-run'], ['dev'], ['verify'], ['status'], ['down']]
      const runs = await Promise.all(lines.map(args => runIn(project.folder, args)))
      for (const [at, run] of runs.entries()) {
        expect([lines[at], run.exitCode, run.stdout]).toEqual([lines[at], 2, ''])
        expect(run.stderr.match(/^error: /gm)).toHaveLength(1)
        expect(run.stderr).toMatch(told)
        expect(run.stderr).toMatch(/^hint: .+$/m)
        expect(run.stderr).toMatch(/^code: config\.[a-z-]+$/m)
        expect(run.stderr.length).toBeLessThan(5000)
        expect(run.stderr).not.toContain('\u001b')
      }
      expect(yamlOf(project)).toBe(before)
      expect(readdirSync(project.folder)).not.toContain('.rtdeploy')
    },
  )

  it('all of that keeps nobody from looking at what runs and from taking it down', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    const good = yamlOf(project)
    for (const [what, change] of broken) {
      writeFileSync(join(project.folder, 'rtdeploy.yaml'), change(good))
      expect([what, (await runIn(project.folder, ['status'])).exitCode]).toEqual([what, 0])
      expect([what, (await runIn(project.folder, ['logs'])).exitCode]).toEqual([what, 0])
    }
    rmSync(join(project.folder, 'rtdeploy.yaml'))
    expect((await runIn(project.folder, ['down'])).exitCode).toBe(0)
    expect(project.processes()).toEqual([])
  })
})

describe('a folder', { timeout: 60_000 }, () => {
  it('without rtdeploy.yaml is told, with the one above when there is one', async () => {
    await using project = tinyProject()
    const inner = join(project.folder, 'inner')
    mkdirSync(inner)
    for (const verb of ['up', 'verify', 'status', 'down', 'logs', 'dev']) {
      const run = await runIn(inner, [verb])
      expect([verb, run.exitCode, run.stdout]).toEqual([verb, 2, ''])
      expect(run.stderr).toContain(`error: no rtdeploy.yaml in ${inner}`)
      expect(run.stderr).toContain('the project is above: cd ..')
    }
    expect(readdirSync(inner)).toEqual([])
  })

  it.each([
    ['a file', (path: string) => writeFileSync(path, 'mine')],
    ['a link that leads nowhere', (path: string) => symlinkSync('/no/such/place', path)],
    ['a link to a file', (path: string) => symlinkSync('rtdeploy.yaml', path)],
  ])('in which .rtdeploy is %s fails up and down, and it stays as it is', async (_what, make) => {
    await using project = tinyProject()
    const path = join(project.folder, '.rtdeploy')
    make(path)
    for (const verb of ['up', 'down']) {
      const run = await runIn(project.folder, [verb])
      expect([verb, run.exitCode, run.stderr]).toEqual([verb, 1, expect.stringContaining('error: ')])
      expect(run.stderr).toContain(path)
      expect(run.stderr).toContain('code: file.blocked')
    }
    expect((await runIn(project.folder, ['status'])).exitCode).toBe(0)
    expect(yamlOf(project)).toContain('name: tiny')
    rmSync(path)
  })

  it.each([
    ['logs', '.rtdeploy/logs'],
    ['local', '.rtdeploy/local'],
    ['journal', '.rtdeploy/journal.jsonl/x'],
    ['lock', '.rtdeploy/lock/x'],
  ])(
    'in which something sits where the %s goes fails up with an error that is no bug',
    async (_what, inTheWay) => {
      await using project = tinyProject()
      const path = join(project.folder, inTheWay)
      mkdirSync(join(path, '..'), { recursive: true })
      writeFileSync(path, 'mine')
      const run = await runIn(project.folder, ['up', '--no-verify'])
      expect(run.stderr).not.toContain('bug')
      if (run.exitCode !== 0) expect(run.stderr).toMatch(/code: (file|lock)\.[a-z]+/)
      rmSync(join(project.folder, '.rtdeploy'), { recursive: true, force: true })
      for (const one of project.processes()) process.kill(one.pid, 'SIGKILL')
    },
  )

  it('that is not there any more does not bring up a bug', async () => {
    await using project = tinyProject()
    const gone = join(project.folder, 'gone')
    mkdirSync(gone)
    const script = 'process.on("exit", () => undefined); require("fs").rmdirSync(process.cwd())'
    const preload = join(project.folder, 'preload.cjs')
    writeFileSync(preload, script)
    const run = await runCli(['status'], { cwd: gone, env: { NODE_OPTIONS: `-r ${preload}` } })
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining('error: ')])
  })

  it.each(["with space and O'Brien", '日本', '$(id);&', '-rf'])('called %j is as good as any', async name => {
    await using project = tinyProject()
    const folder = join(project.folder, name)
    mkdirSync(folder)
    for (const file of ['server.mjs', 'rtdeploy.yaml'])
      writeFileSync(join(folder, file), readFileSync(join(project.folder, file)))
    const up = await runIn(folder, ['up', '--no-verify', '--replicas', '1'])
    expect(`${up.exitCode} ${up.stderr}`).toMatch(/^0 /)
    expect((await runIn(folder, ['status'])).exitCode).toBe(0)
    expect((await runIn(folder, ['down'])).exitCode).toBe(0)
  })
})
