import { describe, expect, it } from 'vitest'
import { gkeNames } from '../../../src/config/gke-names.ts'
import { gkePaths } from '../../../src/facts/gke-workspace.ts'
import type { Host, HttpAnswer } from '../../../src/run/host.ts'
import { requireCluster } from '../../../src/targets/gke-own.ts'
import type { GkeSession } from '../../../src/targets/gke-session.ts'
import { fakeHost } from '../../support/fake-host.ts'
import { gkeConfig } from '../../support/gke-configs.ts'
import { login } from '../../support/login.ts'

function sessionOf(answer: HttpAnswer | undefined, verb: string, dryRun = false): GkeSession {
  const known: Partial<Host> = { request: async () => answer }
  const host = new Proxy(fakeHost().host, {
    get: (target, name) => known[name as keyof Host] ?? target[name as keyof Host],
  })
  const names = gkeNames('chat', gkeConfig({}))
  const session = {
    host,
    verb,
    flags: { dryRun },
    names,
    paths: gkePaths('/project', names),
    login: async () => login,
  }
  return session as unknown as GkeSession
}

const refused = (status: number, reason: string) => ({
  status,
  body: JSON.stringify({ error: { code: status, status: reason, message: 'no' } }),
})

describe('whether there is a cluster', () => {
  it.each(['up', 'rollback', 'status', 'verify', 'logs', 'down'])('is not guessed by %s', async verb => {
    for (const answer of [undefined, refused(503, 'UNAVAILABLE'), refused(403, 'PERMISSION_DENIED')])
      await expect(requireCluster(sessionOf(answer, verb))).rejects.toMatchObject({ code: 'gke.unknown' })
    const absent = sessionOf(refused(404, 'NOT_FOUND'), verb)
    await expect(requireCluster(absent)).rejects.toMatchObject({ code: 'target.not-running' })
  })

  it('may stay open for a look ahead, by an account that sees little', async () => {
    const session = sessionOf(refused(403, 'PERMISSION_DENIED'), 'up', true)
    await expect(requireCluster(session)).rejects.toMatchObject({ code: 'target.not-running' })
  })
})
