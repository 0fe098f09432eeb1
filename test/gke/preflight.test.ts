import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { GkeConfig } from '../../src/config/gke.ts'
import { readGkeFacts } from '../../src/facts/gke.ts'
import { judgeGke } from '../../src/facts/gke-checks.ts'
import { gkeConfig } from '../support/gke-configs.ts'
import { gkeHost } from '../support/gke-host.ts'
import { type GoogleStandIn, startGoogle, testbedFolder } from '../support/google-stand-in.ts'

const testbed = testbedFolder()

describe.skipIf(testbed === undefined)('preflight with the real gcloud', () => {
  let google: GoogleStandIn

  beforeAll(async () => {
    google = await startGoogle(testbed ?? '')
  })
  afterAll(() => google[Symbol.asyncDispose]())
  beforeEach(() => google.admin('POST', 'reset'))

  async function checks(
    env: Readonly<Record<string, string | undefined>> = {},
    gke: GkeConfig = gkeConfig(),
  ) {
    const host = gkeHost({ ...google.env, ...env }, '/')
    const facts = await readGkeFacts(host, 'chat', gke)
    return Object.fromEntries(judgeGke(facts).map(check => [check.id, check]))
  }
  const on = (...names: string[]) =>
    google.admin('POST', 'services', Object.fromEntries(names.map(name => [`${name}.googleapis.com`, true])))

  it('finds an empty project fit, changes nothing in it and starts gcloud once', async () => {
    const found = await checks()
    const bad = Object.values(found).filter(check => check.status === 'fail')
    expect(bad).toEqual([])
    expect(found['gke.services']).toMatchObject({
      status: 'skip',
      found: expect.stringContaining('container'),
    })
    const { calls } = (await google.admin('GET', 'calls')) as { calls: { method: string; path: string }[] }
    const posts = calls.filter(call => call.method !== 'GET').map(call => call.path)
    expect(posts).toEqual(['/cloudresourcemanager/v1/projects/testbed-project:testIamPermissions'])
  })

  it('knows the quotas once Compute Engine is on', async () => {
    await on('compute', 'cloudresourcemanager')
    expect((await checks())['gke.quota']).toMatchObject({ status: 'pass', found: 'enough' })
    const elsewhere = await checks({}, gkeConfig({ region: 'mars-north1' }))
    expect(elsewhere['gke.quota']).toMatchObject({ status: 'fail', found: 'there is no region mars-north1' })
  })

  it('names every permission that a viewer lacks', async () => {
    const { mkdtemp, rm, writeFile } = await import('node:fs/promises')
    const folder = await mkdtemp('/tmp/rtdeploy-token-')
    await writeFile(`${folder}/token`, 'testbed-viewer-token')
    const found = await checks({ CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: `${folder}/token` })
    await rm(folder, { recursive: true })
    expect(found['gke.permissions']).toMatchObject({
      status: 'fail',
      found: expect.stringContaining('container.clusters.create'),
    })
  })

  it.each([
    [
      'nobody is logged in',
      { CLOUDSDK_CORE_ACCOUNT: undefined, CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: undefined },
      {},
      'gke.login',
      'nobody is logged in',
    ],
    [
      'the project is somebody else’s',
      {},
      { project: 'other-project' },
      'gke.project',
      'not there, or not yours to see',
    ],
    ['gcloud is missing', { PATH: '/nowhere' }, {}, 'program.gcloud', 'not on PATH'],
  ])('says so when %s', async (_, env, gke, id, found) => {
    expect((await checks(env, gkeConfig(gke)))[id]).toMatchObject({
      status: 'fail',
      found,
      hint: expect.any(String),
    })
  })

  it('says so when billing is off, when Google refuses the token, and when nobody answers', async () => {
    await google.admin('PUT', 'objects/billing/off', true)
    expect((await checks())['gke.billing']).toMatchObject({ status: 'fail', found: 'off' })
    await google.admin('POST', 'faults', {
      match: { path: 'projects/testbed-project$' },
      times: -1,
      kind: 'error',
      code: 401,
    })
    expect((await checks())['gke.project']).toMatchObject({
      status: 'fail',
      found: 'Google refuses the login',
    })
    await google.admin('DELETE', 'faults')
    await google.admin('POST', 'faults', { match: { path: '.' }, times: -1, kind: 'drop' })
    expect((await checks())['gke.project']).toMatchObject({ status: 'warn', found: 'nobody answers' })
    await google.admin('DELETE', 'faults')
  })
})
