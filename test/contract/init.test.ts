import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import type { Report } from '../../src/report/report.ts'
import { hostileNames } from '../support/hostile-names.ts'
import { runCli, temporaryFolder } from '../support/run-cli.ts'

describe('rtdeploy init', () => {
  it('makes a project that its own reader accepts', async () => {
    await using folder = await temporaryFolder()
    const run = await runCli(['init', 'chat', '--yes', '--replicas', '5', '--port', '0'], {
      cwd: folder.path,
    })
    expect(run).toMatchObject({ exitCode: 0, stdout: '' })
    const config = parseConfig(
      await readFile(join(folder.path, 'chat/rtdeploy.yaml'), 'utf8'),
      'rtdeploy.yaml',
    )
    expect(config).toMatchObject({ name: 'chat', target: 'local', app: { replicas: 5 }, local: { port: 0 } })
    const manifest = JSON.parse(await readFile(join(folder.path, 'chat/package.json'), 'utf8')) as object
    expect(manifest).toMatchObject({ name: 'chat', private: true })
    expect(await readdir(folder.path)).toEqual(['chat'])
    expect(await readdir(join(folder.path, 'chat'))).toContain('.gitignore')
  })

  it('tells what it made and what to do next, in the words of the package manager', async () => {
    await using folder = await temporaryFolder()
    const env = { npm_config_user_agent: 'pnpm/10.1.0 npm/? node/v20' }
    const run = await runCli(['init', 'my-chat', '--yes'], { cwd: folder.path, env })
    expect(run.stderr).toMatch(/^create {5}package\.json$/m)
    expect(run.stderr).toMatch(/^create {5}server\/ {2}\(\d+ files\)$/m)
    expect(run.stderr).toContain('next: cd my-chat\n      pnpm dlx rtdeploy up\n')
  })

  it('takes the default folder with --yes', async () => {
    await using folder = await temporaryFolder()
    expect(await runCli(['init', '--yes'], { cwd: folder.path })).toMatchObject({ exitCode: 0 })
    expect(await readdir(folder.path)).toEqual(['chat'])
  })

  it('makes the folders above, too', async () => {
    await using folder = await temporaryFolder()
    expect(await runCli(['init', 'a/b/chat', '-y'], { cwd: folder.path })).toMatchObject({ exitCode: 0 })
    expect(await readdir(join(folder.path, 'a/b'))).toEqual(['chat'])
    expect(await readdir(folder.path)).toEqual(['a'])
  })

  it('notes a project inside of another one, and a single replica', async () => {
    await using folder = await temporaryFolder()
    await runCli(['init', 'outer', '--yes'], { cwd: folder.path })
    const inner = ['init', 'inner', '--yes', '--dry-run', '--replicas', '1']
    const run = await runCli(inner, { cwd: join(folder.path, 'outer') })
    expect(run.exitCode).toBe(0)
    expect(run.stderr).toContain(`lies inside of another rtdeploy project, ${join(folder.path, 'outer')}`)
    expect(run.stderr).toContain('one replica proves nothing about sessions')
  })

  it('has nothing to do the second time', async () => {
    await using folder = await temporaryFolder()
    const first = await runCli(['init', 'chat', '--yes'], { cwd: folder.path })
    const second = await runCli(['init', 'chat', '--yes'], { cwd: folder.path })
    expect([first.exitCode, second.exitCode]).toEqual([0, 0])
    expect(second.stderr).toContain('nothing to do')
    expect(second.stderr).toMatch(/^identical {2}rtdeploy\.yaml$/m)
    expect(second.stderr).not.toContain('create')
  })

  it('brings back a file that was deleted and touches no other', async () => {
    await using folder = await temporaryFolder()
    await runCli(['init', 'chat', '--yes'], { cwd: folder.path })
    await rm(join(folder.path, 'chat/tsconfig.json'))
    await rm(join(folder.path, 'chat/server'), { recursive: true })
    await writeFile(join(folder.path, 'chat/mine.txt'), 'mine')
    const run = await runCli(['init', 'chat', '--yes', '--json'], { cwd: folder.path })
    const report = JSON.parse(run.stdout) as Report & { result: { files: { path: string; state: string }[] } }
    expect(run).toMatchObject({ exitCode: 0, stderr: '' })
    const created = report.result.files.filter(file => file.state === 'create').map(file => file.path)
    expect(created.every(path => path === 'tsconfig.json' || path.startsWith('server/'))).toBe(true)
    expect(created).toContain('tsconfig.json')
    expect(await readFile(join(folder.path, 'chat/mine.txt'), 'utf8')).toBe('mine')
    expect(await readdir(join(folder.path, 'chat'))).toContain('server')
  })

  it('writes nothing with --dry-run, and says on stdout what it would', async () => {
    await using folder = await temporaryFolder()
    const run = await runCli(['init', 'chat', '--yes', '--dry-run'], { cwd: folder.path })
    expect(run.exitCode).toBe(0)
    expect(run.stdout).toMatch(/^create {5}rtdeploy\.yaml$/m)
    expect(await readdir(folder.path)).toEqual([])
  })

  it('prints one document with --json', async () => {
    await using folder = await temporaryFolder()
    const run = await runCli(['init', 'chat', '--yes', '--json'], { cwd: folder.path })
    expect(run.stderr).toBe('')
    expect(JSON.parse(run.stdout)).toMatchObject({
      schemaVersion: 1,
      verb: 'init',
      outcome: 'done',
      result: { name: 'chat', target: 'local', replicas: 3, port: 3000, folder: join(folder.path, 'chat') },
      next: ['cd chat', 'rtdeploy up'],
    })
  })

  it('asks nothing where nobody can answer, and names the flags', async () => {
    await using folder = await temporaryFolder()
    for (const args of [
      ['init', 'chat'],
      ['init', 'chat', '--json'],
    ]) {
      const run = await runCli(args, { cwd: folder.path, stdin: 'y\n' })
      expect(run.exitCode).toBe(2)
      expect(run.stdout + run.stderr).toContain('these are open: --target, --replicas')
    }
    const all = ['init', 'chat', '--target', 'local', '--replicas', '2']
    expect(await runCli(all, { cwd: folder.path })).toMatchObject({ exitCode: 0 })
  })

  it('goes into the current folder when nothing but the usual is there', async () => {
    await using folder = await temporaryFolder()
    const cwd = join(folder.path, 'my-chat')
    await mkdir(join(cwd, '.git'), { recursive: true })
    await writeFile(join(cwd, 'README.md'), '# Mine\n')
    await writeFile(join(cwd, 'LICENSE'), 'free')
    await writeFile(join(cwd, '.gitignore'), 'node_modules\n')
    const run = await runCli(['init', '.', '--yes'], { cwd })
    expect(run.exitCode).toBe(0)
    expect(run.stderr).toMatch(/^\.gitignore is kept as it was, add these lines to it: .*\.rtdeploy/m)
    expect(run.stderr).toContain('next: rtdeploy up\n')
    expect(await readFile(join(cwd, 'README.md'), 'utf8')).toBe('# Mine\n')
    expect(await readFile(join(cwd, '.gitignore'), 'utf8')).toBe('node_modules\n')
    expect(await readFile(join(cwd, 'rtdeploy.yaml'), 'utf8')).toContain('name: my-chat')
    expect((await readdir(cwd)).filter(name => name.startsWith('.rtdeploy-init'))).toEqual([])
  })

  it.each(hostileNames)('refuses the name %j', async name => {
    if (name.includes('\0')) return
    await using folder = await temporaryFolder()
    const run = await runCli(['init', 'chat', '--yes', `--name=${name}`], { cwd: folder.path })
    expect(run).toMatchObject({ exitCode: 2, stdout: '' })
    expect(run.stderr).toMatch(/^error: .+/)
    expect(run.stderr).toMatch(/^code: name\.invalid$/m)
    expect(await readdir(folder.path)).toEqual([])
  })

  it.each(['My App', '.git', 'x/node_modules/y', 'CON', '日本', 'a\u202eb', '$(id)'])(
    'refuses the folder %j',
    async name => {
      await using folder = await temporaryFolder()
      const run = await runCli(['init', '--yes', '--', name], { cwd: folder.path })
      expect(run.exitCode).toBe(2)
      expect(run.stderr).toMatch(/^hint: .+/m)
      expect(await readdir(folder.path)).toEqual([])
    },
  )

  it('proposes the name that comes nearest', async () => {
    await using folder = await temporaryFolder()
    const run = await runCli(['init', 'My App', '--yes'], { cwd: folder.path })
    expect(run.stderr).toContain("hint: rtdeploy init 'My App' --name my-app --yes\n")
    expect(await runCli(['init', 'My App', '--name', 'my-app', '--yes'], { cwd: folder.path })).toMatchObject(
      {
        exitCode: 0,
      },
    )
  })

  it.each([
    ['--replicas', '0'],
    ['--replicas', 'three'],
    ['--replicas', '21'],
    ['--port', '65536'],
    ['--template', 'blog'],
    ['--target', 'mars'],
    ['--nonsense', 'x'],
  ])('refuses %s %s', async (flag, value) => {
    await using folder = await temporaryFolder()
    const run = await runCli(['init', 'chat', '--yes', flag, value], { cwd: folder.path })
    expect(run.exitCode).toBe(2)
    expect(run.stderr).toMatch(/^error: /)
    expect(await readdir(folder.path)).toEqual([])
  })
})
