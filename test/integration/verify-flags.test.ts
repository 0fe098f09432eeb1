import { describe, expect, it } from 'vitest'
import { exitCodes } from '../../src/errors.ts'
import type { Check, Report } from '../../src/report/report.ts'
import { runCli, temporaryFolder } from '../support/run-cli.ts'
import { startBalancer } from '../support/socketio-balancer.ts'
import { startReplicas } from '../support/socketio-replicas.ts'

const message = '["message",{"room":"$room","text":"$text"}]'
const quick = ['--replicas', '3', '--idle', '0', '--json']

describe('rtdeploy verify URL, for a server that no rtdeploy.yaml describes', () => {
  it('sends messages across replicas by --join, --send and --receive', async () => {
    await using folder = await temporaryFolder()
    await using replicas = await startReplicas()
    await using balancer = await startBalancer({ mode: 'cookie', ports: replicas.ports })
    const flags = ['--join', '["join","$room"]', '--send', message, '--receive', 'message']
    const run = await runCli(['verify', balancer.url, ...quick, ...flags], { cwd: folder.path })
    const fanOut = (JSON.parse(run.stdout) as Report).checks.find(
      check => check.id === 'fan-out.delivery',
    ) as Check
    expect([run.exitCode, fanOut.status, fanOut.data?.replicas]).toEqual([exitCodes.done, 'pass', 3])
  })

  it.each([
    [['--send', message], 'need both --send and --receive'],
    [['--send', 'message', '--receive', 'message'], '--send takes a JSON list'],
    [['--send', '{"a":1}', '--receive', 'message'], '--send takes a JSON list'],
    [['--send', message, '--receive', 'message', '--join', '[1]'], '--join takes a JSON list'],
  ])('refuses %j before it connects, with an example', async (flags, message) => {
    await using folder = await temporaryFolder()
    const run = await runCli(['verify', 'http://127.0.0.1:1', ...flags], { cwd: folder.path })
    expect(run.exitCode).toBe(exitCodes.usage)
    expect(run.stderr).toContain(message)
    expect(run.stderr).toContain(`--send '["message","$text"]' --receive message`)
  })

  it('names flags in its fixes, and no file that is not there', async () => {
    await using folder = await temporaryFolder()
    await using replicas = await startReplicas({ count: 1, names: 'none' })
    const url = `http://127.0.0.1:${replicas.ports[0]}`
    const run = await runCli(['verify', url, '--idle', '0'], { cwd: folder.path })
    const text = run.stdout + run.stderr
    expect(text).toContain('--identity')
    expect(text).toContain('--send')
    expect(text).not.toContain('rtdeploy.yaml')
    const wrong = await runCli(['verify', url, '--namespace', '/nope'], { cwd: folder.path })
    expect(wrong.stderr).toContain('hint: give the right one: --namespace /NAME')
  })
})
