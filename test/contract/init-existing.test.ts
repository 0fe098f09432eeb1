import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import { packageRoot, runCli, temporaryFolder } from '../support/run-cli.ts'

const input = join(packageRoot, 'test/golden/init/existing/input')
const existing = ['init', '--existing', '--yes']
const google = ['--target', 'gke', '--project', 'my-project', '--region', 'europe-west1']

const readConfig = async (folder: string) =>
  parseConfig(await readFile(join(folder, 'rtdeploy.yaml'), 'utf8'), 'rtdeploy.yaml')

/** A temporary folder with the app in it. */
async function app(...without: readonly string[]) {
  const folder = await temporaryFolder()
  const files = (await readdir(input)).filter(name => !without.includes(name))
  for (const name of files) await cp(join(input, name), join(folder.path, name))
  return folder
}

describe('rtdeploy init --existing', () => {
  it('adds to a folder and changes nothing of the app, also with --force and the second time', async () => {
    await using folder = await app()
    await writeFile(join(folder.path, '.gitignore'), 'node_modules\n')
    await writeFile(join(folder.path, 'package-lock.json'), '{}')
    const mine = await readdir(folder.path)
    const before = await Promise.all(mine.map(name => readFile(join(folder.path, name))))
    const dry = await runCli([...existing, '--dry-run'], { cwd: folder.path })
    expect(dry.exitCode).toBe(0)
    expect(dry.stdout).toMatch(/^create {5}rtdeploy\.yaml$/m)
    expect((await readdir(folder.path)).sort()).toEqual([...mine].sort())
    const first = await runCli([...existing, '--name', 'my-room'], { cwd: folder.path })
    expect(first).toMatchObject({ exitCode: 0, stdout: '' })
    expect(first.stderr).toContain('.gitignore is kept as it was, add this line to it: .rtdeploy/')
    const added = ['.dockerignore', 'infra', 'rtdeploy.schema.json', 'rtdeploy.yaml']
    expect((await readdir(folder.path)).sort()).toEqual([...mine, ...added].sort())
    expect(await readConfig(folder.path)).toMatchObject({
      name: 'my-room',
      target: 'local',
      app: {
        install: ['npm', 'ci'],
        build: ['npm', 'run', 'build'],
        start: ['npm', 'start'],
        ready: '/healthz',
        env: { NODE_ENV: 'production', GREETING: 'hello you' },
      },
      backends: { redis: 'auto', mongo: 'off' },
    })
    const again = await runCli([...existing, '--name', 'my-room'], { cwd: folder.path })
    expect(again.exitCode).toBe(0)
    expect(again.stderr).toContain('nothing to do')
    const forced = await runCli([...existing, '--force', '--replicas', '2'], { cwd: folder.path })
    expect(forced.exitCode).toBe(0)
    expect(await Promise.all(mine.map(name => readFile(join(folder.path, name))))).toEqual(before)
  })

  it('keeps an rtdeploy.yaml that differs', async () => {
    await using folder = await app()
    await writeFile(join(folder.path, 'rtdeploy.yaml'), 'mine')
    const run = await runCli(existing, { cwd: folder.path })
    expect(run.exitCode).toBe(2)
    expect(run.stderr).toContain('\ncode: file.conflict\n')
    expect(await readFile(join(folder.path, 'rtdeploy.yaml'), 'utf8')).toBe('mine')
  })

  it('takes no value of a secret into any file or line', async () => {
    await using folder = await app()
    const run = await runCli([...existing, '--json'], { cwd: folder.path })
    expect(run).toMatchObject({ exitCode: 0, stderr: '' })
    expect(JSON.parse(run.stdout)).toMatchObject({ result: { name: 'tiny-room', target: 'local' } })
    expect(run.stdout).not.toContain('must-stay-here')
    for (const path of await readdir(folder.path, { recursive: true, withFileTypes: true })) {
      if (!path.isFile() || path.name === 'Dockerfile') continue
      expect(await readFile(join(path.parentPath, path.name), 'utf8')).not.toContain('must-stay-here')
    }
  })

  it('serves this machine alone where there is no Dockerfile', async () => {
    await using folder = await app('Dockerfile')
    for (const target of [['--target', 'kubernetes'], google]) {
      const run = await runCli([...existing, ...target], { cwd: folder.path })
      expect(run.exitCode).toBe(2)
      expect(run.stderr).toContain('\ncode: existing.imageless\n')
    }
    expect(await readdir(folder.path)).toEqual(['package.json'])
    const run = await runCli(existing, { cwd: folder.path })
    expect(run.exitCode).toBe(0)
    expect(run.stderr).toContain('only the target local works')
    expect(await readdir(folder.path)).not.toContain('infra')
  })

  it('starts an app without package.json by the command of its image', async () => {
    await using folder = await app('package.json')
    const run = await runCli([...existing, '--name', 'room'], { cwd: folder.path })
    expect(run.exitCode).toBe(0)
    expect((await readConfig(folder.path)).app.start).toEqual(['node', 'dist/server.js'])
  })

  it.each([
    [{}, [], 'existing.missing'],
    [{ 'package.json': '{' }, [], 'existing.invalid'],
    [{ 'package.json': '[]' }, [], 'existing.invalid'],
    [{ 'package.json': '{}' }, ['--template', 'chat'], 'existing.twice'],
    [{ 'package.json': '{}' }, ['--from', 'compose.yaml'], 'existing.twice'],
  ])('refuses %j with %j and writes nothing', async (files, args, code) => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'room'))
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, 'room', name), text)
    const run = await runCli(['init', 'room', '--existing', '--yes', ...args], { cwd: folder.path })
    expect(run.exitCode).toBe(2)
    expect(run.stderr).toContain(`\ncode: ${code}\n`)
    expect(await readdir(join(folder.path, 'room'))).toEqual(Object.keys(files))
  })

  it('names what is open in a line that can be run', async () => {
    await using folder = await app()
    const run = await runCli([...existing, '--target', 'gke'], { cwd: folder.path })
    expect(run.exitCode).toBe(2)
    expect(run.stderr).toMatch(/^hint: rtdeploy init \S+ --existing --target gke --project PROJECT/m)
  })
})

describe('rtdeploy init for an app that is there, on Google Cloud', () => {
  it('writes what its backends need and no secret of the chat', async () => {
    await using folder = await app()
    const run = await runCli([...existing, ...google], { cwd: folder.path })
    expect(run).toMatchObject({ exitCode: 0, stdout: '' })
    const config = await readConfig(folder.path)
    expect(config).toMatchObject({ target: 'gke', gke: { project: 'my-project', redis: 'in-cluster' } })
    expect(config.gke?.secrets).toEqual(['API_TOKEN', 'REDIS_PASSWORD'])
    expect(await readdir(join(folder.path, 'infra/terraform'))).toContain('terraform.tfvars.json')
    const manifests = await readdir(join(folder.path, 'infra/kubernetes'))
    expect(manifests).toContain('redis.yaml')
    expect(manifests).not.toContain('mongo.yaml')
  })

  it('does so for a compose file, too', async () => {
    await using folder = await temporaryFolder()
    const environment = 'environment: { REDIS_URL: redis://cache.example.com, API_KEY: x }'
    await writeFile(join(folder.path, 'compose.yaml'), `services: { web: { build: ., ${environment} } }`)
    const run = await runCli(['init', '--yes', '--from', 'compose.yaml', ...google], { cwd: folder.path })
    expect(run.exitCode).toBe(0)
    expect(run.stderr).toContain('--memorystore takes Google’s own')
    expect((await readConfig(folder.path)).gke?.secrets).toEqual(['API_KEY', 'REDIS_PASSWORD'])
  })
})
