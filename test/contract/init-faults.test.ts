import { spawnSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readLinuxProcess } from '../../src/run/real/process-table.ts'
import { type CliRun, cliPath, runCli, runProgram, temporaryFolder } from '../support/run-cli.ts'

const isRoot = process.getuid?.() === 0

async function listing(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort()
}

function expectRefusal(run: CliRun, exitCode: number, code: string, ...words: readonly string[]): void {
  expect(run.stderr).toContain(`\ncode: ${code}\n`)
  expect(run.stderr).toMatch(/^error: [^\n]+\n(?: {2}[^\n]*\n)*hint: [^\n]+\ncode: [^\n]+\n$/)
  for (const word of words) expect(run.stderr).toContain(word)
  expect(run.exitCode).toBe(exitCode)
}

describe('rtdeploy init leaves everything as it was', () => {
  it('when files are there and differ', async () => {
    await using folder = await temporaryFolder()
    await runCli(['init', 'chat', '--yes'], { cwd: folder.path })
    const yaml = join(folder.path, 'chat/rtdeploy.yaml')
    await writeFile(yaml, 'mine')
    await rename(join(folder.path, 'chat/tsconfig.json'), join(folder.path, 'chat/moved.json'))
    const before = await listing(folder.path)
    const run = await runCli(['init', 'chat', '--yes'], { cwd: folder.path })
    expectRefusal(
      run,
      2,
      'file.conflict',
      '1 file is there already',
      '  conflict   rtdeploy.yaml\n',
      '--force',
    )
    expect(await readFile(yaml, 'utf8')).toBe('mine')
    expect(await listing(folder.path)).toEqual(before)
  })

  it('when the folder has files of another project', async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'chat/src'), { recursive: true })
    await writeFile(join(folder.path, 'chat/Cargo.toml'), '')
    const run = await runCli(['init', 'chat', '--yes'], { cwd: folder.path })
    expectRefusal(run, 2, 'folder.not-empty', '  Cargo.toml\n', '  src/\n')
    expect(await listing(folder.path)).toEqual(['chat', 'chat/Cargo.toml', 'chat/src'])
  })

  it('when the folder is a symbolic link', async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'elsewhere'))
    await symlink('elsewhere', join(folder.path, 'chat'))
    const run = await runCli(['init', 'chat', '--yes'], { cwd: folder.path })
    expectRefusal(run, 2, 'folder.blocked', 'is a symbolic link')
    expect(await listing(join(folder.path, 'elsewhere'))).toEqual([])
  })

  it('when the folder is a dangling link, a file, or below a file', async () => {
    await using folder = await temporaryFolder()
    await symlink('nowhere', join(folder.path, 'dangling'))
    await writeFile(join(folder.path, 'file'), 'mine')
    for (const target of ['dangling', 'dangling/chat', 'file', 'file/chat']) {
      const run = await runCli(['init', target, '--name', 'chat', '--yes'], { cwd: folder.path })
      expectRefusal(run, 2, 'folder.blocked', target.startsWith('file') ? 'is a file' : 'is a symbolic link')
    }
    expect(await listing(folder.path)).toEqual(['dangling', 'file'])
    expect(await readFile(join(folder.path, 'file'), 'utf8')).toBe('mine')
  })

  it.each(['--yes', '--force'])(
    'when links, files and folders stand in the way inside, with %s',
    async flag => {
      await using folder = await temporaryFolder()
      const chat = join(folder.path, 'chat')
      await mkdir(join(chat, 'package.json'), { recursive: true })
      await mkdir(join(folder.path, 'elsewhere'))
      await symlink('../elsewhere', join(chat, 'server'))
      await writeFile(join(chat, 'client'), 'a file')
      await symlink('/etc/hostname', join(chat, 'rtdeploy.yaml'))
      const before = await listing(folder.path)
      const run = await runCli(['init', 'chat', '--yes', flag], { cwd: folder.path })
      expectRefusal(
        run,
        2,
        'folder.blocked',
        '  client is a file, should be a folder\n',
        '  package.json is a folder, should be a file\n',
        '  rtdeploy.yaml is a symlink, should be a file\n',
        '  server is a symlink, should be a folder\n',
      )
      expect(await listing(folder.path)).toEqual(before)
    },
  )

  it.skipIf(process.platform !== 'linux' && isRoot)('when the folder cannot be written to', async () => {
    await using folder = await temporaryFolder()
    const locked = isRoot ? '/sys' : join(folder.path, 'locked')
    if (!isRoot) {
      await mkdir(locked)
      await chmod(locked, 0o555)
    }
    const run = await runCli(['init', join(locked, 'chat'), '--yes'], { cwd: folder.path })
    expectRefusal(run, 3, 'folder.unwritable', 'cannot be written to', 'nothing was changed')
  })

  it.skipIf(process.platform === 'win32').each(['chat', '.'])(
    'when the disk is full, into %s',
    async target => {
      await using folder = await temporaryFolder()
      await writeFile(join(folder.path, 'README.md'), '# Mine\n')
      // A limit on the size of files (in blocks of 512 or 1024 bytes) fails in the middle as a full disk does.
      const run = await runProgram(
        'sh',
        [
          '-c',
          'ulimit -f 4; exec "$@"',
          'sh',
          process.execPath,
          cliPath,
          'init',
          target,
          '--name',
          'chat',
          '--yes',
        ],
        { cwd: folder.path },
      )
      expectRefusal(run, 1, 'disk.full', 'nothing was changed', 'df -h')
      expect(await listing(folder.path)).toEqual(['README.md'])
    },
  )
})

describe('rtdeploy init --force', () => {
  it('overwrites what differs, keeps what it does not know, deletes nothing', async () => {
    await using folder = await temporaryFolder()
    const chat = join(folder.path, 'chat')
    await mkdir(join(chat, 'src'), { recursive: true })
    await writeFile(join(chat, 'package.json'), '{}')
    await writeFile(join(chat, 'src/mine.ts'), 'mine')
    const run = await runCli(['init', 'chat', '--yes', '--force'], { cwd: folder.path })
    expect(run.exitCode).toBe(0)
    expect(run.stderr).toMatch(/^overwrite {2}package\.json$/m)
    expect(JSON.parse(await readFile(join(chat, 'package.json'), 'utf8'))).toMatchObject({ name: 'chat' })
    expect(await readFile(join(chat, 'src/mine.ts'), 'utf8')).toBe('mine')
    expect((await readdir(chat)).filter(name => name.startsWith('.rtdeploy-init'))).toEqual([])
  })
})

describe('a killed rtdeploy init', () => {
  it('leaves nothing or a staging folder, which the next one removes', async () => {
    await using folder = await temporaryFolder()
    for (let round = 0; round < 20; round++) {
      const into = join(folder.path, String(round))
      await mkdir(into)
      const killed = await runProgram(process.execPath, [cliPath, 'init', 'chat', '--yes'], {
        cwd: into,
        killAfterMs: 30 + round * 5,
      })
      const left = await readdir(into)
      expect(left.filter(name => name !== 'chat' && !name.startsWith('.rtdeploy-init-'))).toEqual([])
      if (killed.signal !== null && left.includes('chat')) {
        expect(await readdir(join(into, 'chat'))).toContain('rtdeploy.yaml')
      }
      expect(await runCli(['init', 'chat', '--yes'], { cwd: into })).toMatchObject({ exitCode: 0 })
      expect(await readdir(into)).toEqual(['chat'])
    }
  })

  it('leaves nothing beside a new folder, when it was killed after the last file was in its place', async () => {
    await using folder = await temporaryFolder()
    await runCli(['init', 'deep/chat', '--yes'], { cwd: folder.path })
    const ended = spawnSync(process.execPath, ['-e', '0']).pid
    const left = [folder.path, join(folder.path, 'deep')].map(path => join(path, `.rtdeploy-init-${ended}-1`))
    for (const path of left) await mkdir(path)
    const run = await runCli(['init', 'deep/chat', '--yes'], { cwd: folder.path })
    expect(run).toMatchObject({ exitCode: 0 })
    expect([await readdir(folder.path), await readdir(join(folder.path, 'deep'))]).toEqual([
      ['deep'],
      ['chat'],
    ])
  })

  it('in a folder that was there can be repeated', async () => {
    await using folder = await temporaryFolder()
    const done = join(folder.path, 'done')
    await mkdir(done)
    await runCli(['init', '.', '--name', 'chat', '--yes'], { cwd: done })
    // As it is in the middle: some files have moved, the rest is still in the staging folder of a process that is gone.
    const cut = join(folder.path, 'cut')
    const ended = spawnSync(process.execPath, ['-e', '0']).pid
    await mkdir(join(cut, `.rtdeploy-init-${ended}-1`), { recursive: true })
    await rename(join(done, 'server'), join(cut, 'server'))
    await rename(join(done, 'package.json'), join(cut, 'package.json'))
    const run = await runCli(['init', '.', '--name', 'chat', '--yes'], { cwd: cut })
    expect(run).toMatchObject({ exitCode: 0 })
    expect(run.stderr).toMatch(/^identical {2}package\.json$/m)
    expect(run.stderr).toMatch(/^create {5}rtdeploy\.yaml$/m)
    expect((await readdir(cut)).filter(name => name.startsWith('.rtdeploy-init'))).toEqual([])
  })

  it.skipIf(process.platform !== 'linux')('keeps the staging folder of one that still runs', async () => {
    await using folder = await temporaryFolder()
    const self = readLinuxProcess(process.pid)
    const staging = `.rtdeploy-init-${process.pid}-${encodeURIComponent(self?.startedAt ?? '')}`
    await mkdir(join(folder.path, staging))
    expect(await runCli(['init', 'chat', '--yes'], { cwd: folder.path })).toMatchObject({ exitCode: 0 })
    expect((await readdir(folder.path)).sort()).toEqual([staging, 'chat'])
  })
})

it('two at once make one project', async () => {
  await using folder = await temporaryFolder()
  const runs = await Promise.all([1, 2].map(() => runCli(['init', 'chat', '--yes'], { cwd: folder.path })))
  expect(runs.map(run => run.exitCode).filter(code => code !== 0 && code !== 2)).toEqual([])
  expect(runs.map(run => run.exitCode)).toContain(0)
  expect(await readdir(folder.path)).toEqual(['chat'])
  expect((await stat(join(folder.path, 'chat/rtdeploy.yaml'))).size).toBeGreaterThan(1000)
  expect(await runCli(['init', 'chat', '--yes'], { cwd: folder.path })).toMatchObject({ exitCode: 0 })
})
