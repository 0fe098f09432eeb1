import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readLinuxProcess } from '../../src/run/real/process-table.ts'
import { runIn, startIn } from '../support/start-cli.ts'
import { tinyProject } from '../support/tiny-project.ts'
import { until } from '../support/until.ts'

/** Moments at which the CLI or the supervisor dies, in milliseconds after the start; a run takes about a second. */
const moments = [60, 120, 180, 240, 300, 400, 500, 650, 800, 1000]

describe('killed with SIGKILL', { timeout: 300_000 }, () => {
  it.each(moments)('after %i ms of up: the next up is green, the next down leaves nothing', async ms => {
    await using project = tinyProject()
    const first = startIn(project.folder, ['up', '--no-verify'])
    await new Promise(resolve => setTimeout(resolve, ms))
    first.kill('SIGKILL')
    await first.done
    const again = await runIn(project.folder, ['up', '--no-verify'])
    expect(`${again.exitCode} ${again.stderr}`).toMatch(/^0 /)
    expect((await runIn(project.folder, ['status'])).exitCode).toBe(0)
    // Three replicas, one supervisor, and one backend process unless the machine's own Redis is used.
    expect(project.processes().length).toBeLessThanOrEqual(5)
    expect((await runIn(project.folder, ['down'])).exitCode).toBe(0)
    expect(project.processes()).toEqual([])
    const left = readdirSync(join(project.folder, '.rtdeploy')).sort()
    expect(left).toEqual(['.gitignore', 'journal.jsonl', 'logs'])
  })

  it.each([50, 150, 300, 600])(
    'the supervisor, %i ms after it began: up says so or goes on, down leaves nothing',
    async ms => {
      await using project = tinyProject()
      const first = startIn(project.folder, ['up', '--no-verify'])
      const supervisor = () => project.processes().find(found => found.command.includes('supervisor-main.js'))
      await until('the supervisor runs', () => supervisor() !== undefined)
      await new Promise(resolve => setTimeout(resolve, ms))
      process.kill(supervisor()?.pid as number, 'SIGKILL')
      const ended = await first.done
      expect([0, 1]).toContain(ended.exitCode)
      if (ended.exitCode === 1) expect(ended.stderr).toContain('the supervisor ended while it was waited for')
      expect((await runIn(project.folder, ['up', '--no-verify'])).exitCode).toBe(0)
      expect((await runIn(project.folder, ['down'])).exitCode).toBe(0)
      expect(project.processes()).toEqual([])
    },
  )

  it('while it wrote a file: what is half written goes with the next run', async () => {
    await using project = tinyProject()
    const root = join(project.folder, '.rtdeploy')
    mkdirSync(root)
    // 2^22 is the highest pid that Linux gives (proc_sys_kernel(5)); this one is past it.
    const dead = `.lock.${2 ** 22 + 1}.0.tmp`
    const writing = `.lock.${process.pid}.0.tmp`
    for (const name of [dead, writing]) writeFileSync(join(root, name), '')
    await runIn(project.folder, ['down'])
    expect([existsSync(join(root, dead)), existsSync(join(root, writing))]).toEqual([false, true])
  })

  it('in the middle of down: the next down finishes it', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    const half = startIn(project.folder, ['down'])
    await new Promise(resolve => setTimeout(resolve, 130))
    half.kill('SIGKILL')
    await half.done
    expect((await runIn(project.folder, ['down'])).exitCode).toBe(0)
    expect(project.processes()).toEqual([])
  })
})

describe('interrupted', { timeout: 120_000 }, () => {
  it('exits 130 on the first Ctrl-C, and the next up goes on', async () => {
    await using project = tinyProject()
    const run = startIn(project.folder, ['up', '--no-verify'])
    await until('the supervisor runs', () => project.processes().length > 0)
    run.kill('SIGINT')
    const ended = await run.done
    expect([ended.exitCode, ended.signal]).toEqual([130, null])
    expect(ended.stderr).toContain('interrupted')
    expect((await runIn(project.folder, ['up', '--no-verify'])).exitCode).toBe(0)
  })

  it('exits 143 on SIGTERM', async () => {
    await using project = tinyProject()
    const run = startIn(project.folder, ['up', '--no-verify'])
    await until('the supervisor runs', () => project.processes().length > 0)
    run.kill('SIGTERM')
    expect((await run.done).exitCode).toBe(143)
  })

  it('gives a running tool exactly one SIGINT and waits for it', async () => {
    await using project = tinyProject()
    const script = `let n = 0; process.on('SIGINT', () => { n++; console.log('SIGINT ' + n); setTimeout(() => process.exit(9), 300) }); console.log('tool runs'); setTimeout(() => {}, 60000)`
    project.edit(yaml => yaml.replace('  start:', `  build: [node, -e, ${JSON.stringify(script)}]\n  start:`))
    const run = startIn(project.folder, ['up', '--verbose'])
    await run.seen('tool runs')
    run.kill('SIGINT')
    const ended = await run.done
    expect(ended.exitCode).toBe(130)
    expect(ended.stderr).toContain('SIGINT 1')
    expect(ended.stderr).not.toContain('SIGINT 2')
    expect(project.processes()).toEqual([])
  })

  it('does not crash when the reader of stdout leaves', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    const { execFileSync } = await import('node:child_process')
    const { cliPath } = await import('../support/run-cli.ts')
    const line = `"${process.execPath}" "${cliPath}" status 2>&1 >/dev/full | head -1; "${process.execPath}" "${cliPath}" status --json | head -1`
    const shown = execFileSync('bash', ['-c', line], { cwd: project.folder, encoding: 'utf8' })
    expect(shown).not.toContain('EPIPE')
    expect(shown).toContain('{')
    expect(readLinuxProcess(project.state().supervisor.pid)).toBeDefined()
  })
})
