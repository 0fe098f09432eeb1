import { describe, expect, it } from 'vitest'
import { runStages } from '../../../src/commands/stages.ts'
import { UserError } from '../../../src/errors.ts'
import { localPaths } from '../../../src/local/state.ts'
import type { Plan, Step } from '../../../src/plan/plan.ts'
import type { Event } from '../../../src/report/events.ts'
import type { Stage } from '../../../src/targets/target.ts'
import { type FakeHostOptions, fakeHost } from '../../support/fake-host.ts'

const run = (program: string): Step => ({
  id: `${program}.run`,
  title: program,
  action: { kind: 'run', command: { program, args: [] } },
})
const plan = (stage: Stage['name'], program: string, beside?: Plan): Plan => ({
  verb: 'up',
  stage,
  steps: [run(program)],
  ...(beside === undefined ? {} : { beside }),
})
const journal = `${localPaths('/project').root}/journal.jsonl`

async function stages(options: FakeHostOptions) {
  const fake = fakeHost(options)
  const events: Event[] = []
  const recovered: string[] = []
  const target = {
    planDown: async () => plan('teardown', 'rm'),
    running: async () => undefined,
    recover: async (stage: Stage, error: UserError) => {
      recovered.push(stage.name)
      return { error: new UserError('in other words', { ...error, code: 'gke.quota' }) }
    },
  }
  const all: readonly Plan[] = [
    plan('provision', 'terraform', plan('publish', 'build')),
    plan('publish', 'push'),
  ]
  const outcome = await runStages(
    fake.host,
    { folder: '/project', target },
    all.map(made => ({ name: made.stage as Stage['name'], plan: async () => made })),
    event => events.push(event),
  ).catch((error: unknown) => error)
  fake.done()
  const notes = events.flatMap(event => (event.type === 'note' ? [event.text] : []))
  return { fake, outcome, recovered, notes }
}

describe('stages, when something is done beside one', () => {
  it('go on when both have ended', async () => {
    const { fake, outcome } = await stages({
      commands: [
        ['terraform', {}],
        ['build', {}],
        ['push', {}],
      ],
    })
    expect(fake.told).toEqual(['$ terraform', '$ build', '$ push'])
    expect(outcome).toMatchObject(['terraform', 'build', 'push'].map(id => ({ id: `${id}.run` })))
  })

  it('end with the error of what was beside, which is no failure of the stage itself', async () => {
    const { outcome, recovered } = await stages({
      commands: [
        ['terraform', {}],
        ['build', { exitCode: 1, stderr: 'Error 403: quota' }],
      ],
    })
    expect(outcome).toMatchObject({ message: 'build exited with 1', code: 'tool.failed' })
    expect(recovered).toEqual([])
  })

  it('put the stage’s own error into words, whatever was beside it', async () => {
    const { outcome, recovered } = await stages({
      commands: [
        ['terraform', { exitCode: 1 }],
        ['build', { until: new Promise(() => undefined), exitCode: 130 }],
      ],
    })
    expect(outcome).toMatchObject({ message: 'in other words', code: 'gke.quota' })
    expect(recovered).toEqual(['provision'])
  })

  it('say at which two steps a killed run was cut short, once', async () => {
    const entry = (stage: string, step: string) =>
      `\n${JSON.stringify({ at: 1, verb: 'up', stage, step, state: 'about-to', run: '1-1' })}`
    const { notes, fake } = await stages({
      files: { [journal]: entry('provision', 'terraform.run') + entry('publish', 'build.run') },
      commands: [
        ['terraform', {}],
        ['build', {}],
        ['push', {}],
      ],
    })
    expect(notes).toEqual([
      'an earlier `rtdeploy up` was cut short at terraform.run and build.run; going on from there',
    ])
    expect(fake.files.get(journal)).toContain('"step":"build.run","state":"failed"')
  })
})
