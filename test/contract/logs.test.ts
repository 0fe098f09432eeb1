import { describe, expect, it } from 'vitest'
import { runIn, startIn } from '../support/start-cli.ts'
import { tinyProject } from '../support/tiny-project.ts'

describe('logs', { timeout: 120_000 }, () => {
  it('shows the replicas that run, and any other log by its name', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    await runIn(project.folder, ['up', '--no-verify', '--replicas', '1'])
    const all = await runIn(project.folder, ['logs'])
    expect([all.stdout.includes('tiny-0 | '), all.stdout.includes('tiny-2')]).toEqual([true, false])
    expect((await runIn(project.folder, ['logs', 'tiny-2'])).stdout).toContain('tiny-2 listens')
    await runIn(project.folder, ['down'])
    expect((await runIn(project.folder, ['logs'])).stdout).toContain('tiny-2 | ')
  })

  it('-f ends with a word when the app is taken down', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    const following = startIn(project.folder, ['logs', '-f'])
    await following.seen('tiny-0 | ')
    await runIn(project.folder, ['down'])
    const ended = await following.done
    expect([ended.exitCode, ended.stderr]).toEqual([0, expect.stringContaining('the app was taken down')])
    const waiting = startIn(project.folder, ['logs', '-f'])
    await waiting.seen('nothing runs here now')
    waiting.kill('SIGINT')
    expect((await waiting.done).exitCode).toBe(0)
  })

  it('refuses -f with --json, which would have no end', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    const run = await runIn(project.folder, ['logs', '-f', '--json'])
    expect([run.exitCode, JSON.parse(run.stdout).error.code]).toEqual([2, 'usage.invalid'])
  })
})
