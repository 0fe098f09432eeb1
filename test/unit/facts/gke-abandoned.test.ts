import { describe, expect, it } from 'vitest'
import type { GkeConfig } from '../../../src/config/gke.ts'
import { gkeNames } from '../../../src/config/gke-names.ts'
import { readLeftovers } from '../../../src/facts/gke-leftovers.ts'
import type { Host } from '../../../src/run/host.ts'
import { gkeConfig } from '../../support/gke-configs.ts'
import { login } from '../../support/login.ts'

const network = 'https://www.googleapis.com/compute/v1/projects/testbed-project/global/networks/chat-vpc'
const description = '{"cluster-uid":"4711","namespace":"kube-system","service-name":"default-http-backend"}'
const group = { name: 'k8s1-4711-kube-system-default-http-backend-80-1', network, description }
const rules = ['gkegw1-rxra-l7-chat-vpc-global', 'k8s-fw-l7--4711', 'allow-office'].map(name => ({
  name,
  network,
}))
const ours = { description: 'rtdeploy:chat' }
const none = { clusters: [{ name: 'other', network: 'other-vpc' }] }

interface World {
  /** The network, our cluster, and all clusters: undefined is a 404, a number another refusal. */
  readonly network?: object
  readonly cluster?: object
  readonly clusters?: object | number
  readonly given?: Partial<GkeConfig>
  readonly known?: readonly string[]
}

async function left({ network, cluster, clusters = none, given = {}, known }: World) {
  const gke = gkeConfig(given)
  const asked: string[] = []
  const request = async (url: string) => {
    asked.push(url)
    const path = new URL(url).pathname
    const answer = (value: object | number | undefined) =>
      typeof value === 'object'
        ? { status: 200, headers: {}, body: JSON.stringify(value) }
        : { status: value ?? 404, headers: {}, body: '{"error":{"errors":[{"reason":"no"}]}}' }
    if (path.endsWith('/global/networks/chat-vpc')) return answer(network)
    if (path.endsWith('/locations/us-central1/clusters/chat')) return answer(cluster)
    if (path.endsWith('/locations/-/clusters')) return answer(clusters)
    if (path.endsWith('/global/firewalls')) {
      const page = url.endsWith('?pageToken=2') ? 1 : 0
      return answer({
        items: page === 0 ? rules.slice(0, 1) : rules.slice(1),
        nextPageToken: page === 0 ? '2' : '',
      })
    }
    if (path.endsWith('/aggregated/networkEndpointGroups'))
      return answer({ items: { 'zones/us-central1-a': { networkEndpointGroups: [group] } } })
    return path.includes('/aggregated/') ? answer({}) : answer(undefined)
  }
  const host = { request } as unknown as Host
  const { items } = await readLeftovers(host, login, gke, gkeNames('chat', gke), 'chat', { known })
  return { names: items.map(item => item.name), asked }
}

describe('all that is left on a network', () => {
  it('goes when it is our own and no cluster is on it', async () => {
    const all = [group.name, 'gkegw1-rxra-l7-chat-vpc-global', 'k8s-fw-l7--4711']
    expect((await left({ network: ours })).names).toEqual(all)
    // The API for clusters is off, or nothing was ever made in it.
    expect((await left({ network: ours, clusters: 404 })).names).toEqual(all)
    expect((await left({ network: ours, known: ['k8s-fw-l7--4711'] })).names).toEqual(all.slice(0, 2))
  })

  it.each<[string, World]>([
    ['somebody else made it', { network: { description: 'of the team' } }],
    ['it is gone', {}],
    ['our cluster is on it', { network: ours, cluster: { resourceLabels: { rtdeploy: 'chat' } } }],
    ['a cluster of our name is there', { network: ours, cluster: {} }],
    [
      'another cluster is on it',
      { network: ours, clusters: { clusters: [{ name: 'other', network: 'chat-vpc' }] } },
    ],
    [
      'a zone does not say which clusters it has',
      { network: ours, clusters: { missingZones: ['us-central1-c'] } },
    ],
    ['nobody says which clusters there are', { network: ours, clusters: 503 }],
    ['others gave it', { network: ours, given: { network: { name: 'chat-vpc', subnetwork: 'apps' } } }],
  ])('stays when %s', async (_, world) => {
    const { names, asked } = await left(world)
    expect(names).toEqual([])
    expect(asked.join()).not.toContain('/firewalls')
  })
})
