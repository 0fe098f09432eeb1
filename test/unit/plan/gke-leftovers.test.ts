import { describe, expect, it } from 'vitest'
import { shellLine } from '../../../src/command.ts'
import { gkeNames } from '../../../src/config/gke-names.ts'
import { planLeftovers } from '../../../src/plan/gke-leftovers.ts'
import { type BalancerKind, computeItems, isGroupOf } from '../../../src/tools/google-balancer.ts'
import { itemsOfApp } from '../../../src/tools/google-ownership.ts'
import { gkeConfig } from '../../support/gke-configs.ts'

const names = gkeNames('chat', gkeConfig())
const owner = { ...names, namespace: 'team', app: 'chat' }
const root = 'https://www.googleapis.com/compute/v1/projects/testbed-project'
const zone = 'zones/us-central1-a'

/** An item of an aggregated list, as Compute Engine shows it. */
function item(kind: BalancerKind, scope: string, name: string, more: object = {}) {
  const selfLink = `${root}/${scope}/${kind}/${name}`
  return computeItems(kind, { items: { [scope]: { [kind]: [{ name, selfLink, ...more }] } } })
}
const group = (namespace: string, network: string, name: string) =>
  item('networkEndpointGroups', zone, name, {
    network: `${root}/global/networks/${network}`,
    description: JSON.stringify({
      'cluster-uid': name.split('-')[1],
      namespace,
      'service-name': 'chat',
      port: '80',
    }),
  })

const balancer = [
  ...group('team', names.network, 'k8s1-4711-team-chat-80-a'),
  ...item('healthChecks', 'global', 'gkegw1-4711-team-chat-80-h', {
    description: '{"kubernetes.io/service-name":"team/chat"}',
  }),
  ...item('backendServices', 'global', 'gkegw1-4711-team-chat-80-b', {
    backends: [{ group: `${root}/${zone}/networkEndpointGroups/k8s1-4711-team-chat-80-a` }],
  }),
  ...item('urlMaps', 'global', 'gkegw1-4711-u', {
    defaultService: `${root}/global/backendServices/gkegw1-4711-team-chat-80-b`,
  }),
  ...item('targetHttpProxies', 'global', 'gkegw1-4711-p', { urlMap: `${root}/global/urlMaps/gkegw1-4711-u` }),
  ...item('forwardingRules', 'global', 'gkegw1-4711-f', {
    target: `${root}/global/targetHttpProxies/gkegw1-4711-p`,
  }),
]
const strangers = [
  ...group('other', names.network, 'k8s1-4711-other-chat-80-a'),
  ...group('team', 'other-vpc', 'k8s1-0815-team-chat-80-a'),
  ...item('backendServices', 'global', 'my-own', { description: '' }),
  ...item('forwardingRules', 'global', 'my-own', { target: `${root}/global/targetHttpProxies/my-own` }),
]
/** The same app in the same namespace, on another network. */
const elsewhere = [
  ...group('team', 'other-vpc', 'k8s1-0815-team-chat-80-a'),
  ...item('healthChecks', 'global', 'gkegw1-0815-team-chat-80-h', {
    description: '{"kubernetes.io/service-name":"team/chat"}',
  }),
  ...item('backendServices', 'global', 'gkegw1-0815-team-chat-80-b', {
    description: '{"kubernetes.io/service-name":"team/chat"}',
    backends: [{ group: `${root}/${zone}/networkEndpointGroups/k8s1-0815-team-chat-80-a` }],
    healthChecks: [`${root}/global/healthChecks/gkegw1-0815-team-chat-80-h`],
  }),
  ...item('urlMaps', 'global', 'gkegw1-0815-team-chat-u', {
    defaultService: `${root}/global/backendServices/gkegw1-0815-team-chat-80-b`,
  }),
  ...item('targetHttpProxies', 'global', 'gkegw1-0815-team-chat-p', {
    urlMap: `${root}/global/urlMaps/gkegw1-0815-team-chat-u`,
  }),
  ...item('forwardingRules', 'global', 'gkegw1-0815-team-chat-f', {
    target: `${root}/global/targetHttpProxies/gkegw1-0815-team-chat-p`,
  }),
]
const volume = (more: object) =>
  item('disks', zone, 'pvc-1', {
    sizeGb: '10',
    labels: { 'goog-k8s-cluster-name': 'chat', 'goog-k8s-cluster-location': 'us-central1' },
    description: '{"kubernetes.io/created-for/pvc/namespace":"team"}',
    ...more,
  })

describe('the removal of groups', () => {
  it('names one at a time, as gcloud takes them, also where several are in a zone', () => {
    const items = [
      ...group('team', names.network, 'k8s1-4711-team-chat-80-a'),
      ...group('team', names.network, 'k8s1-4711-team-chat-90-b'),
    ]
    const { steps } = planLeftovers(names, { items, resources: [] })
    const lines = steps.map(({ action }) => (action.kind === 'run' ? shellLine(action.command) : ''))
    expect(lines.map(line => line.match(/k8s1-\S+/g))).toEqual([
      ['k8s1-4711-team-chat-80-a'],
      ['k8s1-4711-team-chat-90-b'],
    ])
    expect(new Set(steps.map(({ id }) => id)).size).toBe(2)
  })
})

describe('what is left of an app in Google Cloud', () => {
  it('is found by description and by what refers to it, and is nothing of others', () => {
    const found = itemsOfApp([...strangers, ...balancer], owner)
    expect(found.map(one => one.kind)).toEqual([
      'forwardingRules',
      'targetHttpProxies',
      'urlMaps',
      'backendServices',
      'healthChecks',
      'networkEndpointGroups',
    ])
    expect(found.map(one => one.name).join()).not.toMatch(/own|other|0815/)
  })

  it('is told by the cluster’s mark on a network that others are on, and is nothing there without one', () => {
    const same = elsewhere.map(one => ({ ...one, network: names.network }))
    const shared = { ...owner, marks: ['4711'] }
    const found = itemsOfApp([...strangers, ...same, ...balancer], shared)
    expect(found).toHaveLength(balancer.length)
    expect(found.map(one => one.name).join()).not.toMatch(/own|other|0815/)
    expect(itemsOfApp([...same, ...balancer], { ...owner, marks: [] })).toEqual([])
  })

  it('is a disk of its cluster’s volumes that nobody has open', () => {
    expect(itemsOfApp(volume({}), owner)).toHaveLength(1)
    expect(itemsOfApp(volume({ users: ['vm'] }), owner)).toEqual([])
    for (const labels of [
      {},
      { 'goog-k8s-cluster-name': 'chat' },
      { 'goog-k8s-cluster-name': 'other', 'goog-k8s-cluster-location': 'us-central1' },
      { 'goog-k8s-cluster-name': 'chat', 'goog-k8s-cluster-location': 'europe-west1' },
    ])
      expect(itemsOfApp(volume({ labels }), owner)).toEqual([])
  })

  it('is never the load balancer of an app of the same name and namespace in another cluster', () => {
    expect(itemsOfApp(elsewhere, owner)).toEqual([])
    const found = itemsOfApp([...elsewhere, ...balancer], owner)
    expect(found.map(one => one.name).join()).not.toContain('0815')
    expect(found).toHaveLength(balancer.length)
  })

  it('is what has no group any more, and what only sends on to https, when it carries the mark of its cluster', () => {
    const described = { description: '{"kubernetes.io/service-name":"team/old"}' }
    const more = (uid: string) => [
      ...item('backendServices', 'global', `gkegw1-${uid}-team-old-80-b`, {
        ...described,
        backends: [{ group: `${root}/${zone}/networkEndpointGroups/gone` }],
      }),
      ...item('healthChecks', 'global', `gkegw1-${uid}-team-old-80-h`, described),
      ...item('urlMaps', 'global', `gkegw1-${uid}-team-chat-redirect`),
    ]
    const found = itemsOfApp([...balancer, ...more('4711'), ...more('0815')], owner)
    const names = found.filter(one => !balancer.includes(one)).map(one => one.name)
    expect(names).toEqual([
      'gkegw1-4711-team-chat-redirect',
      'gkegw1-4711-team-old-80-b',
      'gkegw1-4711-team-old-80-h',
    ])
  })

  it('is told with its price and removed in an order in which nothing is in use', () => {
    const items = itemsOfApp([...balancer, ...volume({})], owner)
    const plan = planLeftovers(names, { items, resources: [] })
    const lines = plan.steps.map(step => (step.action.kind === 'run' ? shellLine(step.action.command) : ''))
    expect(lines).toEqual([
      'gcloud compute forwarding-rules delete gkegw1-4711-f --global',
      'gcloud compute target-http-proxies delete gkegw1-4711-p --global',
      'gcloud compute url-maps delete gkegw1-4711-u --global',
      'gcloud compute backend-services delete gkegw1-4711-team-chat-80-b --global',
      'gcloud compute health-checks delete gkegw1-4711-team-chat-80-h --global',
      'gcloud compute network-endpoint-groups delete k8s1-4711-team-chat-80-a --zone=us-central1-a',
      'gcloud compute disks delete pvc-1 --zone=us-central1-a',
    ])
    expect(plan.asks).toMatch(/^7 things of chat are left in testbed-project/)
    expect(plan.asks).toContain('disk pvc-1 of 10 GiB in us-central1-a: about USD 1.00-1.60 a month')
    expect(plan.asks).toContain('forwarding rule gkegw1-4711-f: about USD 18 a month')
  })
})

describe('what keeps a network', () => {
  it('is removed without a word of where it is, which gcloud refuses for a firewall rule', () => {
    const network = `${root}/global/networks/${names.network}`
    const rules = ['gkegw1-4711-l7-chat-vpc-global', 'k8s-fw-l7--4711'].flatMap(name =>
      computeItems('firewalls', { items: [{ name, network }] }),
    )
    const items = itemsOfApp([...rules, ...balancer.slice(0, 1)], { ...owner, whole: true })
    const { steps, asks } = planLeftovers(names, { items, resources: [] })
    const lines = steps.map(step => (step.action.kind === 'run' ? shellLine(step.action.command) : ''))
    expect(lines).toEqual([
      'gcloud compute network-endpoint-groups delete k8s1-4711-team-chat-80-a --zone=us-central1-a',
      'gcloud compute firewall-rules delete gkegw1-4711-l7-chat-vpc-global k8s-fw-l7--4711',
    ])
    expect(asks).toContain('firewall rule k8s-fw-l7--4711')
  })
})

describe('what is left of an app in a cluster of others', () => {
  const of = (services: readonly string[], claims: readonly string[] = []) => ({
    ...owner,
    marks: ['4711'],
    only: { services, claims },
  })
  const claimed = (claim: string) =>
    volume({
      description: JSON.stringify({
        'kubernetes.io/created-for/pvc/name': claim,
        'kubernetes.io/created-for/pvc/namespace': 'team',
      }),
    })
  /** Of somebody else in the same namespace: an Ingress of its own, and a Gateway that begins with the app's name. */
  const beside = [
    ...item('networkEndpointGroups', zone, 'k8s1-4711-team-shop-80-a', {
      network: `${root}/global/networks/${names.network}`,
      description: '{"cluster-uid":"4711","namespace":"team","service-name":"shop","port":"80"}',
    }),
    ...item('backendServices', 'global', 'gkegw1-4711-team-shop-80-b', {
      description: '{"kubernetes.io/service-name":"team/shop"}',
      backends: [{ group: `${root}/${zone}/networkEndpointGroups/k8s1-4711-team-shop-80-a` }],
    }),
    ...item('backendServices', 'global', 'gkegw1-4711-team-chatty-80-b', {
      description: '{"kubernetes.io/service-name":"team/chatty"}',
    }),
    ...item('healthChecks', 'global', 'gkegw1-4711-team-shop-80-h', {
      description: '{"kubernetes.io/service-name":"team/shop"}',
    }),
    ...item('urlMaps', 'global', 'gkegw1-4711-team-shop-u', {
      defaultService: `${root}/global/backendServices/gkegw1-4711-team-shop-80-b`,
      pathMatchers: [{ defaultService: `${root}/global/backendServices/gkegw1-4711-team-chat-80-b` }],
    }),
    ...item('urlMaps', 'global', 'gkegw1-4711-team-chat-more-0123456789ab'),
  ]

  it('is nothing of somebody beside it in the same namespace', () => {
    const found = itemsOfApp([...beside, ...balancer], of(['chat']))
    expect(found.map(one => one.name).sort()).toEqual(balancer.map(one => one.name).sort())
  })

  it('is what only sends on to https, by the name that its own Gateway gives', () => {
    const redirect = item('urlMaps', 'global', 'gkegw1-4711-team-chat-0123456789ab-443')
    expect(itemsOfApp([...redirect, ...balancer], of(['chat']))).toHaveLength(balancer.length + 1)
  })

  it('is nothing where nobody knows what is its own', () => {
    expect(itemsOfApp([...beside, ...balancer, ...claimed('data-chat-0')], of([]))).toEqual([])
  })

  it('is a disk of a claim of its own', () => {
    const disks = [...claimed('data-chat-0'), ...claimed('data-shop-0'), ...volume({})]
    const found = itemsOfApp(claimed('data-chat-0'), of(['chat'], ['data-chat-0']))
    expect(found.map(one => one.kind)).toEqual(['disks'])
    expect(itemsOfApp(disks.slice(1), of(['chat'], ['data-chat-0']))).toEqual([])
  })

  it('is not waited for while somebody beside it keeps a group', () => {
    const cluster = { network: names.network, marks: ['4711'], only: { services: ['chat'], claims: [] } }
    const groups = [...beside, ...balancer].filter(one => isGroupOf(one, cluster))
    expect(groups.map(one => one.name)).toEqual(['k8s1-4711-team-chat-80-a'])
  })
})
