import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot, runProgram, temporaryFolder } from '../support/run-cli.ts'
import { runIn, startIn } from '../support/start-cli.ts'
import { tinyProject } from '../support/tiny-project.ts'
import { until } from '../support/until.ts'

/** A copy of the built package in which something can be broken. */
/** An installation that lacks a file. */
function brokenPackage(folder: string): string {
  for (const name of ['bin', 'dist', 'package.json'])
    cpSync(join(packageRoot, name), join(folder, 'package', name), { recursive: true })
  rmSync(join(folder, 'package/dist/chat-template.json.br'))
  return join(folder, 'package/bin/rtdeploy.js')
}

describe('exit code', { timeout: 120_000 }, () => {
  it.each([
    [['--help']],
    [['-h']],
    [['help']],
    [['help', 'up']],
    [['up', '--help']],
    [['--version']],
    [['-V']],
    [[]],
  ])('0 for %j', async args => {
    await using folder = await temporaryFolder()
    const run = await runIn(folder.path, args)
    expect([run.exitCode, run.stderr]).toEqual([0, ''])
    expect(run.stdout).not.toBe('')
  })

  it('0 for up, status and down of a healthy app, and again when there is nothing to do', async () => {
    await using project = tinyProject()
    const lines = [['up', '--no-verify'], ['up'], ['status'], ['logs'], ['down'], ['down'], ['status']]
    for (const args of lines) {
      const run = await runIn(project.folder, args)
      expect(`${args.join(' ')}: ${run.exitCode} ${run.exitCode === 0 ? '' : run.stderr}`).toBe(
        `${args.join(' ')}: 0 `,
      )
    }
  })

  it('1 when a step fails, with the command, what it wrote and where the rest is', async () => {
    await using project = tinyProject()
    const script = 'console.error("no such module"); process.exit(9)'
    project.edit(yaml => yaml.replace('  start:', `  build: [node, -e, ${JSON.stringify(script)}]\n  start:`))
    const run = await runIn(project.folder, ['up'])
    expect(run.exitCode).toBe(1)
    expect(run.stderr).toContain(`error: node exited with 9\n  $ node -e '${script}'\n    no such module`)
    expect(run.stderr).toContain('code: tool.failed')
    expect(project.processes()).toEqual([])
  })

  it.each([
    ['an unknown verb', ['upp'], "unknown command 'upp'", 'Did you mean up?'],
    ['help for an unknown verb', ['help', 'nosuch'], "unknown command 'nosuch'", 'rtdeploy --help'],
    ['an unknown flag', ['up', '--replica', '3'], "unknown option '--replica'", 'Did you mean --replicas?'],
    ['an unknown flag before the verb', ['--nope', 'up'], "unknown option '--nope'", 'rtdeploy'],
    ['a flag without its value', ['verify', '--sessions'], 'argument missing', 'rtdeploy verify --help'],
    ['a word too many', ['down', 'now'], "too many arguments for 'down'", 'rtdeploy down --help'],
    [
      'a word that is no choice',
      ['up', '--affinity', 'sticky'],
      'none, client-ip, cookie',
      'rtdeploy up --help',
    ],
    [
      'a header without a colon',
      ['verify', 'http://127.0.0.1:1', '--header', 'x'],
      '--header takes name:value',
      '--header',
    ],
    [
      'an auth that is no object',
      ['verify', 'http://127.0.0.1:1', '--auth', '[1]'],
      '--auth takes a JSON object',
      '--auth',
    ],
    ['no project', ['up'], 'no rtdeploy.yaml', 'rtdeploy init'],
    ['no project to look at', ['status'], 'no rtdeploy.yaml', 'rtdeploy init'],
    ['no project to take down', ['down'], 'no rtdeploy.yaml', 'rtdeploy init'],
    ['no project to measure', ['verify'], 'no rtdeploy.yaml', 'rtdeploy init'],
    ['no project with logs', ['logs'], 'no rtdeploy.yaml', 'rtdeploy init'],
  ])('2 for %s', async (_what, args, message, hint) => {
    await using folder = await temporaryFolder()
    const run = await runIn(folder.path, args)
    const [error, ...rest] = run.stderr.trimEnd().split('\n')
    expect([run.exitCode, run.stdout]).toEqual([2, ''])
    expect(error).toMatch(/^error: /)
    expect(error).toContain(message)
    expect(rest.at(-2)).toMatch(/^hint: /)
    expect(rest.at(-2)).toContain(hint)
    expect(rest.at(-1)).toMatch(/^code: [a-z-]+\.[a-z-]+$/)
  })

  it.each(['', ' ', 'x', '-1', '21', '1.5', '1e1', '0x3', 'NaN', 'Infinity', '3 ', '٣', '9'.repeat(400)])(
    '2 for --replicas %j',
    async value => {
      await using folder = await temporaryFolder()
      const run = await runIn(folder.path, ['up', `--replicas=${value}`])
      expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining('whole number from 1 to 20')])
    },
  )

  it('3 when there is nothing to measure, and when a stand-in is refused', async () => {
    await using project = tinyProject()
    const verified = await runIn(project.folder, ['verify'])
    expect([verified.exitCode, verified.stderr]).toEqual([3, expect.stringContaining('hint: rtdeploy up')])
    const real = await runIn(project.folder, ['up', '--redis', 'embedded', '--require-real'])
    expect([real.exitCode, real.stderr]).toEqual([3, expect.stringContaining('--require-real')])
    expect(project.processes()).toEqual([])
  })

  it.each(['18.20.4', '19.9.0', '20.18.3', '21.7.3', '22.11.0'])(
    '3 for Node %s, in one sentence',
    async version => {
      await using folder = await temporaryFolder()
      const preload = join(folder.path, 'version.cjs')
      const versions = `{ ...process.versions, node: '${version}' }`
      writeFileSync(preload, `Object.defineProperty(process, 'versions', { value: ${versions} })\n`)
      const cli = join(packageRoot, 'bin/rtdeploy.js')
      const run = await runProgram(process.execPath, ['-r', preload, cli, 'status'], { cwd: folder.path })
      expect([run.exitCode, run.stdout]).toEqual([3, ''])
      expect(run.stderr).toContain(
        `error: rtdeploy needs Node 20.19 or later, or 22.12 or later; this is Node ${version}\n`,
      )
      expect(run.stderr).toContain('hint: ')
      expect(run.stderr).toContain('code: node.too-old\n')
    },
  )

  it('4 while another run holds the lock, for up and down; status, logs and verify go on', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify'])
    const script = 'console.log("holding"); setTimeout(() => {}, 60_000)'
    project.edit(yaml => yaml.replace('  start:', `  build: [node, -e, ${JSON.stringify(script)}]\n  start:`))
    const holder = startIn(project.folder, ['up', '--verbose'])
    await holder.seen('holding')
    for (const verb of ['up', 'down', 'dev']) {
      const run = await runIn(project.folder, [verb])
      expect([verb, run.exitCode]).toEqual([verb, 4])
      expect(run.stderr).toContain(
        `error: \`rtdeploy up\` holds the lock of this project: process ${holder.pid}, for`,
      )
      expect(run.stderr).toContain('code: lock.held')
    }
    for (const args of [
      ['status'],
      ['logs'],
      ['verify', '--idle', '1'],
      ['up', '--dry-run'],
      ['down', '--dry-run'],
    ])
      expect([args, (await runIn(project.folder, args)).exitCode]).toEqual([args, 0])
    holder.kill('SIGINT')
    expect((await holder.done).exitCode).toBe(130)
  })

  it('5 when it runs but is not well', async () => {
    await using project = tinyProject()
    await runIn(project.folder, ['up', '--no-verify', '--affinity', 'none'])
    expect((await runIn(project.folder, ['verify', '--idle', '1'])).exitCode).toBe(5)
    const victim = project.state().children.find(child => child.name === 'tiny-1')?.process?.pid as number
    process.kill(victim, 'SIGSTOP')
    await until('status is red', async () => (await runIn(project.folder, ['status'])).exitCode === 5)
    const status = await runIn(project.folder, ['status'])
    expect(status.stdout).toMatch(/FAIL/)
    process.kill(victim, 'SIGCONT')
  })

  it('70 for a bug of ours, with the stack and where to tell it', async () => {
    await using folder = await temporaryFolder()
    const cli = brokenPackage(folder.path)
    mkdirSync(join(folder.path, 'here'))
    const options = { cwd: join(folder.path, 'here') }
    const run = await runProgram(process.execPath, [cli, 'init', 'chat', '--yes'], options)
    expect([run.exitCode, run.stdout]).toEqual([70, ''])
    expect(run.stderr).toMatch(/^error: rtdeploy has a bug: /)
    expect(run.stderr).toContain('    at ')
    expect(run.stderr).toContain('rtdeploy doctor --json')
    expect(run.stderr).toContain('code: rtdeploy.bug')
    const json = await runProgram(process.execPath, [cli, 'init', 'chat', '--yes', '--json'], options)
    expect([json.exitCode, JSON.parse(json.stdout).error.code]).toEqual([70, 'rtdeploy.bug'])
  })

  it('70 for a bug that nobody waits for, and an end of all when it is the supervisor that has it', async () => {
    await using project = tinyProject()
    const preload = join(project.folder, 'preload.cjs')
    writeFileSync(
      preload,
      `const { existsSync } = require('fs')
      const watch = name => process.argv[1]?.includes(name) && setInterval(() => {
        if (existsSync(${JSON.stringify(project.folder)} + '/throw-in-' + name)) throw new Error('bang')
      }, 50).unref()
      for (const name of ['rtdeploy.js', 'supervisor-main.js']) watch(name)`,
    )
    const env = { NODE_OPTIONS: `-r ${preload}` }
    expect((await runIn(project.folder, ['up', '--no-verify'], env)).exitCode).toBe(0)
    const logs = startIn(project.folder, ['logs', '-f'], env)
    await logs.seen('listens')
    writeFileSync(join(project.folder, 'throw-in-rtdeploy.js'), '')
    const ended = await logs.done
    expect([ended.exitCode, ended.stderr]).toEqual([70, expect.stringContaining('rtdeploy has a bug: bang')])
    writeFileSync(join(project.folder, 'throw-in-supervisor-main.js'), '')
    await until('all have ended', () => project.processes().length === 0)
    const log = await runIn(project.folder, ['logs', 'supervisor'])
    expect(log.stdout).toContain('Error: bang')
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('for %s is %i, in the middle of up, verify and logs -f', async (signal, code) => {
    await using project = tinyProject()
    const up = startIn(project.folder, ['up', '--no-verify'])
    await until('something runs', () => project.processes().length > 0)
    up.kill(signal)
    const ended = await up.done
    expect([ended.exitCode, ended.signal]).toEqual([code, null])
    expect(ended.stderr).toContain('interrupted')
    expect((await runIn(project.folder, ['up', '--no-verify'])).exitCode).toBe(0)
    const verify = startIn(project.folder, ['verify', '--idle', '60', '--verbose'])
    await until(
      'it is measured',
      async () => Number((await status(project.folder)).frontDoor.connections) > 1,
    )
    verify.kill(signal)
    const measured = await verify.done
    expect([measured.exitCode, measured.stderr.includes('bug')]).toEqual([code, false])
    const logs = startIn(project.folder, ['logs', '-f'])
    await logs.seen('listens')
    logs.kill(signal)
    expect((await logs.done).exitCode).toBe(0)
  })

  it('is that of the signal for the second Ctrl-C, at once', async () => {
    await using project = tinyProject()
    const script =
      'process.on("SIGINT", () => console.log("not yet")); console.log("ready"); setTimeout(() => {}, 60_000)'
    project.edit(yaml => yaml.replace('  start:', `  build: [node, -e, ${JSON.stringify(script)}]\n  start:`))
    const run = startIn(project.folder, ['up', '--verbose'])
    await run.seen('ready')
    run.kill('SIGINT')
    await run.seen('not yet')
    run.kill('SIGINT')
    const ended = await run.done
    expect([ended.exitCode, ended.stderr]).toEqual([130, expect.stringContaining('interrupted again')])
    expect((await runIn(project.folder, ['down'])).exitCode).toBe(0)
    expect(project.processes()).toEqual([])
  })
})

async function status(folder: string): Promise<{ frontDoor: { connections: number } }> {
  return JSON.parse((await runIn(folder, ['status', '--json'])).stdout).result
}
