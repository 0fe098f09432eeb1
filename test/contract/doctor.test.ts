import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Check, Report } from '../../src/report/report.ts'
import { runCli, temporaryFolder } from '../support/run-cli.ts'

interface Doctored {
  readonly exitCode: number | null
  readonly report: Report
  check(id: string): Check | undefined
}

/** Runs `doctor --json` with a PATH that holds the given programs (name to shell script) and nothing else. */
async function doctorIn(
  folder: string,
  programs: Readonly<Record<string, string>>,
  env = {},
): Promise<Doctored> {
  const bin = join(folder, 'bin')
  const cwd = join(folder, 'project')
  await mkdir(bin, { recursive: true })
  await mkdir(cwd, { recursive: true })
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`)
    await chmod(join(bin, name), 0o755)
  }
  const run = await runCli(['doctor', '--json'], { cwd, env: { PATH: bin, ...env } })
  expect(run.stderr).toBe('')
  const report = JSON.parse(run.stdout) as Report
  return { exitCode: run.exitCode, report, check: id => report.checks.find(check => check.id === id) }
}

const npm = { npm: 'echo 11.19.1' }
const git = { git: 'echo "git version 2.39.5 (Apple Git-154)"' }

describe('rtdeploy doctor', () => {
  it('exits 0 when nothing that is needed is missing', async () => {
    await using folder = await temporaryFolder()
    const { exitCode, report, check } = await doctorIn(folder.path, { ...npm, ...git })
    expect(exitCode).toBe(0)
    expect(report).toMatchObject({ verb: 'doctor', outcome: 'done', next: ['rtdeploy init chat'] })
    expect(check('program.npm')).toMatchObject({
      status: 'pass',
      found: `11.19.1, ${join(folder.path, 'bin/npm')}`,
    })
    expect(check('program.git')).toMatchObject({
      status: 'pass',
      found: expect.stringContaining('2.39.5') as string,
    })
    expect(check('config.valid')).toMatchObject({ status: 'skip', hint: 'rtdeploy init chat' })
  })

  it('exits 3 when npm is missing, with the command that brings it', async () => {
    await using folder = await temporaryFolder()
    const { exitCode, report, check } = await doctorIn(folder.path, git)
    expect(exitCode).toBe(3)
    expect(report.outcome).toBe('unhealthy')
    const hint = process.platform === 'darwin' ? 'brew install npm' : 'sudo apt install npm'
    expect(check('program.npm')).toMatchObject({ status: 'fail', found: 'not on PATH', hint })
  })

  it('warns without git, which only the person needs', async () => {
    await using folder = await temporaryFolder()
    const { exitCode, check } = await doctorIn(folder.path, npm)
    expect(exitCode).toBe(0)
    expect(check('program.git')?.status).toBe('warn')
  })

  it('says which rung of each backend `up` would take', async () => {
    await using folder = await temporaryFolder()
    const redis = { 'redis-server': 'echo "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc bits=64"' }
    const found = await doctorIn(
      folder.path,
      { ...npm, ...redis },
      { MONGODB_URL: 'mongodb://user:pa55word@db/chat' },
    )
    expect(found.check('redis.rung')).toMatchObject({
      status: 'pass',
      found: 'redis-server 7.0.15',
      data: { rung: 'program' },
    })
    expect(found.check('mongo.rung')).toMatchObject({
      status: 'pass',
      found: 'from MONGODB_URL',
      data: { rung: 'url' },
    })
    expect(JSON.stringify(found.report)).not.toContain('pa55word')
    await using bare = await temporaryFolder()
    const embedded = await doctorIn(bare.path, npm)
    for (const id of ['redis.rung', 'mongo.rung']) {
      expect(embedded.check(id)).toMatchObject({
        status: 'warn',
        found: 'the embedded stand-in',
        data: { rung: 'embedded' },
      })
      expect(embedded.check(id)?.hint).toBeTruthy()
    }
  })

  it('asks the Docker daemon, not the client', async () => {
    await using folder = await temporaryFolder()
    const client = { docker: 'echo "Cannot connect to the Docker daemon" >&2; exit 1' }
    const dead = await doctorIn(folder.path, { ...npm, ...client })
    expect([dead.exitCode, dead.check('docker.daemon')?.status]).toEqual([0, 'skip'])
    const alive = await doctorIn(folder.path, { ...npm, docker: 'echo 27.5.1' })
    expect(alive.check('docker.daemon')).toMatchObject({ status: 'pass', found: 'docker 27.5.1' })
  })

  it('does not wait for a daemon that hangs', async () => {
    await using folder = await temporaryFolder()
    // `exec` so that there is no shell left behind when its program is ended.
    const { exitCode, check } = await doctorIn(folder.path, { ...npm, docker: 'exec /bin/sleep 60' })
    expect([exitCode, check('docker.daemon')?.status]).toEqual([0, 'skip'])
  })

  it('takes no program from the current folder', async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'project'))
    await writeFile(join(folder.path, 'project/npm'), '#!/bin/sh\necho 6.6.6\n', { mode: 0o755 })
    const { check } = await doctorIn(folder.path, {}, { PATH: `.:${join(folder.path, 'bin')}:` })
    expect(check('program.npm')?.status).toBe('fail')
  })

  it('shows everything that is wrong with rtdeploy.yaml', async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'project'))
    await writeFile(join(folder.path, 'project/rtdeploy.yaml'), 'version: 1\nname: Chat\n')
    const { exitCode, check } = await doctorIn(folder.path, npm)
    expect(exitCode).toBe(3)
    expect(check('config.valid')?.found).toContain('rtdeploy.yaml:2:7 name: should have only a-z')
    expect(check('config.valid')?.found).toContain('app: is missing')
  })

  it('looks for the programs that the project names, and at its port', async () => {
    await using folder = await temporaryFolder()
    const taken = createServer()
    await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
    try {
      const port = (taken.address() as { port: number }).port
      const text = `version: 1\nname: chat\napp:\n  install: [pnpm, install]\n  start: [node, a.js]\nlocal: { port: ${port} }\n`
      await mkdir(join(folder.path, 'project'))
      await writeFile(join(folder.path, 'project/rtdeploy.yaml'), text)
      const { exitCode, check } = await doctorIn(folder.path, { pnpm: 'echo 10.1.0' })
      expect(exitCode).toBe(3)
      expect(check('program.pnpm')?.status).toBe('pass')
      expect(check('program.npm')).toBeUndefined()
      expect(check('port.free')).toMatchObject({
        status: 'fail',
        hint: expect.stringContaining('rtdeploy up --port 0'),
      })
    } finally {
      taken.close()
    }
  })

  it('looks at kubectl, its context, the cluster and a builder where the project runs on Kubernetes', async () => {
    await using folder = await temporaryFolder()
    const text =
      'version: 1\nname: chat\ntarget: kubernetes\napp: { start: [node, a.js] }\nkubernetes: { context: home, image: registry.example.com/chat }\n'
    await mkdir(join(folder.path, 'project'))
    await writeFile(join(folder.path, 'project/rtdeploy.yaml'), text)
    const needed = ['program.kubectl', 'kubernetes.context', 'kubernetes.server', 'image.builder']
    const statuses = ({ check }: Doctored) => needed.map(id => check(id)?.status)
    const bare = await doctorIn(folder.path, npm)
    expect([bare.exitCode, statuses(bare)]).toEqual([3, ['fail', 'skip', 'skip', 'fail']])
    expect(bare.check('docker.daemon')?.found).toBe('no daemon answers; see image builder')
    const kubectl = (context: string, server: string) => `case "$*" in
  *--client*) echo '{"clientVersion":{"gitVersion":"v1.33.1"}}' ;;
  *get-contexts*) echo ${context} ;;
  *'--context home version'*) ${server} ;;
esac`
    const docker = 'echo 27.5.1'
    const wrong = await doctorIn(folder.path, { ...npm, docker, kubectl: kubectl('work', 'exit 1') })
    expect([wrong.exitCode, statuses(wrong)]).toEqual([3, ['pass', 'fail', 'skip', 'pass']])
    const silent = await doctorIn(folder.path, { ...npm, docker, kubectl: kubectl('home', 'exit 1') })
    expect([silent.exitCode, statuses(silent)]).toEqual([3, ['pass', 'pass', 'fail', 'pass']])
    expect(silent.check('kubernetes.server')?.hint).toBe('kubectl --context home version')
    const version = `echo '{"serverVersion":{"gitVersion":"v1.33.0"}}'`
    const good = await doctorIn(folder.path, { ...npm, docker, kubectl: kubectl('home', version) })
    expect([good.exitCode, statuses(good)]).toEqual([0, ['pass', 'pass', 'pass', 'pass']])
    expect(good.check('kubernetes.server')?.found).toBe('Kubernetes v1.33.0')
  })

  it('gives every failing and warning line its fix, for people too', async () => {
    await using folder = await temporaryFolder()
    const bin = join(folder.path, 'bin')
    await mkdir(bin)
    await symlink(process.execPath, join(bin, 'node'))
    const run = await runCli(['doctor'], { cwd: dirname(bin), env: { PATH: bin } })
    expect(run.exitCode).toBe(3)
    const problems = run.stdout.split('\n').filter(line => /^[✗!] /u.test(line))
    const fixes = run.stdout.split('\n').filter(line => line.startsWith('    fix     '))
    expect(problems.length).toBeGreaterThan(0)
    expect(fixes.length).toBeGreaterThanOrEqual(problems.length)
  })
})
