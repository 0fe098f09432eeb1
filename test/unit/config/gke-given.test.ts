import { describe, expect, it } from 'vitest'
import { gkeNames } from '../../../src/config/gke-names.ts'
import { neededPermissions, neededQuotas } from '../../../src/config/gke-needs.ts'
import { knownResources } from '../../../src/config/gke-resources.ts'
import { gkeConfig } from '../../support/gke-configs.ts'
import { leastGke, parseGke, problemsOfGke } from '../../support/gke-section.ts'

const parse = (gke: Readonly<Record<string, unknown>>) => parseGke({ ...leastGke, ...gke })
const problems = (gke: Readonly<Record<string, unknown>>) => problemsOfGke({ ...leastGke, ...gke })

describe('a cluster of others', () => {
  const cluster = { name: 'team' }
  const everything = {
    host: 'chat.example.com',
    certificate: 'managed',
    dns: 'zone',
    redis: 'memorystore',
  } as const

  it('is in the region, or where it is said to be', () => {
    expect(parse({ cluster })?.cluster).toEqual(cluster)
    const names = gkeNames('chat', gkeConfig({ ...leastGke, cluster }))
    expect(names).toMatchObject({
      cluster: 'team',
      location: 'europe-west1',
      context: 'gke_my-project_europe-west1_team',
    })
    const zonal = gkeConfig({ ...leastGke, cluster: { name: 'team', location: 'europe-west1-b' } })
    expect(gkeNames('chat', zonal, 'staging')).toMatchObject({
      base: 'chat--staging',
      cluster: 'team',
      context: 'gke_my-project_europe-west1-b_team',
      image: 'europe-west1-docker.pkg.dev/my-project/chat--staging/app',
    })
  })

  it.each([
    ['mode', { mode: 'standard' }],
    ['mode', { mode: 'autopilot' }],
    ['minimal', { mode: 'standard', minimal: true }],
    ['spot', { mode: 'standard', spot: true }],
    ['zone', { zone: 'europe-west1-b' }],
    ['network', { network: { name: 'shared', subnetwork: 'apps' } }],
    ['authorizedNetworks', { authorizedNetworks: { office: '203.0.113.0/24' } }],
  ])('leaves no choice of %s', (key, given) => {
    const found = problems({ cluster, ...given })
    expect(found).toContainEqual(expect.stringMatching(`^gke\\.${key}: is for a cluster of its own`))
    expect(found).toHaveLength(Object.keys(given).length)
  })

  it.each([
    [{ cluster: 'team' }, /^gke\.cluster: should be a mapping with `name`/],
    [{ cluster: { name: 'Team' } }, /^gke\.cluster\.name: should be the name of a cluster/],
    [
      { cluster: { name: 'team', location: 'Europe' } },
      /^gke\.cluster\.location: should be a zone or a region/,
    ],
  ])('is refused as %j with a reason', (given, reason) => {
    expect(problems(given)).toEqual([expect.stringMatching(reason)])
  })

  it('is none of what we make, take in or remove, with its network, nodes and account', () => {
    const gke = gkeConfig({ cluster, ...everything })
    const names = gkeNames('chat', gke)
    const known = knownResources(gke, names).map(one => one.address)
    expect(known).toContain('google_compute_global_address.entry')
    expect(known).toContain('google_redis_instance.main')
    expect(known.join()).not.toMatch(/container|compute_(?:network|subnetwork|router)|service_account/)
    const permissions = neededPermissions(gke).join()
    expect(permissions).toContain('container.clusters.get,')
    expect(permissions).not.toMatch(/clusters\.(?:create|delete)|networks|iam\.|resourcemanager/)
    expect(neededQuotas(gke).map(quota => quota.metric)).toEqual(['STATIC_ADDRESSES'])
  })
})

describe('a network of others', () => {
  const network = { name: 'shared', subnetwork: 'apps' }

  it('has a name and a subnetwork, and ranges where somebody chose them', () => {
    expect(parse({ network })?.network).toEqual(network)
    const ranges = { ...network, pods: 'apps-pods', services: 'apps-services' }
    expect(parse({ network: ranges })?.network).toEqual(ranges)
  })

  it.each([
    [{ network: 'shared' }, /^gke\.network: should be a mapping with `name` and `subnetwork`/],
    [{ network: { name: 'shared' } }, /^gke\.network\.subnetwork: is missing/],
    [{ network: { ...network, name: 'Shared' } }, /^gke\.network\.name: should be the name of a network/],
    [{ network: { ...network, pods: '10.0.0.0/16' } }, /^gke\.network\.pods: should be the name of a second/],
    [
      { network: { ...network, subnetwrk: 'apps' } },
      /^gke\.network\.subnetwrk: unknown key, did you mean subnetwork/,
    ],
  ])('is refused as %j with a reason', (given, reason) => {
    expect(problems(given)).toEqual([expect.stringMatching(reason)])
  })

  it.each([gkeConfig({ network }), gkeConfig({ network, mode: 'standard', minimal: true })])(
    'is none of what we make, take in or remove',
    gke => {
      const names = gkeNames('chat', gke)
      expect(names).toMatchObject({ network: 'shared', subnetwork: 'apps', cluster: 'chat' })
      const known = knownResources(gke, names).map(one => one.address)
      expect(known).toContain('google_container_cluster.main')
      expect(known.join()).not.toMatch(/compute_(?:network|subnetwork|router)/)
      expect(neededPermissions(gke).join()).not.toMatch(
        /compute\.(?:networks|subnetworks|routers)\.(?:create|del)/,
      )
      expect(neededQuotas(gke).map(quota => quota.metric)).not.toContain('NETWORKS')
    },
  )
})
