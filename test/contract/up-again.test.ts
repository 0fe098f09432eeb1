import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { runIn } from '../support/start-cli.ts'
import { tinyProject } from '../support/tiny-project.ts'

describe('up, while the app runs already,', { timeout: 120_000 }, () => {
  it('moves the front door to another port and ends nothing', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    const pids = () => project.state().children.map(child => child.process?.pid)
    const [before, old] = [pids(), project.state().url]
    const port = await freePort()
    const run = await runIn(project.folder, ['up', '--no-verify', '--port', String(port)])
    expect(`${run.exitCode} ${run.stderr}`).toMatch(/^0 /)
    expect(run.stderr).toContain(`front door: to port ${port}`)
    expect([pids(), project.state().url]).toEqual([before, `http://127.0.0.1:${port}`])
    expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200)
    await expect(fetch(old)).rejects.toThrow()
    const again = await runIn(project.folder, ['up', '--no-verify', '--port', String(port), '--json'])
    expect(JSON.parse(again.stdout).outcome).toBe('nothing-to-do')
  })

  it('keeps it when what it should change to is not there', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    const before = project.state().supervisor.pid
    const run = await runIn(project.folder, ['up'], { REDIS_URL: 'redis://127.0.0.1:1' })
    expect(run.exitCode).toBe(3)
    expect(run.stderr).toContain('nothing takes connections at 127.0.0.1:1, which REDIS_URL names')
    expect([project.state().supervisor.pid, project.state().phase]).toEqual([before, 'up'])
  })

  it('says before it restarts that what is in MongoDB goes', async () => {
    await using project = tinyProject()
    project.edit(yaml => yaml.replace('mongo: "off"', 'mongo: embedded'))
    await runIn(project.folder, ['up', '--no-verify'])
    project.edit(yaml => yaml.replace('local:', 'local:\n  env: { NEW: "1" }'))
    const plan = await runIn(project.folder, ['up', '--dry-run'])
    expect(plan.stdout).toContain('what was kept in MongoDB goes with them')
    expect((await runIn(project.folder, ['down'])).stderr).toContain(
      'what was kept in MongoDB goes with them',
    )
  })
})

describe('a port that is taken', { timeout: 120_000 }, () => {
  it.runIf(process.platform === 'linux')('by another project is told with its folder', async () => {
    await using first = tinyProject()
    await using second = tinyProject()
    await runIn(first.folder, ['up', '--no-verify'])
    const run = await runIn(second.folder, ['up', '--port', new URL(first.state().url).port])
    expect(run.exitCode).toBe(3)
    expect(run.stderr).toContain(`is taken by another rtdeploy project: ${first.folder}`)
    expect(run.stderr).toContain(`cd ${first.folder} && rtdeploy down`)
  })
})

describe('the last words of an app that cannot start', { timeout: 120_000 }, () => {
  it('are those of this run', async () => {
    await using project = tinyProject()
    const server = join(project.folder, 'server.mjs')
    writeFileSync(server, 'console.log("words of the first run"); process.exit(1)\n')
    expect((await runIn(project.folder, ['up'])).stderr).toContain('words of the first run')
    writeFileSync(server, 'console.log("words of the second run"); process.exit(1)\n')
    const run = await runIn(project.folder, ['up'])
    expect(run.stderr).toContain('words of the second run')
    expect(run.stderr).not.toContain('words of the first run')
  })
})
