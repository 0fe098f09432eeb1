import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runIn, startIn } from '../support/start-cli.ts'
import { tinyProject } from '../support/tiny-project.ts'
import { until } from '../support/until.ts'

const client = `require('node:http').createServer((q, s) => s.end('client of ' + process.env.SERVER_URL)).listen(process.env.PORT, '127.0.0.1')`

describe('dev', { timeout: 120_000 }, () => {
  it('runs in the foreground, restarts replicas when the server changes, and leaves nothing after Ctrl-C', async () => {
    await using project = tinyProject()
    writeFileSync(join(project.folder, 'client.cjs'), client)
    // A package manager starts a shell and the shell the program: all three must end.
    project.edit(yaml => `${yaml}dev:\n  watch: [out]\n  client: [sh, -c, "node client.cjs; true"]\n`)
    const run = startIn(project.folder, ['dev'])
    await run.seen('Ctrl-C ends it')
    const state = project.state()
    const url = state.clientUrl as string
    await until('the client answers', async () => (await fetch(url).catch(() => undefined))?.status === 200)
    expect(await (await fetch(url)).text()).toBe(`client of ${state.url}`)

    const before = state.children.filter(child => child.kind === 'replica').map(child => child.process?.pid)
    mkdirSync(join(project.folder, 'out'))
    writeFileSync(join(project.folder, 'out', 'server.js'), 'changed')
    await until('all replicas are new', () => {
      const now = project.state().children.filter(child => child.kind === 'replica')
      return (
        now.length === 3 &&
        now.every(child => child.state === 'running' && !before.includes(child.process?.pid))
      )
    })
    await run.seen('tiny-2 listens')

    run.kill('SIGINT')
    const ended = await run.done
    expect(ended.exitCode).toBe(0)
    await until('nothing is left', () => project.processes().length === 0)
  })

  it('watches the sources of an app that names no folder, shows what builds write, and its address once', async () => {
    await using project = tinyProject()
    const build = 'console.log("error TS2304"); setInterval(() => {}, 60_000)'
    project.edit(yaml => `${yaml}dev:\n  build: [node, -e, ${JSON.stringify(build)}]\n`)
    const run = startIn(project.folder, ['dev'])
    await run.seen('build  | error TS2304')
    await run.seen('Ctrl-C ends it')
    await run.seen('tiny-0 | ')
    const before = project.state().children.map(child => child.process?.pid)
    const server = join(project.folder, 'server.mjs')
    writeFileSync(server, readFileSync(server, 'utf8').replace('listens', 'listens anew'))
    await run.seen('tiny-2 listens anew')
    const now = project.state().children.filter(child => child.kind === 'replica')
    expect(now.filter(child => before.includes(child.process?.pid))).toEqual([])
    run.kill('SIGINT')
    const { stdout, stderr } = await run.done
    expect(`${stdout}${stderr}`.split('http://127.0.0.1').length).toBe(2)
  })

  it('does not end what up started, but says how', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    const { pid } = project.state().supervisor
    const run = await runIn(project.folder, ['dev'])
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining('code: local.running')])
    expect(run.stderr).toContain('hint: rtdeploy down, then rtdeploy dev')
    expect(project.state().supervisor.pid).toBe(pid)
  })

  it('lets no second dev or up in while it runs', async () => {
    await using project = tinyProject()
    const run = startIn(project.folder, ['dev'])
    await run.seen('Ctrl-C ends it')
    const second = await startIn(project.folder, ['up']).done
    expect(second.exitCode).toBe(4)
    expect(second.stderr).toContain('`rtdeploy dev` holds the lock')
    const down = await runIn(project.folder, ['down'])
    expect(down.stderr).toContain(`press Ctrl-C in the terminal where it runs, or: kill -INT ${run.pid}`)
    run.kill('SIGTERM')
    await run.done
    expect(project.processes()).toEqual([])
  })
})
