import { describe, expect, it, vi } from 'vitest'
import { Interrupted, type UserError } from '../../../src/errors.ts'
import type { Plan, Step } from '../../../src/plan/plan.ts'
import type { Event } from '../../../src/report/events.ts'
import { openJournal } from '../../../src/run/journal.ts'
import { runBeside } from '../../../src/run/run-beside.ts'
import { type FakeHost, type FakeHostOptions, fakeHost } from '../../support/fake-host.ts'

const run = (program: string): Step => ({
  id: `${program}.run`,
  title: program,
  action: { kind: 'run', command: { program, args: [] } },
})
const plan: Plan = {
  verb: 'up',
  stage: 'provision',
  steps: [run('terraform'), run('login')],
  beside: { verb: 'up', stage: 'publish', steps: [run('build'), run('tag')] },
}

/** What is under way until the test lets it end. */
function held(): { readonly until: Promise<void>; readonly end: () => void } {
  let end: () => void = () => undefined
  const until = new Promise<void>(resolve => {
    end = resolve
  })
  return { until, end: () => end() }
}

function begin(commands: FakeHostOptions['commands'] & object) {
  const fake: FakeHost = fakeHost({ commands })
  const events: Event[] = []
  const journal = openJournal(fake.host, '/j')
  const outcome = runBeside(fake.host, plan, { emit: event => events.push(event), journal }).catch(
    (error: unknown) => ({ results: [], problem: undefined, error: error as UserError }),
  )
  return { fake, events, journal, outcome }
}

const finished = (events: readonly Event[]) =>
  events.flatMap(event =>
    event.type === 'step-finished' ? [[event.step.id, event.step.status, event.step.detail]] : [],
  )
const notes = (events: readonly Event[]) =>
  events.flatMap(event => (event.type === 'note' ? [event.text] : []))

describe('two plans at once', () => {
  it.each([['terraform'], ['build']])(
    'tell their results in the order of the plans, when %s ends last',
    async late => {
      const last = held()
      const { fake, outcome, journal } = begin([
        ['terraform', late === 'terraform' ? last : {}],
        ['build', late === 'build' ? last : {}],
        ...(late === 'build' ? ['login', 'tag'] : ['tag', 'login']).map(line => [line, {}] as const),
      ])
      // The other one goes on meanwhile.
      await vi.waitFor(() => expect(fake.told).toHaveLength(3))
      expect(fake.told.slice(0, 2)).toEqual(['$ terraform', '$ build'])
      last.end()
      const { results } = await outcome
      expect(results.map(result => result.id)).toEqual(['terraform.run', 'login.run', 'build.run', 'tag.run'])
      expect(await journal.unfinished()).toEqual([])
      fake.done()
    },
  )

  it('leave both in the journal when they are killed, and neither once they have ended', async () => {
    const [first, second] = [held(), held()]
    const { fake, journal, outcome } = begin([
      ['terraform', first],
      ['build', second],
      ['tag', {}],
      ['login', {}],
    ])
    await vi.waitFor(() => expect(fake.told).toHaveLength(2))
    const steps = async () => (await openJournal(fake.host, '/j').unfinished()).map(({ step }) => step)
    expect(await steps()).toEqual(['terraform.run', 'build.run'])
    second.end()
    await vi.waitFor(() => expect(fake.told).toHaveLength(3))
    await vi.waitFor(async () => expect(await steps()).toEqual(['terraform.run']))
    first.end()
    await outcome
    expect(await journal.unfinished()).toEqual([])
  })

  it('interrupt what runs beside when the plan fails, wait for it, and end with the plan’s error', async () => {
    const { fake, events, outcome } = begin([
      ['terraform', { exitCode: 1, stderr: 'no quota' }],
      ['build', { until: held().until, exitCode: 130 }],
    ])
    expect(await outcome).toMatchObject({ error: { message: 'terraform exited with 1' } })
    expect(fake.told).toEqual(['$ terraform', '$ build', 'SIGINT build'])
    expect(finished(events)).toEqual([
      ['terraform.run', 'failed', undefined],
      ['build.run', 'failed', 'interrupted'],
    ])
    expect(notes(events)).toEqual([])
  })

  it('finish the plan when what runs beside it fails, and say so at once', async () => {
    const long = held()
    const { fake, events, outcome, journal } = begin([
      ['terraform', long],
      ['build', { exitCode: 1, stderr: 'no such base image' }],
      ['login', {}],
    ])
    await vi.waitFor(() => expect(notes(events)).toHaveLength(1))
    expect(notes(events)).toEqual([
      'build exited with 1; what runs at the same time is finished first, then this run ends',
    ])
    long.end()
    const { results, problem } = await outcome
    expect(problem).toMatchObject({ code: 'tool.failed', details: ['$ build', '  no such base image'] })
    expect(results.map(({ id, status }) => [id, status])).toEqual([
      ['terraform.run', 'done'],
      ['login.run', 'done'],
    ])
    expect(fake.told).toEqual(['$ terraform', '$ build', '$ login'])
    expect(await journal.unfinished()).toEqual([])
  })

  it('end with the plan’s error when both fail, which names the other one', async () => {
    const long = held()
    const { events, outcome } = begin([
      ['terraform', { ...long, exitCode: 1 }],
      ['build', { exitCode: 2, stderr: 'no such base image' }],
    ])
    await vi.waitFor(() => expect(notes(events)).toHaveLength(1))
    long.end()
    const also = ['besides: build exited with 2', '$ build', '  no such base image']
    expect(await outcome).toMatchObject({
      error: { message: 'terraform exited with 1', details: ['$ terraform', ...also] },
    })
    expect(notes(events)).toHaveLength(1)
  })

  it('are both interrupted by one Ctrl-C, and begin nothing more', async () => {
    const { fake, events, outcome, journal } = begin([
      ['terraform', { until: held().until, exitCode: 1 }],
      ['build', { until: held().until, exitCode: 130 }],
    ])
    await vi.waitFor(() => expect(fake.told).toHaveLength(2))
    fake.interrupt()
    expect((await outcome) as { error?: unknown }).toMatchObject({ error: expect.any(Interrupted) })
    expect([...fake.told].sort()).toEqual(['$ build', '$ terraform', 'SIGINT build', 'SIGINT terraform'])
    expect(finished(events).map(([, status, detail]) => [status, detail])).toEqual([
      ['failed', 'interrupted'],
      ['failed', 'interrupted'],
    ])
    expect(notes(events)).toEqual([])
    expect(await journal.unfinished()).toEqual([])
  })
})
