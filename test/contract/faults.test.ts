import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ChildState } from '../../src/local/state.ts'
import { optional } from '../support/needs.ts'
import { cliPath, runProgram } from '../support/run-cli.ts'
import { runIn, startIn } from '../support/start-cli.ts'
import { type TinyProject, tinyProject } from '../support/tiny-project.ts'
import { until } from '../support/until.ts'

const child = (project: TinyProject, name: string) =>
  project.state().children.find(one => one.name === name) as ChildState
const pidOf = (project: TinyProject, name: string) => child(project, name).process?.pid as number

const rungs = optional('redis-server') === undefined ? ['embedded'] : ['program', 'embedded']

/** A program that stands first on PATH. */
function pretend(project: TinyProject, name: string, script: string): { PATH: string } {
  const bin = join(project.folder, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(bin, name), 0o755)
  return { PATH: `${bin}:${process.env.PATH}` }
}

/** Nothing runs any more; the journal and the logs stay, and `up` works as if nothing had been. */
async function expectRepaired(project: TinyProject, env = {}): Promise<void> {
  await until('nothing is left', () => project.processes().length === 0)
  expect((await runIn(project.folder, ['down'], env)).exitCode).toBe(0)
  expect(existsSync(join(project.folder, '.rtdeploy/local'))).toBe(false)
}

// Most of their time is a wait, so they wait together.
describe.concurrent('tells by itself, after a while,', { timeout: 150_000 }, () => {
  it('an app that never gets ready: the answer of its readiness path', async () => {
    await using project = tinyProject()
    project.edit(yaml => yaml.replace('local:', 'local:\n  env: { NEVER_READY: "1" }'))
    const run = await runIn(project.folder, ['up'])
    expect(run.exitCode).toBe(1)
    const answer = 'GET /readyz answers HTTP 503'
    expect(run.stderr).toContain(`error: not ready after 60 s: tiny-0, tiny-1, tiny-2; ${answer}`)
    expect(run.stderr).toContain('hint: rtdeploy logs tiny-0')
    expect(run.stderr.indexOf(`  tiny-0: ${answer}\n`)).toBeLessThan(run.stderr.indexOf('error:'))
    expect(run.stderr).toContain('✗ wait for 3 replicas to be ready')
    await expectRepaired(project)
  })

  it('a REDIS_URL that nobody serves, without its password', async () => {
    await using project = tinyProject()
    const env = { REDIS_URL: 'redis://user:canary-pw@127.0.0.1:1/0' }
    const run = await runIn(project.folder, ['up'], env)
    expect(run.exitCode).toBe(3)
    expect(run.stderr).toContain('error: nothing takes connections at 127.0.0.1:1, which REDIS_URL names')
    expect(run.stdout + run.stderr).not.toContain('canary')
    for (const name of ['spec.json', 'state.json'])
      expect(readFileSync(join(project.folder, '.rtdeploy/local', name), 'utf8')).not.toContain('canary')
    await expectRepaired(project)
  })

  it('a supervisor that does not answer, and up puts an end to it and to its children', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    const old = [project.state().supervisor.pid, ...project.state().children.map(one => one.process?.pid)]
    process.kill(project.state().supervisor.pid, 'SIGSTOP')
    const status = await runIn(project.folder, ['status'])
    expect(status.exitCode).toBe(5)
    expect(status.stderr).toContain('does not answer')
    const up = await runIn(project.folder, ['up', '--no-verify'])
    expect(`${up.exitCode} ${up.stderr}`).toMatch(/^0 /)
    expect(project.processes().filter(one => old.includes(one.pid))).toEqual([])
  })
})

describe('the app', { timeout: 150_000 }, () => {
  it('cannot be started when its program is missing: exit 3, and what runs goes on', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    const before = pidOf(project, 'tiny-0')
    project.edit(yaml => yaml.replace('start: [node', 'start: [no-such-program'))
    const run = await runIn(project.folder, ['up'])
    expect(run.exitCode).toBe(3)
    expect(run.stderr).toContain('error: no-such-program is not on PATH')
    expect(run.stderr).toContain('correct app.start in rtdeploy.yaml')
    expect(run.stderr).toContain('code: program.missing')
    expect(pidOf(project, 'tiny-0')).toBe(before)
  })

  it('that crashes after a roll-out is told at once, while the other replicas serve on', async () => {
    await using project = tinyProject()
    project.edit(yaml => yaml.replace('  start:', '  build: [node, --version]\n  start:'))
    await runIn(project.folder, ['up', '--no-verify'])
    const server = join(project.folder, 'server.mjs')
    const good = readFileSync(server, 'utf8')
    writeFileSync(server, 'throw new Error("a broken build")\n')
    const run = await runIn(project.folder, ['up'])
    expect(run.exitCode).toBe(1)
    expect(run.stderr).toContain('error: tiny-0 ended 3 times before it was ready')
    expect(run.stderr).toContain('a broken build')
    expect(run.stderr).toContain('code: replica.crashed')
    expect((await fetch(project.state().url)).headers.get('x-replica')).toMatch(/tiny-[12]/)
    const again = await runIn(project.folder, ['up'])
    expect([again.exitCode, again.stderr.includes('a broken build')]).toEqual([1, true])
    writeFileSync(server, good)
    expect((await runIn(project.folder, ['up', '--no-verify'])).exitCode).toBe(0)
  })

  it('may lose a replica while it is measured: verify ends with a verdict', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    const run = startIn(project.folder, ['verify', '--sessions', '40', '--idle', '2'])
    await until('connections are open', async () => (await fetch(project.state().url)).ok)
    process.kill(pidOf(project, 'tiny-1'), 'SIGKILL')
    const ended = await run.done
    expect([0, 5]).toContain(ended.exitCode)
    expect(ended.stdout).toMatch(/(PASS|FAIL)/)
    await until('status is green', async () => (await runIn(project.folder, ['status'])).exitCode === 0)
  })
})

describe('Redis', { timeout: 120_000 }, () => {
  it('that exits at once fails up with its last words, and nothing is left', async () => {
    await using project = tinyProject()
    const script =
      'case "$1" in --version) echo "Redis server v=7.0.15 sha=0";; *) echo "no luck today" >&2; exit 1;; esac'
    const env = pretend(project, 'redis-server', script)
    const run = await runIn(project.folder, ['up'], env)
    expect(run.exitCode).toBe(1)
    expect(run.stderr).toContain('error: redis (redis-server 7.0.15) takes no connections: exit 1')
    expect(run.stderr).toContain('  no luck today')
    expect(run.stderr).toContain('rtdeploy up --redis embedded')
    expect(run.stderr).toContain('code: backend.failed')
    await expectRepaired(project, env)
  })

  it('that hangs can be interrupted, and down leaves nothing', async () => {
    await using project = tinyProject()
    const env = pretend(project, 'redis-server', 'case "$1" in --version) echo x;; *) sleep 600;; esac')
    const run = startIn(project.folder, ['up'], env)
    await until('it hangs', () => project.processes().some(one => one.command.includes('sleep 600')))
    run.kill('SIGINT')
    expect((await run.done).exitCode).toBe(130)
    expect((await runIn(project.folder, ['down'], env)).exitCode).toBe(0)
    expect(project.processes()).toEqual([])
  })

  it.each(rungs)('from %s comes back on its port after kill -9', async rung => {
    await using project = tinyProject()
    const up = await runIn(project.folder, ['up', '--no-verify', '--redis', rung])
    expect(`${up.exitCode} ${up.stderr}`).toMatch(/^0 /)
    const { port } = child(project, 'redis')
    process.kill(pidOf(project, 'redis'), 'SIGKILL')
    await until('it runs again', () => {
      const now = child(project, 'redis')
      return now.restarts === 1 && now.state === 'running'
    })
    expect(child(project, 'redis')).toMatchObject({ port, lastEnd: 'SIGKILL' })
    await until('status is green', async () => (await runIn(project.folder, ['status'])).exitCode === 0)
    expect((await runIn(project.folder, ['status'])).stdout).toMatch(
      /redis\s+\w+.*running\s+1\s+127\.0\.0\.1:/,
    )
    const verified = await runIn(project.folder, ['verify', '--idle', '1'])
    expect(`${verified.exitCode} ${verified.stderr}`).toMatch(/^0 /)
  })
})

describe('MongoDB', { timeout: 120_000 }, () => {
  it('embedded, comes back on its port after kill -9', async () => {
    await using project = tinyProject()
    project.edit(yaml => yaml.replace('mongo: "off"', 'mongo: embedded'))
    const up = await runIn(project.folder, ['up', '--no-verify'])
    expect(`${up.exitCode} ${up.stderr}`).toMatch(/^0 /)
    const { port } = child(project, 'mongo')
    process.kill(pidOf(project, 'mongo'), 'SIGKILL')
    await until('it runs again', () => {
      const now = child(project, 'mongo')
      return now.restarts === 1 && now.state === 'running'
    })
    expect(child(project, 'mongo').port).toBe(port)
    await until('status is green', async () => (await runIn(project.folder, ['status'])).exitCode === 0)
    expect((await runIn(project.folder, ['verify', '--idle', '1'])).stdout).toContain('PASS (embedded mongo')
  })
})

describe('the supervisor', { timeout: 120_000 }, () => {
  it.each([
    ['is gone', undefined],
    ['is empty', ''],
    ['is half written', '{"schemaVersion":1,"superv'],
    ['is of another shape', '{"schemaVersion":1}'],
    ['is null', 'null'],
  ])('is found by its mark when the state file %s', async (_what, contents) => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    const path = join(project.folder, '.rtdeploy/local/state.json')
    if (contents === undefined) rmSync(path)
    else writeFileSync(path, contents)
    const status = await runIn(project.folder, ['status'])
    expect([status.exitCode, status.stderr]).toEqual([5, expect.stringContaining('code: local.orphaned')])
    expect((await runIn(project.folder, ['down'])).exitCode).toBe(0)
    expect(project.processes()).toEqual([])
  })

  it('outlives the loss of the whole .rtdeploy folder, and down still ends everything', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    rmSync(join(project.folder, '.rtdeploy'), { recursive: true })
    expect((await runIn(project.folder, ['down'])).exitCode).toBe(0)
    expect(project.processes()).toEqual([])
  })
})

describe.skipIf(!existsSync('/dev/full'))('a full disk', { timeout: 60_000 }, () => {
  it('under the log of the supervisor ends nothing: a replica that dies is started again', async () => {
    await using project = tinyProject()
    const logs = join(project.folder, '.rtdeploy/logs')
    mkdirSync(logs, { recursive: true })
    for (const name of ['supervisor', 'front-door']) symlinkSync('/dev/full', join(logs, `${name}.log`))
    expect((await runIn(project.folder, ['up', '--no-verify'])).exitCode).toBe(0)
    process.kill(pidOf(project, 'tiny-1'), 'SIGKILL')
    await until('tiny-1 was started again', () => child(project, 'tiny-1').restarts === 1)
    await until('status is green', async () => (await runIn(project.folder, ['status'])).exitCode === 0)
  })

  it('does not keep down from its work', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    // No file of this shell's children may grow: EFBIG, as ENOSPC would be. Its signal is ignored, or it would kill.
    const line = `trap '' XFSZ; ulimit -f 0; exec "${process.execPath}" "${cliPath}" down`
    const run = await runProgram('bash', ['-c', line], { cwd: project.folder })
    expect(`${run.exitCode} ${run.stderr}`).toMatch(/^0 /)
    expect(run.stderr).toContain('the disk is full: going on without the lock')
    expect(project.processes()).toEqual([])
  })

  it('under the output is told, with exit 1', async () => {
    await using project = tinyProject()
    for (const args of ['--help', '--version', 'help up', 'status', 'doctor --json', 'nosuch --json']) {
      const line = `"${process.execPath}" "${cliPath}" ${args} > /dev/full`
      const run = await runProgram('bash', ['-c', line], { cwd: project.folder })
      expect([args, run.exitCode, run.stderr]).toEqual([
        args,
        1,
        expect.stringContaining('error: the output cannot be written'),
      ])
      expect(run.stderr).toContain('code: output.failed')
    }
  })
})

describe('the front door', { timeout: 60_000 }, () => {
  it('does not open on a port of another program: exit 3 before anything is started', async () => {
    await using project = tinyProject()
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => other.once('listening', resolve))
    const { port } = other.address() as { port: number }
    project.edit(yaml => yaml.replace('port: 0', `port: ${port}`))
    const run = await runIn(project.folder, ['up'])
    other.close()
    expect(run.exitCode).toBe(3)
    expect(run.stderr).toContain(`error: port ${port} of 127.0.0.1 is taken by `)
    if (process.platform === 'linux') expect(run.stderr).toContain(`process ${process.pid} (`)
    expect(run.stderr).toContain('rtdeploy up --port 0')
    expect(existsSync(join(project.folder, '.rtdeploy/local'))).toBe(false)
  })
})
