import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readLinuxProcess } from '../../src/run/real/process-table.ts'
import { runIn, startIn } from '../support/start-cli.ts'
import { tinyProject } from '../support/tiny-project.ts'
import { until } from '../support/until.ts'

// A zombie that nobody has collected yet is gone.
const isGone = (pid: number) => readLinuxProcess(pid) === undefined

describe('up --target local', { timeout: 120_000 }, () => {
  it('starts three replicas, verifies them, and the second time finds nothing to do', async () => {
    await using project = tinyProject()
    const first = await runIn(project.folder, ['up', '--json'])
    expect(first.stderr).toBe('')
    const report = JSON.parse(first.stdout)
    expect(first.exitCode).toBe(0)
    expect(report.outcome).toBe('done')
    expect(report.checks.filter((check: { status: string }) => check.status === 'fail')).toEqual([])
    expect(report.checks.map((check: { id: string }) => check.id)).toContain('fan-out.delivery')
    expect(report.backends.redis.rung).toMatch(/^(program|docker|embedded)$/)
    const second = await runIn(project.folder, ['up', '--json'])
    expect([second.exitCode, JSON.parse(second.stdout).outcome]).toEqual([0, 'nothing-to-do'])
    expect(project.state().children.filter(child => child.kind === 'replica')).toHaveLength(3)
    const status = JSON.parse((await runIn(project.folder, ['status', '--json'])).stdout)
    expect(status.result).toMatchObject({ running: true })
    expect(status.result).not.toHaveProperty('atWork')
  })

  it('ends everything with down, and the second down says that nothing is there', async () => {
    await using project = tinyProject()
    expect((await runIn(project.folder, ['up', '--no-verify'])).exitCode).toBe(0)
    expect(project.processes().length).toBeGreaterThanOrEqual(4)
    expect((await runIn(project.folder, ['down'])).exitCode).toBe(0)
    expect(project.processes()).toEqual([])
    const again = await runIn(project.folder, ['down'])
    expect(again.exitCode).toBe(0)
    expect(again.stderr).toContain('nothing is running, nothing is left')
  })

  it('fails verify with exit 5, the trap and the fix when affinity is off', async () => {
    await using project = tinyProject()
    const run = await runIn(project.folder, ['up', '--affinity', 'none'])
    expect(run.exitCode).toBe(5)
    expect(run.stderr).toContain('RT008')
    expect(run.stderr).toContain('Session ID unknown')
    expect(run.stderr).toContain('affinity: cookie')
    const fixed = await runIn(project.folder, ['up', '--affinity', 'cookie'])
    expect(fixed.exitCode).toBe(0)
    expect(fixed.stderr).toContain('front door: affinity cookie')
  })

  it('fails again as long as what failed to verify is all that there is', async () => {
    await using project = tinyProject()
    expect((await runIn(project.folder, ['up', '--affinity', 'none'])).exitCode).toBe(5)
    const again = await runIn(project.folder, ['up', '--affinity', 'none'])
    expect(again.exitCode).toBe(5)
    expect(again.stderr).toContain('the last verification failed: verifying again')
  })

  it('verifies what runs when that was not done yet, or by other rules', async () => {
    await using project = tinyProject()
    const verdictOf = async () => {
      const { checks, outcome } = JSON.parse((await runIn(project.folder, ['up', '--json'])).stdout)
      return [outcome, checks.length > 0]
    }
    expect((await runIn(project.folder, ['up', '--no-verify'])).exitCode).toBe(0)
    expect(await verdictOf()).toEqual(['done', true])
    expect(await verdictOf()).toEqual(['nothing-to-do', false])
    project.edit(yaml => yaml.replace('receive: said', 'receive: heard'))
    expect(await verdictOf()).toEqual(['unhealthy', true])
    project.edit(yaml => yaml.replace('receive: heard', 'receive: said'))
    expect(await verdictOf()).toEqual(['done', true])
  })

  it('is told from one that is at work, in status', async () => {
    await using project = tinyProject()
    project.edit(yaml => yaml.replace('app:\n', 'app:\n  build: [sleep, "30"]\n'))
    const running = startIn(project.folder, ['up', '--no-verify'])
    await until('the build runs', () =>
      project.processes().some(({ command }) => command.endsWith('sleep 30')),
    )
    const { stdout, exitCode } = await runIn(project.folder, ['status'])
    expect(stdout).toMatch(
      new RegExp(
        `^\`rtdeploy up\` \\(process ${running.pid}\\) is at work here, for \\d+ s\nnothing is running yet\n`,
      ),
    )
    expect(exitCode).toBe(0)
    running.pressCtrlC()
    expect((await running.done).exitCode).toBe(130)
    expect((await runIn(project.folder, ['status'])).stdout).toMatch(/^nothing is running\n/)
  })

  it('starts a replica again that was killed, and says so in status', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    const victim = project.state().children.find(child => child.name === 'tiny-1')?.process?.pid as number
    process.kill(victim, 'SIGKILL')
    await until('tiny-1 runs as another process', () => {
      const now = project.state().children.find(child => child.name === 'tiny-1')
      return now?.state === 'running' && now.process?.pid !== victim && now.restarts === 1
    })
    await until('status is green', async () => (await runIn(project.folder, ['status'])).exitCode === 0)
    const { stdout } = await runIn(project.folder, ['status'])
    expect(stdout).toMatch(/tiny-1\s+ready\s+\d+\s+\d+\s+\d+\s+1 /)
  })

  it('changes the number of replicas without ending the others', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    const pid = (name: string) => project.state().children.find(child => child.name === name)?.process?.pid
    const first = pid('tiny-0')
    expect((await runIn(project.folder, ['up', '--no-verify', '--replicas', '4'])).stderr).toContain(
      'go to 4 replicas',
    )
    expect([pid('tiny-0'), typeof pid('tiny-3')]).toEqual([first, 'number'])
    await runIn(project.folder, ['up', '--no-verify', '--replicas', '1'])
    expect([pid('tiny-0'), pid('tiny-1')]).toEqual([first, undefined])
  })

  it('names the app and shows its last words when it crashes at start, and leaves nothing', async () => {
    await using project = tinyProject()
    project.edit(yaml => yaml.replace('local:', 'local:\n  env: { CRASH: "1" }'))
    const run = await runIn(project.folder, ['up'])
    expect(run.exitCode).toBe(1)
    expect(run.stderr).toContain('ended 3 times before it was ready (exit 7)')
    expect(run.stderr).toContain('this app always crashes')
    expect(run.stderr).toContain('hint: rtdeploy logs tiny-')
    await until('nothing is left', () => project.processes().length === 0)
  })

  it('puts things right after the supervisor was killed', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    const { supervisor, children } = project.state()
    process.kill(supervisor.pid, 'SIGKILL')
    await until('the supervisor is gone', () => isGone(supervisor.pid))
    const again = await runIn(project.folder, ['up', '--no-verify'])
    expect(again.exitCode).toBe(0)
    for (const child of children) expect(isGone(child.process?.pid as number)).toBe(true)
    process.kill(project.state().supervisor.pid, 'SIGKILL')
    expect((await runIn(project.folder, ['down'])).exitCode).toBe(0)
    expect(project.processes()).toEqual([])
  })

  it('lets one of two win and names the holder to the other', async () => {
    await using project = tinyProject()
    const runs = await Promise.all([1, 2].map(() => runIn(project.folder, ['up', '--no-verify'])))
    expect(runs.map(run => run.exitCode).sort()).toEqual([0, 4])
    const loser = runs.find(run => run.exitCode === 4)
    expect(loser?.stderr).toMatch(/`rtdeploy up` holds the lock of this project: process \d+/)
  })

  it('says that the port is taken, and how to take another', async () => {
    await using first = tinyProject()
    await using second = tinyProject()
    await runIn(first.folder, ['up', '--no-verify'])
    const port = new URL(first.state().url).port
    const run = await runIn(second.folder, ['up', '--port', port])
    expect(run.exitCode).toBe(3)
    expect(run.stderr).toContain(`port ${port}`)
    expect(run.stderr).toContain('--port 0')
  })

  it('rolls a changed build out, one replica after the other', async () => {
    await using project = tinyProject()
    project.edit(yaml => yaml.replace('  start:', '  build: [node, --version]\n  start:'))
    await runIn(project.folder, ['up', '--no-verify'])
    const before = project.state().children.map(child => child.process?.pid)
    writeFileSync(join(project.folder, 'other.mjs'), '// changed\n')
    const run = await runIn(project.folder, ['up', '--no-verify'])
    expect(run.stderr).toContain('roll the new build out')
    const after = project.state()
    expect(
      after.children.filter(child => before.includes(child.process?.pid)).map(child => child.kind),
    ).toEqual(['backend'])
    expect(after.children.every(child => child.state === 'running')).toBe(true)
  })

  it('rolls a change out of an app that has no build, but not what rtdeploy and other tools write', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up'])
    const pids = () => project.state().children.map(child => child.process?.pid)
    const first = pids()
    writeFileSync(join(project.folder, 'npm-debug.log'), 'x')
    expect((await runIn(project.folder, ['verify', '--html', 'report.html', '--idle', '0'])).exitCode).toBe(0)
    const same = await runIn(project.folder, ['up', '--json'])
    expect([JSON.parse(same.stdout).outcome, pids()]).toEqual(['nothing-to-do', first])
    writeFileSync(join(project.folder, 'page.html'), '<!doctype html><title>of the app</title>')
    const changed = await runIn(project.folder, ['up'])
    expect(changed.stderr).toContain('roll the changed app out')
    expect(changed.stderr).toContain('PASS')
    expect(pids().filter(pid => first.includes(pid))).toHaveLength(1)
  })

  it('prints with --dry-run what it would do, and does nothing', async () => {
    await using project = tinyProject()
    const run = await runIn(project.folder, ['up', '--dry-run'])
    expect(run.exitCode).toBe(0)
    expect(run.stdout).toContain('supervisor-main.js')
    expect(project.processes()).toEqual([])
    const json = JSON.parse((await runIn(project.folder, ['up', '--dry-run', '--json'])).stdout)
    expect(json.outcome).toBe('planned')
    expect(json.steps.map((step: { id: string }) => step.id)).toContain('supervisor.start')
  })
})
