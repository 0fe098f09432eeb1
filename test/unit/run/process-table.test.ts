import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  parsePs,
  psEnvironment,
  readLinuxProcess,
  readLinuxProcesses,
  readSelf,
  startTime,
} from '../../../src/run/real/process-table.ts'

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../recorded/ps/procps-4.0.2.json'), 'utf8'),
) as { readonly stdout: string }
const hasPs = ['/bin/ps', '/usr/bin/ps'].some(path => existsSync(path))
const onLinux = process.platform === 'linux'

describe('parsePs', () => {
  it('reads pid, start time, command and the mark of the run', () => {
    const startedAt = 'Sat Nov 21 12:25:04 2026'
    expect(parsePs(recorded.stdout)).toMatchObject([
      { pid: 29287, startedAt, run: '0123456789abcdef' },
      { pid: 29288, startedAt, run: 'fedcba9876543210' },
      {
        pid: 29289,
        startedAt,
        run: undefined,
        command: expect.stringMatching(/^odd\) name {2}with {2}spaces/),
      },
      { pid: 29290, startedAt, run: undefined },
    ])
  })

  it('gives the same start time for a day of one digit, however it is padded', () => {
    const [first, second] = parsePs('  7 Sun Nov  1 09:00:00 2026 a\n  7 Sun Nov 1 09:00:00 2026 a\n')
    expect(first?.startedAt).toBe('Sun Nov 1 09:00:00 2026')
    expect(second).toEqual(first)
  })

  it.each(['', '\n\n', 'PID STARTED COMMAND', '12 something else', '-1 Sun Nov 1 09:00:00 2026 x', '\u0000'])(
    'reads over a line that does not fit: %j',
    line => expect(parsePs(line)).toEqual([]),
  )

  it.skipIf(!hasPs)('agrees with what ps says of this machine', () => {
    const env = { PATH: process.env.PATH, ...psEnvironment }
    const all = ['axeww', '-o', 'pid=', '-o', 'lstart=', '-o', 'command=']
    const stdout = execFileSync('ps', all, { encoding: 'utf8', env, maxBuffer: 1 << 26 })
    const mine = parsePs(stdout).find(found => found.pid === process.pid)
    const asked = execFileSync('ps', ['-o', 'lstart=', '-p', String(process.pid)], { encoding: 'utf8', env })
    expect(mine?.startedAt).toBe(startTime(asked))
  })
})

describe.skipIf(!onLinux)('the process table of Linux', () => {
  it('knows this process, and only while its start time fits', () => {
    const self = readSelf(process.env)
    expect(self).toEqual(readLinuxProcess(process.pid))
    expect(self.startedAt).toMatch(/^[0-9a-f]+-\d+$/)
  })

  it('tells the mark, the folder and the command of a process whose name is odd', async () => {
    const child = spawn('bash', ['-c', 'exec -a "odd) R 1 (name" sleep 60'], {
      cwd: '/tmp',
      env: { PATH: process.env.PATH, RTDEPLOY_RUN: 'cafe' },
      stdio: 'ignore',
    })
    const pid = child.pid as number
    await expect
      .poll(() => readLinuxProcesses().find(one => one.pid === pid)?.command, { timeout: 20_000 })
      .toMatch(/^odd\) R 1 \(name/)
    expect(readLinuxProcesses().find(one => one.pid === pid)).toMatchObject({ run: 'cafe', cwd: '/tmp' })
    expect(readLinuxProcess(pid)?.startedAt).toMatch(/-\d+$/)
    child.kill('SIGKILL')
    await new Promise(resolve => child.once('close', resolve))
    expect(readLinuxProcess(pid)).toBeUndefined()
  })

  it.each([0, -1, 2 ** 31, Number.NaN])('knows no process %d', pid => {
    expect(readLinuxProcess(pid)).toBeUndefined()
  })
})
