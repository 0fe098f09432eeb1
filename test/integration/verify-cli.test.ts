import { spawn } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exitCodes } from '../../src/errors.ts'
import type { Report } from '../../src/report/report.ts'
import { cliPath, runCli, temporaryFolder } from '../support/run-cli.ts'
import { startBalancer } from '../support/socketio-balancer.ts'
import { answering, http, startRawServer } from '../support/socketio-raw-server.ts'
import { startReplicas } from '../support/socketio-replicas.ts'
import { until } from '../support/until.ts'

const quick = ['--replicas', '3', '--idle', '1']

describe('rtdeploy verify URL', () => {
  it('exits 0 with one JSON document when all is well', async () => {
    await using folder = await temporaryFolder()
    await using replicas = await startReplicas()
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
    const run = await runCli(['verify', balancer.url, ...quick, '--json', '--html', 'report.html'], {
      cwd: folder.path,
    })
    expect(run.exitCode).toBe(exitCodes.done)
    const report = JSON.parse(run.stdout) as Report
    expect(report.checks.map(check => check.status)).not.toContain('fail')
    expect(report.result).toMatchObject({ observations: { target: { url: balancer.url } } })
    expect(await readFile(join(folder.path, 'report.html'), 'utf8')).toContain(
      'Verified: sessions stay whole',
    )
  })

  it.each([
    ['.', 'is a folder'],
    ['missing/report.html', 'the folder of --html is not there'],
    ['notes.txt', 'it is no page of rtdeploy'],
  ])('refuses --html %s before it measures, and changes nothing', async (file, message) => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'notes.txt'), 'mine')
    const run = await runCli(['verify', 'http://127.0.0.1:1', '--html', file], { cwd: folder.path })
    expect(run.exitCode).toBe(exitCodes.usage)
    expect(run.stderr).toContain(message)
    expect(await readdir(folder.path)).toEqual(['notes.txt'])
    expect(await readFile(join(folder.path, 'notes.txt'), 'utf8')).toBe('mine')
  })

  it('says that there is no page when nothing was measured', async () => {
    await using folder = await temporaryFolder()
    const run = await runCli(['verify', 'http://127.0.0.1:1', '--html', 'r.html'], { cwd: folder.path })
    expect(run.stderr).toContain('r.html was not written')
    expect(await readdir(folder.path)).toEqual([])
  })

  it('exits 5 and names trap and fix when affinity is off', async () => {
    await using folder = await temporaryFolder()
    await using replicas = await startReplicas()
    await using balancer = await startBalancer({ mode: 'round-robin', ports: replicas.ports })
    const run = await runCli(['verify', balancer.url, ...quick], { cwd: folder.path })
    expect(run.exitCode).toBe(exitCodes.checkFailed)
    const text = run.stdout + run.stderr
    expect(text).toContain('RT008')
    expect(text).toContain('session affinity by cookie')
  })

  it('exits 3 for a server that is not there, with a hint', async () => {
    await using folder = await temporaryFolder()
    const run = await runCli(['verify', 'http://127.0.0.1:1'], { cwd: folder.path })
    expect(run.exitCode).toBe(exitCodes.missing)
    expect(run.stderr).toMatch(/error: .*ECONNREFUSED[\s\S]*hint: [\s\S]*code: target\.unreachable/)
  })

  it('exits 2 for a server that is not Socket.IO, with what it said', async () => {
    await using folder = await temporaryFolder()
    await using server = await startRawServer(answering(() => http(404, '<h1>Nothing here</h1>')))
    const run = await runCli(['verify', server.url], { cwd: folder.path })
    expect(run.exitCode).toBe(exitCodes.usage)
    expect(run.stderr).toMatch(/answered 404 Nothing here[\s\S]*code: target\.not-socketio/)
  })

  it('ends on Ctrl-C with 130 and leaves no connection', async () => {
    await using folder = await temporaryFolder()
    await using replicas = await startReplicas()
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
    const child = spawn(process.execPath, [cliPath, 'verify', balancer.url, '--idle', '600'], {
      cwd: folder.path,
      stdio: 'ignore',
    })
    const ended = new Promise<number | null>(resolve => child.on('close', code => resolve(code)))
    await until('verify is connected', () => replicas.all.some(replica => replica.io.engine.clientsCount > 0))
    child.kill('SIGINT')
    expect(await ended).toBe(exitCodes.interrupted)
    await until('no connection is left', () => balancer.open() === 0)
  })
})
