import { describe, expect, it } from 'vitest'
import { certain, readApi } from '../../../src/facts/gke-project.ts'
import type { Host, HttpAnswer } from '../../../src/run/host.ts'
import { getResource, refusalOf } from '../../../src/tools/google-apis.ts'
import { login } from '../../support/login.ts'

const unknown = expect.objectContaining({ code: 'gke.unknown', exitCode: 3 })

describe('an API that is off', () => {
  const off = (consumer: string | undefined) =>
    refusalOf(
      403,
      JSON.stringify({
        error: { details: [{ reason: 'SERVICE_DISABLED', metadata: { service: 'redis', consumer } }] },
      }),
    )

  it.each([undefined, 'projects/testbed-project', 'projects/123456789012'])(
    'for %s has nothing',
    consumer => {
      expect(certain(off(consumer), 'a Memorystore')).toBeUndefined()
    },
  )

  it.each(['projects/32555940559', 'projects/764086051850'])(
    'for %s, gcloud’s own, says nothing of ours',
    consumer => {
      expect(() => certain(off(consumer), 'a Memorystore')).toThrow(unknown)
    },
  )

  it('for gcloud’s own project may be told by a sentence only', () => {
    const message = 'Compute Engine API has not been used in project 32555940559 before or it is disabled.'
    const older = refusalOf(
      403,
      JSON.stringify({ error: { message, errors: [{ reason: 'accessNotConfigured' }] } }),
    )
    expect(() => certain(older, 'a network')).toThrow(unknown)
  })

  it('is asked for once more on behalf of our project', async () => {
    const url = 'https://redis.googleapis.com/v1/projects/testbed-project/locations/r/instances/chat-redis'
    const seen: unknown[] = []
    const ask = (second: HttpAnswer) => {
      const host = {
        request: async (_: string, { headers }: { headers: Record<string, string> }) => {
          seen.push(headers['x-goog-user-project'])
          if (headers['x-goog-user-project'] !== undefined) return second
          const metadata = { consumer: 'projects/32555940559' }
          const error = { details: [{ reason: 'SERVICE_DISABLED', metadata }] }
          return { status: 403, headers: {}, body: JSON.stringify({ error }) }
        },
      } as unknown as Host
      const path = new URL(url).pathname.slice(1)
      return readApi(host, login, getResource(login, 'redis', path))
    }
    const answer = (status: number, body: unknown) => ({ status, headers: {}, body: JSON.stringify(body) })
    expect(await ask(answer(200, { name: 'chat-redis' }))).toMatchObject({ ok: true })
    expect(await ask(answer(404, {}))).toMatchObject({ ok: false, status: 404 })
    expect(await ask(answer(403, { error: { status: 'PERMISSION_DENIED' } }))).toMatchObject({
      reason: 'SERVICE_DISABLED',
    })
    expect(seen).toEqual([
      undefined,
      'testbed-project',
      undefined,
      'testbed-project',
      undefined,
      'testbed-project',
    ])
  })
})
