import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readLinuxProcess } from '../../../src/run/real/process-table.ts'
import { packageRoot, temporaryFolder } from '../../support/run-cli.ts'
import { until } from '../../support/until.ts'

/** Takes the lock, says so, holds it until its input ends, lets it go: `node stdin.js <folder>`. */
const program = `
import { acquireLock } from './src/run/lock.ts'
import { createRealHost } from './src/run/real-host.ts'
const { env, stdin, stdout, stderr } = process
const [folder] = process.argv.slice(2)
const host = createRealHost({ env, cwd: '/', packageRoot: '/', streams: { stdin, stdout, stderr }, interrupted: new AbortController().signal })
try {
  const lock = await acquireLock(host, folder, 'rtdeploy up', 'here')
  stdout.write('held\\n')
  for await (const _ of stdin);
  await lock.release()
  stdout.write('released\\n')
} catch (error) {
  stdout.write(error.code + ': ' + error.message + '\\n')
  process.exitCode = error.exitCode ?? 70
}
`

interface Racer {
  readonly pid: number
  readonly done: Promise<{ readonly exitCode: number | null; readonly told: string }>
  readonly held: Promise<void>
  release(): void
  kill(): void
}

describe.skipIf(process.platform !== 'linux')('the lock', { timeout: 120_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let holder: string
  beforeAll(async () => {
    folder = await temporaryFolder()
    holder = join(folder.path, 'bundle/stdin.js')
    await build({
      stdin: { contents: program, resolveDir: packageRoot, loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      outdir: join(folder.path, 'bundle'),
      splitting: true,
      // Only loaded when a command runs or a question is asked.
      external: ['execa', '@inquirer/prompts'],
      logLevel: 'error',
    })
    writeFileSync(join(folder.path, 'bundle/package.json'), '{"type":"module"}')
  })
  afterAll(() => folder[Symbol.asyncDispose]())

  const project = (name: string) => join(folder.path, name)
  const start = (name: string): Racer => {
    const child = spawn(process.execPath, [holder, project(name)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    let told = ''
    const held = new Promise<void>((resolve, reject) => {
      child.on('close', () => reject(new Error(`ended without the lock: ${told}`)))
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        told += text
        if (told.includes('held')) resolve()
      })
    })
    held.catch(() => undefined)
    child.stdin.on('error', () => undefined)
    const done = new Promise<{ exitCode: number | null; told: string }>(resolve =>
      child.on('close', exitCode => resolve({ exitCode, told })),
    )
    return {
      pid: child.pid as number,
      done,
      held,
      release: () => void child.stdin.end(),
      kill: () => void child.kill('SIGKILL'),
    }
  }
  const plant = (name: string, contents: string) => {
    mkdirSync(project(name), { recursive: true })
    writeFileSync(join(project(name), 'lock'), contents)
  }
  /** Twenty at once; the one that wins lets go when all others have given up. */
  const race = async (name: string) => {
    const racers = Array.from({ length: 20 }, () => start(name))
    let ended = 0
    for (const racer of racers) void racer.done.then(() => ended++)
    await until('nineteen have given up', () => ended >= 19, 60_000)
    for (const racer of racers) racer.release()
    return Promise.all(racers.map(racer => racer.done))
  }
  const once = (name: string) => {
    const racer = start(name)
    racer.release()
    return racer.done
  }
  const taken = async (name: string) => {
    expect(await once(name)).toEqual({ exitCode: 0, told: 'held\nreleased\n' })
    expect(readdirSync(project(name))).toEqual([])
  }
  const dead = async () => {
    const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' })
    const id = readLinuxProcess(child.pid as number)
    await new Promise(resolve => child.on('close', resolve))
    return id ?? { pid: child.pid as number, startedAt: 'gone' }
  }
  const holderText = (fields: object) =>
    JSON.stringify({ machine: 'here', command: 'rtdeploy up', since: 0, ...fields })

  it.each([1, 2, 3])(
    'has one winner of twenty that start together, and the losers exit 4 (round %i)',
    async round => {
      const ends = await race(`race-${round}`)
      const winners = ends.filter(end => end.exitCode === 0)
      const losers = ends.filter(end => end.exitCode === 4)
      expect([winners.length, losers.length]).toEqual([1, 19])
      for (const loser of losers) expect(loser.told).toMatch(/^lock\.held: .*holds the lock of this project/)
      expect(readdirSync(project(`race-${round}`))).toEqual([])
    },
  )

  it('goes to one of twenty when its holder is dead', async () => {
    plant('stale-race', holderText(await dead()))
    const ends = await race('stale-race')
    expect(ends.filter(end => end.exitCode === 0)).toHaveLength(1)
    expect(ends.filter(end => end.exitCode === 4)).toHaveLength(19)
  })

  it('goes to one of twenty when two died in a row, one of them while it broke the lock', async () => {
    plant('double', holderText(await dead()))
    writeFileSync(join(project('double'), 'lock.breaking'), holderText(await dead()))
    writeFileSync(join(project('double'), 'lock.breaking.breaking'), holderText(await dead()))
    const ends = await race('double')
    expect(ends.filter(end => end.exitCode === 0)).toHaveLength(1)
    expect(readdirSync(project('double'))).toEqual([])
  })

  it('is free again after kill -9 of its holder', async () => {
    const first = start('killed')
    await first.held
    expect((await once('killed')).told).toContain(`process ${first.pid}, for `)
    first.kill()
    await first.done
    await taken('killed')
  })

  it('is not kept by a process that has the pid of the dead holder', async () => {
    plant('reused', holderText({ pid: process.pid, startedAt: 'another boot-1' }))
    await taken('reused')
  })

  it('is never broken when another machine holds it', async () => {
    const text = holderText({ pid: 1, startedAt: 'x', machine: 'elsewhere', since: Date.now() - 90_000 })
    plant('elsewhere', text)
    const end = await once('elsewhere')
    expect(end).toMatchObject({
      exitCode: 4,
      told: expect.stringMatching(/process 1 on elsewhere, for 9\d s/),
    })
    expect(readFileSync(join(project('elsewhere'), 'lock'), 'utf8')).toBe(text)
  })

  it.each([
    ['empty', ''],
    ['half written', '{"pid":'],
    ['not JSON', 'garbage \u0000'],
    ['null', 'null'],
    ['a list', '[]'],
    ['without a pid', '{"machine":"here"}'],
    ['with a pid that is none', holderText({ pid: 'x/../self', startedAt: 'y' })],
    ['with a pid below zero', holderText({ pid: -1, startedAt: 'y' })],
  ])('is taken over when the file is %s', async (what, contents) => {
    plant(`garbage ${what}`, contents)
    await taken(`garbage ${what}`)
  })

  it('lets go only of what it holds itself', async () => {
    const first = start('robbed')
    await first.held
    const text = holderText({ pid: process.pid, ...readLinuxProcess(process.pid) })
    writeFileSync(join(project('robbed'), 'lock'), text)
    first.release()
    await first.done
    expect(existsSync(join(project('robbed'), 'lock'))).toBe(true)
  })
})
