import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import { packageRoot, runCli, temporaryFolder } from '../support/run-cli.ts'

const cluster = ['--target', 'kubernetes', '--context', 'dev', '--image', 'r.io/team/chat']
const readConfig = async (folder: string) =>
  parseConfig(await readFile(join(folder, 'rtdeploy.yaml'), 'utf8'), 'rtdeploy.yaml')

describe('rtdeploy init for a cluster', () => {
  it('makes a project that runs there first', async () => {
    await using folder = await temporaryFolder()
    const args = [
      'init',
      'chat',
      '--yes',
      ...cluster,
      '--entry',
      'ingress',
      '--class',
      'gce',
      '--namespace',
      'team',
    ]
    const run = await runCli(args, { cwd: folder.path })
    expect(run).toMatchObject({ exitCode: 0, stdout: '' })
    expect(run.stderr).toMatch(/^create {5}infra\/ {2}\(\d+ files\)$/m)
    expect(await readConfig(join(folder.path, 'chat'))).toMatchObject({
      target: 'kubernetes',
      loadBalancer: { kind: 'classic', timeout: 86_400 },
      kubernetes: {
        context: 'dev',
        namespace: 'team',
        image: 'r.io/team/chat',
        manifests: 'infra/kubernetes',
      },
    })
  })

  it('names what it has no default for, also with --yes', async () => {
    await using folder = await temporaryFolder()
    const run = await runCli(['init', 'chat', '--yes', '--target', 'kubernetes'], { cwd: folder.path })
    expect(run.exitCode).toBe(2)
    expect(run.stderr).toContain('these are open: --context, --image')
    expect(await readdir(folder.path)).toEqual([])
  })

  it('leaves the manifests out with --no-kubernetes', async () => {
    await using folder = await temporaryFolder()
    const run = await runCli(['init', 'chat', '--yes', '--no-kubernetes'], { cwd: folder.path })
    expect(run.exitCode).toBe(0)
    expect(await readdir(join(folder.path, 'chat'))).not.toContain('infra')
    expect((await readConfig(join(folder.path, 'chat'))).kubernetes).toBeUndefined()
  })

  it.each([
    [['--entry', 'tunnel'], 'usage.invalid'],
    [['--entry', 'ingress', '--class', 'kong'], 'class.invalid'],
    [['--host', 'no spaces.example.com'], 'host.invalid'],
    [['--image', 'chat:latest'], 'image.invalid'],
    [['--namespace', 'kube-system'], 'namespace.invalid'],
    [['--redis', 'somewhere'], 'usage.invalid'],
    [['--from', 'nothing.yaml'], 'from.missing'],
  ])('refuses %j and writes nothing', async (args, code) => {
    await using folder = await temporaryFolder()
    const run = await runCli(['init', 'chat', '--yes', ...args], { cwd: folder.path })
    expect(run.exitCode).toBe(2)
    expect(run.stderr).toContain(`\ncode: ${code}\n`)
    expect(await readdir(folder.path)).toEqual([])
  })
})

describe('rtdeploy init --from', () => {
  const input = join(packageRoot, 'test/golden/kubernetes/from-compose/input')

  it('adds to a project and changes nothing that is there', async () => {
    await using folder = await temporaryFolder()
    await cp(input, folder.path, { recursive: true })
    await writeFile(join(folder.path, '.gitignore'), 'node_modules\n')
    await writeFile(join(folder.path, 'package.json'), '{"scripts":{"build":"tsc"}}')
    await writeFile(join(folder.path, 'package-lock.json'), '{}')
    const run = await runCli(['init', '--yes', '--from', 'compose.yaml'], { cwd: folder.path })
    expect(run.exitCode).toBe(0)
    expect(run.stderr).toContain('.gitignore is kept as it was, add this line to it: .rtdeploy/')
    expect(await readFile(join(folder.path, '.gitignore'), 'utf8')).toBe('node_modules\n')
    expect(await readFile(join(folder.path, '.dockerignore'), 'utf8')).toContain('.rtdeploy')
    expect((await readdir(folder.path)).sort()).toEqual([
      '.dockerignore',
      '.gitignore',
      'compose.yaml',
      'infra',
      'package-lock.json',
      'package.json',
      'rtdeploy.schema.json',
      'rtdeploy.yaml',
    ])
    expect(await readConfig(folder.path)).toMatchObject({
      name: 'my-shop',
      app: {
        install: ['npm', 'ci'],
        build: ['npm', 'run', 'build'],
        start: ['node', 'server.js'],
        replicas: 4,
      },
    })
    const again = await runCli(['init', '--yes', '--from', 'compose.yaml'], { cwd: folder.path })
    expect(again.exitCode).toBe(0)
    expect(again.stderr).toContain('nothing to do')
  })

  it('lets flags win over the file', async () => {
    await using folder = await temporaryFolder()
    await cp(input, folder.path, { recursive: true })
    const args = ['--name', 'shop', '--replicas', '2', '--redis', 'external', ...cluster]
    const run = await runCli(['init', '--yes', '--from', 'compose.yaml', ...args], { cwd: folder.path })
    expect(run.exitCode).toBe(0)
    const config = await readConfig(folder.path)
    expect(config).toMatchObject({
      name: 'shop',
      app: { replicas: 2 },
      kubernetes: { image: 'r.io/team/chat' },
    })
    expect(config.kubernetes?.secrets).toEqual([
      'SESSION_SECRET',
      'DATABASE_URL',
      'REDIS_URL',
      'MONGODB_PASSWORD',
      'MONGODB_ROOT_PASSWORD',
    ])
  })

  it('takes no value of a secret into any file or line', async () => {
    await using folder = await temporaryFolder()
    await cp(input, folder.path, { recursive: true })
    const run = await runCli(['init', '--yes', '--json', '--from', 'compose.yaml'], { cwd: folder.path })
    expect(run.stdout + run.stderr).not.toContain('must-stay-here')
    for (const path of await readdir(folder.path, { recursive: true, withFileTypes: true })) {
      if (!path.isFile() || path.name === 'compose.yaml') continue
      expect(await readFile(join(path.parentPath, path.name), 'utf8')).not.toContain('must-stay-here')
    }
  })

  it('writes through no link', async () => {
    await using folder = await temporaryFolder()
    await cp(input, join(folder.path, 'app'), { recursive: true })
    await mkdir(join(folder.path, 'elsewhere'))
    await symlink('../elsewhere', join(folder.path, 'app/infra'))
    const run = await runCli(['init', 'app', '--yes', '--from', 'app/compose.yaml'], { cwd: folder.path })
    expect(run.exitCode).toBe(2)
    expect(run.stderr).toContain('infra is a symlink')
    expect(await readdir(join(folder.path, 'elsewhere'))).toEqual([])
  })
})
