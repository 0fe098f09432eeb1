import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/command.ts'
import { formatError } from '../../../src/errors.ts'
import { type Action, describePlan, type Plan } from '../../../src/plan/plan.ts'
import type { Event } from '../../../src/report/events.ts'
import { renderJson, reportedError } from '../../../src/report/json.ts'
import { renderVerdict } from '../../../src/report/text.ts'
import { openJournal } from '../../../src/run/journal.ts'
import { createProgress } from '../../../src/run/progress.ts'
import { runPlan } from '../../../src/run/run-plan.ts'
import { fakeHost } from '../../support/fake-host.ts'

const secret = new Secret('canary-5f2d')
const plain = (_style: string, text: string) => text
const command = { program: 'tool', args: ['--token', secret], env: { TOKEN: secret }, stdin: secret }
const request: Action = {
  kind: 'request',
  method: 'POST',
  url: 'http://127.0.0.1:1/x',
  headers: { authorization: secret },
}
const actions: [string, Action, Parameters<typeof fakeHost>[0]][] = [
  ['run', { kind: 'run', command }, { commands: [['tool --token [secret]', {}]] }],
  [
    'run that fails',
    { kind: 'run', command },
    { commands: [['tool --token [secret]', { exitCode: 1, stderr: 'no' }]] },
  ],
  [
    'run of a missing program',
    { kind: 'run', command },
    { commands: [['tool --token [secret]', { notFound: true }]] },
  ],
  ['start', { kind: 'start', command, log: '/log' }, {}],
  ['request', request, { requests: [['POST http://127.0.0.1:1/x', { status: 200, body: '' }]] }],
  ['request that fails', request, { requests: [['POST http://127.0.0.1:1/x', undefined]] }],
]

describe('a secret in a plan', () => {
  it.each(actions)('shows nowhere: %s', async (_what, action, options) => {
    const fake = fakeHost(options)
    const plan: Plan = { verb: 'up', stage: 'release', steps: [{ id: 'a.b', title: 'do it', action }] }
    let written = ''
    const write = (text: string) => {
      written += text
    }
    const progress = createProgress({
      write,
      paint: plain,
      terminal: false,
      columns: () => 80,
      verbose: true,
      now: () => 0,
    })
    const events: Event[] = []
    const emit = (event: Event) => {
      events.push(event)
      progress.emit(event)
    }
    const journal = openJournal(fake.host, '/j')
    const outcome: unknown = await runPlan(fake.host, plan, { emit, journal }).catch(error => error)
    progress.stop()
    fake.done()
    const error = outcome instanceof Error ? outcome : undefined
    const report = {
      schemaVersion: 1,
      verb: 'up',
      outcome: 'planned',
      steps: [],
      checks: [],
      next: [],
      tookMs: 0,
    } as const
    const shown = {
      described: describePlan(plan),
      json: renderJson({ ...report, result: { plans: [plan] } }, error && reportedError(error)),
      error: formatError(error, plain),
      end: renderVerdict(report, plain),
      events: JSON.stringify(events),
      journal: [...fake.files.values()].join(),
      told: fake.told.join(),
      written,
    }
    expect(Object.entries(shown).filter(([, text]) => text.includes('canary'))).toEqual([])
  })
})
