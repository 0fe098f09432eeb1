import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gkeNames } from '../../src/config/gke-names.ts'
import { readLogin } from '../../src/facts/gke.ts'
import { readGoogleSecrets } from '../../src/facts/gke-secrets.ts'
import { gkeConfig } from '../support/gke-configs.ts'
import { gkeHost } from '../support/gke-host.ts'
import { type GoogleStandIn, startGoogle, testbedFolder } from '../support/google-stand-in.ts'

const testbed = testbedFolder()
const gke = gkeConfig({ redis: 'memorystore', mongo: 'secret-manager' })
const names = gkeNames('chat', gke)

describe.skipIf(testbed === undefined)('secrets that Google keeps', () => {
  let google: GoogleStandIn

  beforeAll(async () => {
    google = await startGoogle(testbed ?? '')
    await google.admin('POST', 'services', {
      'secretmanager.googleapis.com': true,
      'redis.googleapis.com': true,
      'compute.googleapis.com': true,
    })
  })
  afterAll(() => google[Symbol.asyncDispose]())

  const post = async (path: string, body: unknown) => {
    const answer = await fetch(`${google.url}/${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer testbed-access-token', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)])
  }
  const read = async () => {
    const host = gkeHost(google.env, '/')
    const fact = await readLogin(host, names.project)
    if (!fact.ok) throw new Error(fact.output)
    return readGoogleSecrets(host, fact.login, gke, names)
  }

  it('are none as long as nobody put them there', async () => {
    expect([...(await read()).keys()]).toEqual([])
  })

  it('are MongoDB’s URL, its newest version, and where Memorystore listens', async () => {
    const secrets = `secretmanager/v1/projects/${names.project}/secrets`
    await post(`${secrets}?secretId=${names.mongoSecret}`, { replication: { automatic: {} } })
    for (const url of ['mongodb://old.example.com', 'mongodb://new.example.com']) {
      const data = Buffer.from(url).toString('base64')
      await post(`${secrets}/${names.mongoSecret}:addVersion`, { payload: { data } })
    }
    const instances = `redis/v1/projects/${names.project}/locations/${names.region}/instances`
    await post(`${instances}?instanceId=${names.redis}`, { tier: 'STANDARD_HA', memorySizeGb: 1 })
    await expect
      .poll(async () => (await read()).get('REDIS_URL')?.value.reveal(), { timeout: 60_000 })
      .toMatch(/^redis:\/\/[\d.]+:6379$/)
    const found = (await read()).get('MONGODB_URL')
    expect([found?.from, found?.value.reveal(), JSON.stringify(found)]).toEqual([
      'Secret Manager',
      'mongodb://new.example.com',
      expect.not.stringContaining('example'),
    ])
  })
})
