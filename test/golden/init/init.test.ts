import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { packageRoot, runCli, temporaryFolder } from '../../support/run-cli.ts'

const cases = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(entry => join(import.meta.dirname, entry.name))

// UPDATE_GOLDEN=1 rewrites what is expected; the diff is then read by a person.
function expectFile(path: string, text: string): void {
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  expect(text).toBe(readFileSync(path, 'utf8').replaceAll('\r\n', '\n'))
}

function pathsOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

const isExecutable = (path: string) => (statSync(path).mode & 0o111) !== 0

it.each(cases)('init makes what is expected in %s', async folder => {
  await using work = await temporaryFolder()
  const args = JSON.parse(readFileSync(join(folder, 'arguments.json'), 'utf8')) as string[]
  const input = join(folder, 'input')
  if (existsSync(input)) cpSync(input, join(work.path, args[1] ?? ''), { recursive: true })
  const run = await runCli(args, { cwd: work.path })
  expect(run).toMatchObject({ exitCode: 0, stdout: '' })
  const project = join(work.path, args[1] ?? '')
  expectFile(join(folder, 'expected/rtdeploy.yaml'), readFileSync(join(project, 'rtdeploy.yaml'), 'utf8'))
  if (existsSync(input)) {
    const said = run.stderr.slice(run.stderr.indexOf('from ')).replace(/^done .*\n/m, '')
    expectFile(join(folder, 'expected/said.txt'), said)
    for (const path of pathsOf(input))
      expect(readFileSync(join(project, path), 'utf8')).toBe(readFileSync(join(input, path), 'utf8'))
    return
  }
  const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { name: string }
  expect(manifest.name).toBe(args.includes('--name') ? args[args.indexOf('--name') + 1] : args[1])
  expect(existsSync(join(project, 'node_modules'))).toBe(false)
})

const template = join(packageRoot, 'chat-template')
const git = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: template })

it.skipIf(git.status !== 0)(
  'init copies what Git knows of the template, with executable bits, and adds its own files',
  async () => {
    await using work = await temporaryFolder()
    await runCli(['init', 'chat', '--yes'], { cwd: work.path })
    const project = join(work.path, 'chat')
    const known = git.stdout
      .toString()
      .trim()
      .split('\n')
      .filter(path => existsSync(join(template, path)))
    const expected = known.map(path => ({
      path: path.replace(/(^|\/)_(?=[a-z][^/]*$)/, '$1.'),
      source: join(template, path),
    }))
    expect(pathsOf(project).filter(path => !path.startsWith('infra/kubernetes/'))).toEqual(
      [...expected.map(({ path }) => path), 'rtdeploy.schema.json', 'rtdeploy.yaml'].sort(),
    )
    for (const { path, source } of expected) {
      expect([path, isExecutable(join(project, path))]).toEqual([path, isExecutable(source)])
    }
    expect(existsSync(join(project, '.gitignore'))).toBe(true)
  },
)
