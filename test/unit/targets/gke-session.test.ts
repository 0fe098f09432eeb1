import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/parse.ts'
import type { Host, Ran } from '../../../src/run/host.ts'
import { openGke } from '../../../src/targets/gke-session.ts'
import { fakeHost } from '../../support/fake-host.ts'

const text =
  'version: 1\nname: chat\ntarget: gke\napp: { start: [node] }\ngke: { project: my-project-1, region: us-central1 }\n'
const minute = 60_000

/** A machine with gcloud and nothing else, whose tokens last so many minutes; undefined: gcloud has no answer. */
function sessionWith(...tokens: readonly (number | undefined)[]) {
  const fake = fakeHost()
  const left = [...tokens]
  let given = 0
  const run: Host['run'] = async ({ program }) => {
    const ran: Ran = { exitCode: 0, stdout: '', stderr: '', notFound: false, timedOut: false, tookMs: 0 }
    if (program !== 'gcloud') return { ...ran, exitCode: undefined, notFound: true }
    given++
    const lasts = left.shift()
    if (lasts === undefined) return { ...ran, exitCode: 1, stderr: 'ERROR: away' }
    const token_expiry = new Date(fake.host.now() + lasts * minute).toISOString()
    const stdout = JSON.stringify({ credential: { access_token: `token ${given}`, token_expiry } })
    return { ...ran, stdout }
  }
  const known: Partial<Host> = { run, which: async () => undefined, request: async () => undefined }
  const host = new Proxy(fake.host, {
    get: (target, name) => known[name as keyof Host] ?? target[name as keyof Host],
  })
  const config = parseConfig(text, 'rtdeploy.yaml')
  const session = openGke(host, { verb: 'up', project: '/project', config, flags: {} })
  return {
    session,
    pass: (minutes: number) => host.sleep(minutes * minute),
    token: async () => (await session.login()).token.reveal(),
  }
}

describe('the login to Google', () => {
  it('is asked for once as long as its token lasts, and anew before it ends', async () => {
    const { token, pass } = sessionWith(50, 60)
    expect([await token(), await token()]).toEqual(['token 1', 'token 1'])
    await pass(20)
    expect(await token()).toBe('token 1')
    await pass(10)
    expect(await Promise.all([token(), token()])).toEqual(['token 2', 'token 2'])
  })

  it('is not asked for each time where gcloud has none that lasts longer', async () => {
    const { token, pass } = sessionWith(10, 10)
    expect([await token(), await token()]).toEqual(['token 1', 'token 1'])
    await pass(3)
    expect([await token(), await token()]).toEqual(['token 2', 'token 2'])
  })

  it('goes on with the token of before while gcloud has no answer, until it ends', async () => {
    const { token, pass } = sessionWith(40, undefined, undefined)
    await token()
    await pass(30)
    expect(await token()).toBe('token 1')
    await pass(15)
    await expect(token()).rejects.toMatchObject({ code: 'gke.login' })
  })

  it('is asked for anew when everything is', async () => {
    const { token, session } = sessionWith(60, 60)
    await token()
    session.forget()
    expect(await token()).toBe('token 2')
  })

  it('says so when there is none', async () => {
    await expect(sessionWith(undefined).token()).rejects.toMatchObject({ code: 'gke.login' })
  })
})
