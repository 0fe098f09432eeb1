import { describe, expect, it } from 'vitest'
import { UserError } from '../../../../src/errors.ts'
import type { FrontDoor } from '../../../../src/local/front-door/front-door.ts'
import type { SupervisorSpec } from '../../../../src/local/state.ts'
import type { Child } from '../../../../src/local/supervisor/child.ts'
import { untilReady } from '../../../../src/local/supervisor/ready.ts'
import { fakeHost } from '../../../support/fake-host.ts'

const spec = { readyPath: '/readyz', readyTimeoutMs: 60_000 } as SupervisorSpec

/** A replica whose checks find `found`, and that gets ready after so many milliseconds. */
function waitFor(found: string, options: { crashes?: number; words?: string; readyAfterMs?: number } = {}) {
  const { host } = fakeHost()
  const began = host.now()
  const told: (string | undefined)[] = []
  const child = {
    name: 'chat-0',
    crashes: () => options.crashes ?? 0,
    state: () => ({ port: 4711, lastEnd: 'exit 1' }),
    words: async () => options.words ?? '',
  } as Child
  const frontDoor = {
    status: () => {
      const healthy = host.now() - began >= (options.readyAfterMs ?? Number.POSITIVE_INFINITY)
      return { replicas: [{ name: 'chat-0', healthy, draining: false, lastCheck: { found } }] }
    },
  } as unknown as FrontDoor
  const onWaiting = (text: string | undefined) => void told.push(text)
  const signal = new AbortController().signal
  const ended = untilReady(host, { spec, frontDoor, onWaiting, signal }, () => [child])
  return {
    told,
    problem: ended.then(
      () => undefined,
      (error: unknown) => error as UserError,
    ),
  }
}

describe('waiting for a replica', () => {
  it('tells after a while what is in the way, and takes it back', async () => {
    const { told, problem } = waitFor('HTTP 503', { readyAfterMs: 20_000 })
    expect(await problem).toBeUndefined()
    expect(new Set(told)).toEqual(new Set(['chat-0: GET /readyz answers HTTP 503', undefined]))
    expect(told.at(-1)).toBeUndefined()
  })

  it('tells nothing of what passes soon', async () => {
    const { told, problem } = waitFor('HTTP 503', { readyAfterMs: 5000 })
    expect(await problem).toBeUndefined()
    expect(told).toEqual([undefined])
  })

  it.each([
    [
      'HTTP 404',
      'answers HTTP 404',
      'app.ready in rtdeploy.yaml, now /readyz, should be a path that answers 200',
    ],
    ['ECONNREFUSED', 'nothing listens on its port 4711', 'listen on the port that the variable PORT names'],
    ['HTTP 503', 'answers HTTP 503', 'rtdeploy logs chat-0'],
  ])('that is late names what %s means', async (found, message, hint) => {
    const problem = await waitFor(found, { words: 'last words\n' }).problem
    expect(problem).toBeInstanceOf(UserError)
    expect([problem?.message, problem?.hint, problem?.details]).toEqual([
      expect.stringContaining(message),
      expect.stringContaining(hint),
      ['last words'],
    ])
  })

  it('that ends again and again because its port is taken names PORT', async () => {
    const words = 'Error: listen EADDRINUSE: address already in use :::3000\n'
    const problem = await waitFor('ECONNREFUSED', { crashes: 3, words }).problem
    expect(problem?.code).toBe('replica.crashed')
    expect(problem?.hint).toContain('variable PORT')
  })
})
