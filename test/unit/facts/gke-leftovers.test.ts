import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/command.ts'
import { gkeNames } from '../../../src/config/gke-names.ts'
import { readCompute } from '../../../src/facts/gke-compute.ts'
import { bucketOf } from '../../../src/facts/gke-leftovers.ts'
import { certain } from '../../../src/facts/gke-project.ts'
import { type Answer, type ApiAnswer, refusalOf } from '../../../src/tools/google-apis.ts'
import { balancerKinds } from '../../../src/tools/google-balancer.ts'
import { fakeHost } from '../../support/fake-host.ts'
import { gkeConfig } from '../../support/gke-configs.ts'

const names = gkeNames('chat', gkeConfig())
const ok = (value: Answer): ApiAnswer<Answer> => ({ ok: true, value })
const labels = { 'managed-by': 'rtdeploy', rtdeploy: 'chat' }
const refused = (status: number, reason: string) =>
  refusalOf(status, JSON.stringify({ error: { errors: [{ reason }] } }))

const unclear: readonly (readonly [string, ApiAnswer<Answer>])[] = [
  ['a refusal', refused(403, 'forbidden')],
  ['too many requests', refused(429, 'rateLimitExceeded')],
  ['a failure', refused(503, 'backendError')],
  ['no answer', undefined],
]
const unknown = expect.objectContaining({ code: 'gke.unknown', exitCode: 3 })

describe('what Google says is there', () => {
  it.each(unclear)('is not taken as absent from %s', (_, answer) => {
    expect(() => certain(answer, 'a cluster chat')).toThrow(unknown)
  })

  it.each([
    ['404', refused(404, 'notFound')],
    ['an API that is off', refused(403, 'SERVICE_DISABLED')],
    ['an older API that is off', refused(403, 'accessNotConfigured')],
  ])('is absent by %s', (_, answer) => {
    expect(certain(answer, 'a cluster chat')).toBeUndefined()
  })
})

describe('what load balancers are made of', () => {
  it('is read to the last page', async () => {
    const page = (kind: string, name: string, next?: string) => ({
      status: 200,
      headers: {},
      body: JSON.stringify({ items: { global: { [kind]: [{ name }] } }, nextPageToken: next }),
    })
    const at = (rest: string) =>
      `GET https://compute.googleapis.com/compute/v1/projects/testbed-project/aggregated/${rest}`
    const { host, done } = fakeHost({
      requests: [
        ...balancerKinds.map(kind => [at(kind), page(kind, 'one', kind === 'disks' ? 'a+b' : '')] as const),
        [at('disks?pageToken=a%2Bb'), page('disks', 'two')],
      ],
    })
    const login = {
      account: 'me',
      token: new Secret('t'),
      expiresAt: undefined,
      project: undefined,
      endpoints: {},
    }
    const found = await readCompute(host, login, 'testbed-project')
    expect(found.filter(item => item.kind === 'disks').map(item => item.name)).toEqual(['one', 'two'])
    expect(found).toHaveLength(balancerKinds.length + 1)
    done()
  })
})

describe('the bucket of the state', () => {
  const states = (...environments: string[]) =>
    ok({ prefixes: environments.map(environment => `rtdeploy/${environment}/`) })

  it.each([
    ['with our label', labels, true],
    ['without any label', undefined, false],
    ['with labels of others', { team: 'a' }, false],
  ])('%s', (_, given, ours) => {
    expect(bucketOf(ok({ labels: given }), states('production'), names)).toEqual({
      ours,
      own: true,
      others: [],
    })
  })

  it('knows the other environments that have a state in it', () => {
    const both = states('production', 'staging')
    expect(bucketOf(ok({ labels }), both, names)).toMatchObject({ own: true, others: ['staging'] })
    const ofStaging = gkeNames('chat', gkeConfig(), 'staging')
    expect(bucketOf(ok({ labels }), both, ofStaging)).toMatchObject({ own: true, others: ['production'] })
    expect(bucketOf(ok({ labels }), states('staging'), names)).toMatchObject({ own: false })
  })

  it('is nothing when it is not there', () => {
    expect(bucketOf(refused(404, 'notFound'), refused(404, 'notFound'), names)).toBeUndefined()
  })

  it.each(unclear)('is not looked away from, nor what is in it, after %s', (_, answer) => {
    expect(() => bucketOf(answer, states(), names)).toThrow(unknown)
    expect(() => bucketOf(ok({ labels }), answer, names)).toThrow(unknown)
  })
})
