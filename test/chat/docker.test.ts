import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { optional } from '../support/needs.ts'
import { temporaryFolder } from '../support/run-cli.ts'
import { until } from '../support/until.ts'
import { chatProject, docker, mustDocker, uniqueName } from './docker-project.ts'

const program = optional('docker')
const image = uniqueName('rtdeploy-test-chat')

/** What people leave in a project and must never get into an image. */
const secrets = [
  '.env',
  '.env.production',
  'server/.env.local',
  '.npmrc',
  'kubeconfig.yaml',
  'tls.pem',
  'server/tls.key',
  'service-account-key.json',
  '.git/config',
  '.rtdeploy/state.json',
  'infra/terraform.tfstate',
  'infra/secret.tfvars',
  'node_modules/left-over.js',
]

describe.skipIf(program === undefined)('the image of the chat', { timeout: 300_000 }, () => {
  const run = program ?? ''
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  const inImage = (code: string) => mustDocker(run, ['run', '--rm', image, '-e', code])
  const inspect = async (name: string) => JSON.parse(await mustDocker(run, ['inspect', name]))[0]

  beforeAll(async () => {
    folder = await temporaryFolder()
    await chatProject(folder.path)
    for (const path of secrets) {
      await mkdir(join(folder.path, path, '..'), { recursive: true })
      await writeFile(join(folder.path, path), 'planted secret')
    }
    await mustDocker(run, ['build', '--build-arg', 'REVISION=0123abc', '--tag', image, '.'], {
      cwd: folder.path,
    })
  }, 300_000)

  afterAll(async () => {
    await docker(run, ['rmi', '--force', image, `${image}-context`, `${image}-later`])
    await folder[Symbol.asyncDispose]()
  }, 60_000)

  it('runs as a numbered user, without a shell, with a health check and the revision', async () => {
    const { Config } = await inspect(image)
    expect(Config).toMatchObject({
      User: '10001:10001',
      Entrypoint: ['node'],
      Cmd: ['dist/server/main.js'],
      WorkingDir: '/app',
      Labels: { 'org.opencontainers.image.revision': '0123abc' },
    })
    expect(Config.Healthcheck.Test[0]).toBe('CMD')
    expect(Config.Env).toContain('NODE_ENV=production')
  })

  it('holds the built app and what it needs at run time, and nothing else', async () => {
    const listed = await inImage(
      "const fs = require('node:fs'); console.log(JSON.stringify({ app: fs.readdirSync('.'), packages: fs.readdirSync('node_modules') }))",
    )
    const { app, packages } = JSON.parse(listed)
    expect(app.sort()).toEqual(['dist', 'node_modules', 'package.json'])
    expect(packages).toContain('socket.io')
    const manifest = JSON.parse(await readFile(join(folder.path, 'package.json'), 'utf8'))
    const development = Object.keys(manifest.devDependencies).filter(name => !name.startsWith('@types/'))
    expect(packages.filter((name: string) => development.includes(name))).toEqual([])
    expect(packages).not.toContain('@typescript')
  })

  it('adds less than 40 MB to the base image', async () => {
    const [own, base] = [await inspect(image), await inspect('node:24-slim')]
    expect(own.Size - base.Size).toBeLessThan(40_000_000)
  })

  it('is built from a context that holds no secret', async () => {
    const dockerfile = join(folder.path, '.rtdeploy', 'Dockerfile')
    await writeFile(dockerfile, 'FROM node:24-slim\nWORKDIR /context\nCOPY . .\n')
    const tag = `${image}-context`
    await mustDocker(run, ['build', '--file', dockerfile, '--tag', tag, '.'], { cwd: folder.path })
    const list = "console.log(require('node:fs').readdirSync('.', { recursive: true }).join('\\n'))"
    const there = (await mustDocker(run, ['run', '--rm', tag, 'node', '-e', list])).split('\n')
    expect(there).toContain('server/main.ts')
    expect(there).toContain('package-lock.json')
    expect(there.filter(path => secrets.includes(path))).toEqual([])
  })

  it('builds nothing anew for another revision', async () => {
    const tag = `${image}-later`
    await mustDocker(run, ['build', '--build-arg', 'REVISION=fed987', '--tag', tag, '.'], {
      cwd: folder.path,
    })
    const [one, other] = [await inspect(image), await inspect(tag)]
    expect(other.Config.Labels['org.opencontainers.image.revision']).toBe('fed987')
    expect(other.RootFS).toEqual(one.RootFS)
  })

  it('says all that is wrong with its environment, and ends with 2', async () => {
    const { code, err } = await docker(run, ['run', '--rm', image])
    expect(code).toBe(2)
    expect(err).toMatch(/MONGODB_URL is needed[\s\S]*COOKIE_SECRET is needed/)
  })

  it('serves with a read-only root, no capabilities and no new privileges, is healthy, and ends with 0', async () => {
    const name = uniqueName('chat')
    const [network, mongo] = [`${name}-net`, `${name}-mongo`]
    const settings = {
      COOKIE_SECRET: 'planted for this test',
      MONGODB_URL: `mongodb://${mongo}:27017/chat`,
      DRAIN_WAIT_MS: 200,
      DRAIN_MS: 200,
    }
    try {
      await mustDocker(run, ['network', 'create', network])
      await mustDocker(run, ['run', '--detach', '--name', mongo, '--network', network, 'mongo:8'])
      await mustDocker(run, [
        ...['run', '--detach', '--name', name, '--network', network, '--publish', '127.0.0.1::3000'],
        ...['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--memory', '256m'],
        ...['--health-interval', '1s'],
        ...Object.entries(settings).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
        image,
      ])
      await until(
        'the container is healthy',
        async () => {
          const { State } = await inspect(name)
          if (!State.Running) throw new Error((await docker(run, ['logs', name])).out)
          return State.Health?.Status === 'healthy'
        },
        60_000,
      )
      const address = await mustDocker(run, ['port', name, '3000'])
      const ready = await fetch(`http://${address}/readyz`)
      expect(await ready.json()).toMatchObject({ status: 'ok', mongo: 'ok' })
      const page = await fetch(`http://${address}/r/lobby`)
      expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<script')])
      await mustDocker(run, ['stop', '--time', '20', name])
      const logs = await docker(run, ['logs', name])
      expect([(await inspect(name)).State.ExitCode, logs.out]).toEqual([
        0,
        expect.stringContaining('drained'),
      ])
      expect(logs.out + logs.err).not.toContain('planted for this test')
    } finally {
      await docker(run, ['rm', '--force', '--volumes', name, mongo])
      await docker(run, ['network', 'rm', network])
    }
  })
})
