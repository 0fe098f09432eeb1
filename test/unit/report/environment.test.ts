import { describe, expect, it } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import { environmentLine, voiceOf } from '../../../src/report/environment.ts'
import type { Report } from '../../../src/report/report.ts'

const voice = voiceOf('staging')
const report: Report = {
  schemaVersion: 1,
  verb: 'up',
  outcome: 'unhealthy',
  steps: [{ id: 'a', title: 'a', status: 'skipped', tookMs: 0, detail: 'then rtdeploy verify' }],
  checks: [{ id: 'b', title: 'b', status: 'fail', wanted: '', found: '', hint: 'rtdeploy logs chat-0' }],
  result: { text: 'all of it stops at `rtdeploy down`', lines: ['rtdeploy up'] },
  next: ['rtdeploy up --target gke', 'rtdeploy explain RT008'],
  tookMs: 1,
}

describe('the voice of an environment', () => {
  it('says each command for the same environment', () => {
    expect(voice.report(report)).toEqual({
      ...report,
      environment: 'staging',
      steps: [{ ...report.steps[0], detail: 'then rtdeploy verify --env staging' }],
      checks: [{ ...report.checks[0], hint: 'rtdeploy logs --env staging chat-0' }],
      result: { text: 'all of it stops at `rtdeploy down --env staging`', lines: ['rtdeploy up'] },
      next: ['rtdeploy up --env staging --target gke', 'rtdeploy explain RT008'],
    })
  })

  it('says so in errors, which stay what they are, and of the file of its secrets', () => {
    const error = new UserError('no value', {
      code: 'secrets.missing',
      hint: 'write NAME=value lines into .rtdeploy/secrets.env',
      details: ['rtdeploy doctor'],
      exitCode: 2,
    })
    expect(voice.error(error)).toMatchObject({
      code: 'secrets.missing',
      exitCode: 2,
      hint: 'write NAME=value lines into .rtdeploy/secrets-staging.env',
      details: ['rtdeploy doctor --env staging'],
    })
    const bug = new TypeError('rtdeploy up')
    expect(voice.error(bug)).toBe(bug)
  })

  it('leaves a command that names its environment, and what programs wrote', () => {
    expect(voice.text('rtdeploy up --env production')).toBe('rtdeploy up --env production')
    const line = { type: 'step-output', id: 'a', line: 'rtdeploy up' } as const
    expect(voice.event(line)).toBe(line)
    expect(voice.event({ type: 'note', text: 'rtdeploy up' })).toEqual({
      type: 'note',
      text: 'rtdeploy up --env staging',
    })
  })

  it.each([undefined, '; rm -rf /', '$(id)', '\u001b[31m'])('of %j is that of production', name => {
    const plain = voiceOf(name)
    expect(plain.text('rtdeploy up')).toBe('rtdeploy up')
    expect(plain.report(report)).toEqual(report)
  })

  it('begins answers with its name, and those of production with nothing', () => {
    expect(environmentLine('staging')).toBe('environment staging\n')
    expect([environmentLine(undefined), environmentLine('production')]).toEqual(['', ''])
  })
})
