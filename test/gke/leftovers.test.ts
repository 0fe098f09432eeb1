import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { gkeNames } from '../../src/config/gke-names.ts'
import { readLogin } from '../../src/facts/gke.ts'
import { readBucket, readLeftovers } from '../../src/facts/gke-leftovers.ts'
import { gkeConfig } from '../support/gke-configs.ts'
import { gkeHost } from '../support/gke-host.ts'
import { type GoogleStandIn, startGoogle, testbedFolder } from '../support/google-stand-in.ts'

const testbed = testbedFolder()
const gke = gkeConfig({ certificate: 'managed', redis: 'memorystore', mongo: 'secret-manager', dns: 'zone' })
const names = gkeNames('chat', gke)

describe.skipIf(testbed === undefined)('looking for what is left', { timeout: 120_000 }, () => {
  let google: GoogleStandIn

  beforeAll(async () => {
    google = await startGoogle(testbed ?? '')
  })
  afterAll(() => google[Symbol.asyncDispose]())
  beforeEach(() => google.admin('POST', 'reset'))

  async function look() {
    const host = gkeHost(google.env, '/')
    const fact = await readLogin(host, names.project)
    if (!fact.ok) throw new Error(fact.output)
    return {
      leftovers: () => readLeftovers(host, fact.login, gke, names, 'chat'),
      bucket: () => readBucket(host, fact.login, names),
    }
  }

  it('finds nothing in a project whose APIs are off', async () => {
    const { leftovers, bucket } = await look()
    expect(await leftovers()).toEqual({ items: [], resources: [] })
    expect(await bucket()).toBeUndefined()
  })

  it.each(['backendServices', 'networks/chat-vpc'])('stops when %s cannot be read', async path => {
    await google.admin('POST', 'services', { 'compute.googleapis.com': true })
    await google.admin('POST', 'faults', {
      match: { method: 'GET', path: `/${path}$` },
      times: -1,
      kind: 'error',
      code: 403,
      status: 'PERMISSION_DENIED',
      message: 'no',
    })
    const { leftovers } = await look()
    await expect(leftovers()).rejects.toMatchObject({ code: 'gke.unknown' })
  })

  it('stops when the states in the bucket cannot be listed', async () => {
    await google.admin('POST', 'faults', {
      match: { method: 'GET', path: '/o$' },
      times: -1,
      kind: 'error',
      code: 429,
      message: 'slow down',
    })
    const made = await fetch(`${google.url}/storage/v1/b?project=${names.project}`, {
      method: 'POST',
      headers: { authorization: 'Bearer testbed-access-token', 'content-type': 'application/json' },
      body: JSON.stringify({ name: names.bucket, labels: names.labels }),
    })
    expect(made.status).toBe(200)
    const { bucket } = await look()
    await expect(bucket()).rejects.toMatchObject({ code: 'gke.unknown' })
  })
})
