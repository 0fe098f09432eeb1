import { describe, expect, it } from 'vitest'
import { gkeNames } from '../../../src/config/gke-names.ts'
import type { GkeFacts } from '../../../src/facts/gke.ts'
import type { GivenNetworkFacts } from '../../../src/facts/gke-given.ts'
import { judgeGiven } from '../../../src/facts/gke-given-checks.ts'
import type { ApiAnswer } from '../../../src/tools/google-apis.ts'
import { gkeConfig } from '../../support/gke-configs.ts'

const ok = <T>(value: T): ApiAnswer<T> => ({ ok: true, value })
const no = (status: number, reason = ''): ApiAnswer<never> => ({ ok: false, status, reason, message: reason })
const at = (path: string) => `https://www.googleapis.com/compute/v1/projects/testbed-project/${path}`

const gke = gkeConfig({ network: { name: 'shared', subnetwork: 'apps', pods: 'apps-pods' } })
const subnetwork = {
  network: at('global/networks/shared'),
  privateIpGoogleAccess: true,
  secondaryIpRanges: [{ rangeName: 'apps-pods' }],
}
const nat = { name: 'out', sourceSubnetworkIpRangesToNat: 'ALL_SUBNETWORKS_ALL_IP_RANGES' }
const router = (network: string, nats: readonly unknown[]) =>
  ok({ items: [{ name: 'one', network: at(`global/networks/${network}`), nats }] })
const all: GivenNetworkFacts = {
  network: ok({}),
  subnetwork: ok(subnetwork),
  routers: router('shared', [nat]),
}

const cluster = {
  status: 'RUNNING',
  currentMasterVersion: '1.33.2-gke.100',
  ipAllocationPolicy: { useIpAliases: true },
  addonsConfig: { httpLoadBalancing: {} },
  networkConfig: { gatewayApiConfig: { channel: 'CHANNEL_STANDARD' } },
}

const judgedCluster = (
  answer: ApiAnswer<Readonly<Record<string, unknown>>>,
  entry: 'gateway' | 'ingress',
) => {
  const config = gkeConfig({ cluster: { name: 'team', location: 'us-central1-b' }, entry })
  return judgeGiven({
    gke: config,
    names: gkeNames('chat', config),
    project: { given: { kind: 'cluster', cluster: answer } },
  } as unknown as GkeFacts)
}

describe('a cluster of others', () => {
  it.each(['gateway', 'ingress'] as const)('is good for the entry %s when it has all of it', entry => {
    const checks = judgedCluster(ok(cluster), entry)
    expect(checks.map(check => [check.id, check.status])).toEqual([
      ['gke.cluster', 'pass'],
      ['gke.way-in', 'pass'],
    ])
  })

  const named = ' team --location=us-central1-b --project=testbed-project'
  it.each([
    [
      'that is not there',
      no(404),
      /^there is no cluster team in us-central1-b/,
      'gcloud container clusters list',
    ],
    [
      'that is on its way out',
      ok({ ...cluster, status: 'STOPPING' }),
      /^stopping/,
      `clusters describe${named}`,
    ],
    [
      'that is too old',
      ok({ ...cluster, currentMasterVersion: '1.28.9-gke.1' }),
      /1\.28\.9/,
      `clusters upgrade${named} --master`,
    ],
    ['with routes for pods', ok({ ...cluster, ipAllocationPolicy: {} }), /not VPC-native/, 'another cluster'],
    [
      'without load balancing',
      ok({ ...cluster, addonsConfig: { httpLoadBalancing: { disabled: true } } }),
      /HttpLoadBalancing is off/,
      `clusters update${named} --update-addons=HttpLoadBalancing=ENABLED`,
    ],
    [
      'without the Gateway API',
      ok({ ...cluster, networkConfig: {} }),
      /Gateway API is off/,
      `clusters update${named} --gateway-api=standard`,
    ],
  ])('%s is one problem with one command', (_, answer, found, hint) => {
    const failed = judgedCluster(answer, 'gateway').filter(check => check.status === 'fail')
    expect(failed).toEqual([
      expect.objectContaining({ found: expect.stringMatching(found), hint: expect.stringContaining(hint) }),
    ])
  })

  it('needs no Gateway API for an Ingress', () => {
    const checks = judgedCluster(ok({ ...cluster, networkConfig: {} }), 'ingress')
    expect(checks.every(check => check.status === 'pass')).toBe(true)
  })

  it('that is degraded, or that nobody may see, is warned of', () => {
    const degraded = { ...cluster, status: 'DEGRADED', statusMessage: 'a pool is short of nodes' }
    expect(judgedCluster(ok(degraded), 'gateway')[0]).toMatchObject({
      status: 'warn',
      why: 'a pool is short of nodes',
    })
    expect(judgedCluster(no(403, 'forbidden'), 'gateway')).toMatchObject([
      { status: 'warn', found: 'forbidden' },
    ])
  })
})

const judged = (given: Partial<GivenNetworkFacts> = {}, config = gke) =>
  judgeGiven({
    gke: config,
    names: gkeNames('chat', config),
    project: { given: { kind: 'network', ...all, ...given } },
  } as unknown as GkeFacts)

describe('a network of others', () => {
  it('is good when it has all that nodes need', () => {
    expect(judged().map(check => [check.id, check.status])).toEqual([
      ['gke.network', 'pass'],
      ['gke.subnetwork', 'pass'],
      ['gke.way-out', 'pass'],
    ])
  })

  it.each([
    [
      'that is not there',
      { network: no(404) },
      /^there is no network shared/,
      /^gcloud compute networks list/,
    ],
    [
      'without the subnetwork in the region',
      { subnetwork: no(404) },
      /^there is no subnetwork apps in us-central1/,
      /^gcloud compute networks subnets list --network=shared/,
    ],
    [
      'that the subnetwork is not of',
      { subnetwork: ok({ ...subnetwork, network: at('global/networks/other') }) },
      /belongs to the network other/,
      /subnets list/,
    ],
    [
      'without the range for pods',
      { subnetwork: ok({ ...subnetwork, secondaryIpRanges: [{ rangeName: 'x' }] }) },
      /no secondary range apps-pods; it has x/,
      /gke\.network\.pods/,
    ],
    [
      'without a way out',
      { subnetwork: ok({ ...subnetwork, privateIpGoogleAccess: false }), routers: ok({}) },
      /neither/,
      /^gcloud compute networks subnets update apps --region=us-central1 --enable-private-ip-google-access/,
    ],
  ])('%s is one problem with one command', (_, given, found, hint) => {
    const failed = judged(given).filter(check => check.status === 'fail')
    expect(failed).toEqual([
      expect.objectContaining({ found: expect.stringMatching(found), hint: expect.stringMatching(hint) }),
    ])
  })

  it('without a NAT is warned of: only Google can be reached from there', () => {
    const elsewhere = router('other', [nat])
    const others = router('shared', [{ name: 'x', subnetworks: [{ name: at('regions/x/subnetworks/web') }] }])
    for (const routers of [elsewhere, others, ok({})])
      expect(judged({ routers }).at(-1)).toMatchObject({ id: 'gke.way-out', status: 'warn' })
  })

  it('with a NAT for the subnetwork alone is good', () => {
    const own = { name: 'x', subnetworks: [{ name: at('regions/us-central1/subnetworks/apps') }] }
    expect(judged({ routers: router('shared', [own]) }).at(-1)).toMatchObject({ status: 'pass' })
  })

  it('needs no way out for nodes with addresses of their own', () => {
    const minimal = { ...gke, mode: 'standard', minimal: true } as const
    expect(judged({ routers: ok({}) }, minimal).map(check => check.id)).toEqual([
      'gke.network',
      'gke.subnetwork',
    ])
  })

  it('that nobody may see is warned of, with the reason', () => {
    const [check] = judged({ network: no(403, 'forbidden') })
    expect(check).toMatchObject({ status: 'warn', found: 'forbidden' })
  })
})
