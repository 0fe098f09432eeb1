import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/command.ts'
import { Interrupted, UserError } from '../../../src/errors.ts'
import type { Action, Plan, Step } from '../../../src/plan/plan.ts'
import type { Event } from '../../../src/report/events.ts'
import type { Journal } from '../../../src/run/journal.ts'
import { openJournal } from '../../../src/run/journal.ts'
import { runPlan } from '../../../src/run/run-plan.ts'
import { type FakeHost, type FakeHostOptions, fakeHost } from '../../support/fake-host.ts'

const run = (...words: string[]): Action => ({
  kind: 'run',
  command: { program: words[0] ?? '', args: words.slice(1) },
})
const step = (id: string, action: Action, more: Partial<Step> = {}): Step => ({
  id,
  title: id,
  action,
  ...more,
})
const planOf = (...steps: Step[]): Plan => ({ verb: 'up', stage: 'release', steps })
const wait = (until: Extract<Action, { kind: 'wait' }>['until']): Action => ({
  kind: 'wait',
  until,
  timeoutMs: 1000,
  everyMs: 100,
})

/** Runs a plan on a fake host; what it threw comes back as a value. */
async function perform(options: FakeHostOptions, steps: Step[], before?: (fake: FakeHost) => void) {
  const fake = fakeHost(options)
  before?.(fake)
  const events: Event[] = []
  const journal = openJournal(fake.host, '/j')
  const outcome = await runPlan(fake.host, planOf(...steps), {
    emit: event => events.push(event),
    journal,
  }).catch((error: unknown) => error)
  fake.done()
  const states = (fake.files.get('/j/journal.jsonl') ?? '')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as { step: string; state: string })
    .map(entry => `${entry.step} ${entry.state}`)
  return { fake, events, outcome, states, error: outcome as UserError }
}

describe('runPlan', () => {
  it('runs the steps in order, each written down before and after', async () => {
    const { fake, outcome, states } = await perform(
      {
        commands: [
          ['npm ci', {}],
          ['npm run build', {}],
        ],
      },
      [
        step('a', run('npm', 'ci')),
        step('b', { kind: 'write', path: '/x', contents: 'hi' }),
        step('c', run('npm', 'run', 'build')),
        step('d', { kind: 'remove', path: '/x' }),
      ],
    )
    expect(fake.told).toEqual(['$ npm ci', 'write /x', '$ npm run build', 'remove /x'])
    expect(states).toEqual(['a', 'b', 'c', 'd'].flatMap(id => [`${id} about-to`, `${id} done`]))
    expect(outcome).toMatchObject(['a', 'b', 'c', 'd'].map(id => ({ id, status: 'done' })))
  })

  it('tells a skipped step with its reason and neither runs nor writes it down', async () => {
    const { fake, outcome, states } = await perform({}, [step('a', run('npm', 'ci'), { skip: 'up to date' })])
    expect([fake.told, states]).toEqual([[], []])
    expect(outcome).toMatchObject([{ id: 'a', status: 'skipped', detail: 'up to date' }])
  })

  it('stops at the first step that fails, and tells it before it throws', async () => {
    const { fake, events, error, states } = await perform(
      { commands: [['npm ci', { exitCode: 7, stderr: 'no network' }]] },
      [step('a', run('npm', 'ci')), step('b', run('npm', 'run', 'build'))],
    )
    expect(fake.told).toEqual(['$ npm ci'])
    expect(error).toMatchObject({ message: 'npm exited with 7', code: 'tool.failed', exitCode: 1 })
    expect(error.details).toEqual(['$ npm ci', '  no network'])
    expect(states).toEqual(['a about-to', 'a failed'])
    expect(events.at(-1)).toMatchObject({ type: 'step-finished', step: { id: 'a', status: 'failed' } })
  })

  it('shows how the output of a failed tool began and its last twenty lines', async () => {
    const stdout = Array.from({ length: 100 }, (_, at) => `line ${at + 1}`).join('\n')
    const { error } = await perform({ commands: [['make', { exitCode: 2, stdout }]] }, [
      step('a', run('make')),
    ])
    expect(error.details.slice(0, 2)).toEqual(['$ make', '  line 1'])
    expect(error.details[7]).toBe('  ... 74 lines left out ...')
    expect(error.details.slice(-20)).toEqual(Array.from({ length: 20 }, (_, at) => `  line ${81 + at}`))
  })

  it('exits 3 for a program that is not there', async () => {
    const { error } = await perform({ commands: [['npm ci', { notFound: true, exitCode: 1 }]] }, [
      step('a', run('npm', 'ci')),
    ])
    expect(error).toMatchObject({ message: 'npm is not installed', code: 'program.missing', exitCode: 3 })
  })

  it('begins no step after an interrupt, and ends with it', async () => {
    const steps = [step('a', run('npm', 'ci')), step('b', run('npm', 'run', 'build'))]
    const fake = fakeHost({ commands: [['npm ci', { during: () => fake.interrupt() }]] })
    const events: Event[] = []
    const ended = runPlan(fake.host, planOf(...steps), { emit: event => events.push(event) })
    await expect(ended).rejects.toBeInstanceOf(Interrupted)
    expect(fake.told).toEqual(['$ npm ci'])
    expect(events.map(event => event.type)).toEqual(['step-started', 'step-finished'])
  })

  it('begins nothing when the interrupt came before', async () => {
    const { fake, outcome } = await perform({}, [step('a', run('npm', 'ci'))], one => one.interrupt())
    expect([fake.told, outcome]).toEqual([[], expect.any(Interrupted)])
  })

  it('does not begin a step whose interrupt comes while it is written into the journal', async () => {
    const fake = fakeHost({})
    const written: string[] = []
    const journal: Journal = {
      unfinished: async () => [],
      write: async ({ state }) => {
        written.push(state)
        fake.interrupt()
      },
    }
    const ended = runPlan(fake.host, planOf(step('a', run('npm', 'ci'))), { emit: () => undefined, journal })
    await expect(ended).rejects.toBeInstanceOf(Interrupted)
    expect([fake.told, written]).toEqual([[], ['about-to', 'failed']])
  })

  it('waits for an interrupted wait no longer than its next look', async () => {
    const gone = { kind: 'gone', process: { pid: 7, startedAt: 'x' } } as const
    const { outcome } = await perform({ alive: [gone.process] }, [step('a', wait(gone))], fake => {
      fake.onSleep = () => fake.interrupt()
    })
    expect(outcome).toBeInstanceOf(Interrupted)
  })

  it('gives each line of a tool to the events as it comes', async () => {
    const { events } = await perform({ commands: [['npm ci', { lines: ['one', 'two'] }]] }, [
      step('a', run('npm', 'ci')),
    ])
    expect(events.filter(event => event.type === 'step-output')).toMatchObject([
      { line: 'one' },
      { line: 'two' },
    ])
  })
})

describe('the end of a process', () => {
  const process = { pid: 7, startedAt: 'x' }
  const end = step('a', { kind: 'end', process, graceMs: 200 })

  it('is no news when it is gone already', async () => {
    const { fake, outcome } = await perform({}, [end])
    expect(fake.told).toEqual(['kill SIGTERM 7'])
    expect(outcome).toMatchObject([{ status: 'done' }])
  })

  it('is forced after the time it was given', async () => {
    const { fake } = await perform({ alive: [process] }, [end])
    expect(fake.told).toEqual(['kill SIGTERM 7', 'kill SIGKILL 7'])
  })

  it('is not forced when it obeys', async () => {
    const { fake } = await perform({ alive: [process] }, [end], one => {
      one.onSleep = () => one.alive.clear()
    })
    expect(fake.told).toEqual(['kill SIGTERM 7'])
  })
})

describe('a request', () => {
  const action = (headers = {}): Action => ({
    kind: 'request',
    method: 'POST',
    url: 'http://x/scale',
    headers,
  })

  it.each([
    ['nobody answers', undefined, 'answered nothing', []],
    [
      'the answer is 500',
      { status: 500, body: 'chat-3 is not ready' },
      'answered 500',
      ['chat-3 is not ready'],
    ],
  ])('fails when %s', async (_what, answer, message, details) => {
    const { error } = await perform({ requests: [['POST http://x/scale', answer]] }, [step('a', action())])
    expect(error).toMatchObject({ code: 'request.failed', exitCode: 1, details })
    expect(error.message).toContain(message)
  })

  it('is done by any 2xx', async () => {
    const requests = [['POST http://x/scale', { status: 204, body: '' }]] as const
    const { outcome } = await perform({ requests }, [step('a', action({ token: new Secret('canary') }))])
    expect(outcome).toMatchObject([{ status: 'done' }])
  })
})

describe('a wait', () => {
  const state = {
    kind: 'state',
    path: '/s',
    field: 'phase',
    is: 'up',
    failsOn: 'failed',
    owner: 'owner',
  } as const
  const owner = { pid: 7, startedAt: 'x' }
  const written = (fields: object) => ({ '/s': JSON.stringify({ owner, ...fields }) })

  it('asks again until the answer is yes', async () => {
    const { outcome } = await perform(
      {
        requests: [
          ['GET http://x/', undefined],
          ['GET http://x/', { status: 503, body: '' }],
          ['GET http://x/', { status: 200, body: '' }],
        ],
      },
      [step('a', wait({ kind: 'http', url: 'http://x/', status: 200 }))],
    )
    expect(outcome).toMatchObject([{ status: 'done', tookMs: 200 }])
  })

  it('runs out with the hint of its step', async () => {
    const { error } = await perform({ files: written({ phase: 'starting' }), alive: [owner] }, [
      step('a', wait(state), { title: 'three replicas', hint: 'rtdeploy logs' }),
    ])
    expect(error).toMatchObject({
      message: 'three replicas: not there after 1 s',
      code: 'wait.timeout',
      hint: 'rtdeploy logs',
    })
  })

  it('ends at once with the problem that the file tells', async () => {
    const problem = {
      problem: 'no luck',
      problemCode: 'x.y',
      problemHint: 'try',
      problemDetails: ['d'],
      problemExit: 3,
    }
    const { error } = await perform({ files: written({ phase: 'failed', ...problem }) }, [
      step('a', wait(state)),
    ])
    expect(error).toBeInstanceOf(UserError)
    expect(error).toMatchObject({ message: 'no luck', code: 'x.y', hint: 'try', details: ['d'], exitCode: 3 })
  })

  it('ends at once when the one who writes the file has died', async () => {
    const { error } = await perform({ files: written({ phase: 'starting' }) }, [step('a', wait(state))])
    expect(error).toMatchObject({ code: 'local.ended' })
  })

  it.each([
    ['there is no file yet', {}],
    ['the file is empty', { '/s': '' }],
    ['the file is half written by a stranger', { '/s': '{"phase":' }],
    ['the file holds something else', { '/s': 'null' }],
  ])('goes on while %s and the process that was started lives', async (_what, files) => {
    const { error, fake } = await perform({ files }, [
      step('a', { kind: 'start', command: { program: 'node', args: [] }, log: '/log' }),
      step('b', wait(state)),
    ])
    expect(error).toMatchObject({ code: 'wait.timeout' })
    expect(fake.told).toEqual(['start node > /log'])
  })
})
