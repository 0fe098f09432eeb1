import { describe, expect, it } from 'vitest'
import { gkeNames } from '../../../src/config/gke-names.ts'
import { type BalancerKind, computeItems } from '../../../src/tools/google-balancer.ts'
import { isSystems, wayInOf } from '../../../src/tools/google-descriptions.ts'
import { itemsOfApp } from '../../../src/tools/google-ownership.ts'
import { gkeConfig } from '../../support/gke-configs.ts'

// Shapes of a real project: `networking.gke.io/*` of Gateways, and exports of `gcloud beta resource-config`.
const names = gkeNames('chat', gkeConfig())
const owner = { ...names, namespace: 'team', app: 'chat' }
const root = 'https://www.googleapis.com/compute/v1/projects/testbed-project'
const zone = 'zones/us-central1-a'
const uid = 'b0284474-269b-4221-9112-9e315229fdcd'

function item(kind: BalancerKind, name: string, more: object = {}, scope = 'global') {
  const selfLink = `${root}/${scope}/${kind}/${name}`
  return computeItems(kind, { items: { [scope]: { [kind]: [{ name, selfLink, ...more }] } } })
}
const to = (kind: BalancerKind, name: string, scope = 'global') => `${root}/${scope}/${kind}/${name}`
const group = (
  name: string,
  namespace: string,
  service: string,
  network: string = names.network,
  cluster = uid,
) => {
  const description = JSON.stringify({
    'cluster-uid': cluster,
    namespace,
    'service-name': service,
    port: '80',
  })
  return item(
    'networkEndpointGroups',
    name,
    { network: `${root}/global/networks/${network}`, description },
    zone,
  )
}
const gatewayOf = (name: string, cluster: string = names.cluster, namespace = 'team') =>
  JSON.stringify({
    k8sResource: `/namespaces/${namespace}/gateways/${name}`,
    k8sCluster: `/projects/testbed-project/locations/us-central1/clusters/${cluster}`,
  })
/** Without a description, and with its health check. */
const backend = (name: string, ...groups: readonly string[]) => [
  ...item('backendServices', name, {
    description: '',
    backends: groups.map(one => ({ group: to('networkEndpointGroups', one, zone) })),
    healthChecks: [to('healthChecks', name)],
  }),
  ...item('healthChecks', name, { description: '' }),
]
/** A Gateway's URL map, with what is before it. */
const front = (name: string, description: string, ...services: readonly string[]) => [
  ...item('urlMaps', name, {
    description,
    pathMatchers: services.map(one => ({ defaultService: to('backendServices', one) })),
  }),
  ...item('targetHttpsProxies', `${name}-p`, { description, urlMap: to('urlMaps', name) }),
  ...item('forwardingRules', `${name}-f`, { description, target: to('targetHttpsProxies', `${name}-p`) }),
]
const serves404 = 'gkegw1-rxra-team-gw-serve404-80-gvlt3glsl26m'
const defaults = backend(serves404)
const app = [
  ...group('k8s1-6ad6d047-team-chat-80-4d794eed', 'team', 'chat'),
  ...backend('gkegw1-rxra-team-chat-80-v49bg5xn0q9o', 'k8s1-6ad6d047-team-chat-80-4d794eed'),
]
const gateway = front(
  'gkegw1-rxra-team-chat-94oqhkftu5yz',
  gatewayOf('chat'),
  serves404,
  'gkegw1-rxra-team-chat-80-v49bg5xn0q9o',
)
const called = (found: readonly { readonly name: string }[]) => found.map(one => one.name).sort()

describe('what GKE’s controllers leave of a Gateway', () => {
  it('is ours from its group to its address, though only the group names the Service', () => {
    const found = itemsOfApp([...gateway, ...defaults, ...app], owner)
    expect(called(found)).toEqual(called([...gateway, ...app]))
  })

  it('is ours in a cluster of others, too, with the answer for what is not there in its map, which stays', () => {
    const of = { ...owner, marks: [uid], only: { services: ['chat'], claims: [] } }
    expect(called(itemsOfApp([...gateway, ...defaults, ...app], of))).toEqual(called([...gateway, ...app]))
    // The same with a group behind that answer.
    const answers = group('k8s1-6ad6d047-kube-system-gw-serve404-80-1', 'kube-system', 'gw-serve404')
    const grouped = [...backend(serves404, 'k8s1-6ad6d047-kube-system-gw-serve404-80-1'), ...answers]
    expect(called(itemsOfApp([...gateway, ...grouped, ...app], of))).toEqual(called([...gateway, ...app]))
  })

  it('is not the Gateway of others that sends to our Service', () => {
    const of = { ...owner, marks: [uid], only: { services: ['chat'], claims: [] } }
    const uses = [serves404, 'gkegw1-rxra-team-chat-80-v49bg5xn0q9o']
    const shared = front(
      'gkegw1-rxra-edge-external-http-5a',
      gatewayOf('external-http', names.cluster, 'edge'),
      ...uses,
    )
    const beside = front('gkegw1-rxra-team-chat-more-5b', gatewayOf('chat-more'), ...uses)
    const found = itemsOfApp([...shared, ...beside, ...defaults, ...app], of)
    expect(called(found)).toEqual(called(app))
    // Nor our own as long as somebody else’s Service is behind it.
    const shop = [
      ...group('k8s1-6ad6d047-team-shop-80-1', 'team', 'shop'),
      ...backend('gkegw1-rxra-team-shop-80-1', 'k8s1-6ad6d047-team-shop-80-1'),
    ]
    const both = front('gkegw1-rxra-team-chat-5c', gatewayOf('chat'), ...uses, 'gkegw1-rxra-team-shop-80-1')
    expect(called(itemsOfApp([...both, ...shop, ...defaults, ...app], of))).toEqual(called(app))
  })

  it('has what only sends on to https, by its description and its cluster’s mark', () => {
    const redirect = (id: string, digest: string, cluster?: string) =>
      front(`gkegw1-${id}-t-c-${digest}`, gatewayOf('chat', cluster))
    const own = redirect('rxra', '1a')
    const others = [...redirect('zzzz', '1b'), ...redirect('rxra', '1c', 'other')]
    expect(called(itemsOfApp([...app, ...own, ...others], owner))).toEqual(called([...app, ...own]))
    // Without anything that shows the mark, a description says the same in every cluster.
    expect(itemsOfApp(own, owner)).toEqual([])
  })

  it('has the redirect of an Ingress, whose names have another mark than its groups', () => {
    const ingress = '{"kubernetes.io/ingress-name": "team/chat"}'
    const service = '{"kubernetes.io/service-name":"team/chat","kubernetes.io/service-port":"80"}'
    const name = 'k8s1-6ad6d047-team-chat-80-4d794eed'
    const group = app.slice(0, 1)
    const all = [
      ...group,
      ...item('backendServices', name, {
        description: service,
        backends: [{ group: to('networkEndpointGroups', name, zone) }],
      }),
      ...front('k8s2-um-ko3tqm2w-team-chat-6xv8jmzz', ingress, name),
      ...front('k8s2-rm-ko3tqm2w-team-chat-6xv8jmzz', ingress),
    ]
    expect(called(itemsOfApp(all, owner))).toEqual(called(all))
    const theirs = front(
      'k8s2-rm-ko3tqm2w-other-chat-6xv8jmzz',
      '{"kubernetes.io/ingress-name": "other/chat"}',
    )
    expect(called(itemsOfApp([...all, ...theirs], owner))).toEqual(called(all))
  })
})

describe('what is left on a network of our own without a cluster', () => {
  const firewall = (name: string, network: string = names.network) =>
    computeItems('firewalls', {
      items: [{ name, selfLink: to('firewalls', name), network: `${root}/global/networks/${network}` }],
    })
  const ingress = 'k8s1-6ad6d047-kube-system-default-http-backend-80-11'
  const controllers = [
    ...group(ingress, 'kube-system', 'default-http-backend'),
    ...item('backendServices', ingress, {
      backends: [{ group: to('networkEndpointGroups', ingress, zone) }],
      healthChecks: [to('healthChecks', ingress)],
    }),
    ...item('healthChecks', ingress),
    ...firewall('gkegw1-rxra-l7-chat-vpc-global'),
    ...firewall('k8s-fw-l7--6ad6d0474abd1f3e'),
    ...firewall('gke-chat-4711aaaa-all'),
  ]
  const strangers = [
    ...firewall('allow-office'),
    ...firewall('gke-other-4711aaaa-all', 'other-vpc'),
    ...group('k8s1-0815aaaa-team-chat-80-1', 'team', 'chat', 'other-vpc', '0815'),
    ...backend('gkegw1-zzzz-team-chat-80-1', 'k8s1-0815aaaa-team-chat-80-1'),
    ...backend('gkegw1-zzzz-team-gw-serve404-80-1'),
    ...front('gkegw1-zzzz-team-chat-1', gatewayOf('chat', 'other'), 'gkegw1-zzzz-team-chat-80-1'),
  ]
  const whole = { ...owner, whole: true }

  it('goes with all that its controllers had, whatever the namespace', () => {
    const all = [...gateway, ...defaults, ...app, ...controllers]
    expect(called(itemsOfApp([...strangers, ...all], whole))).toEqual(called(all))
  })

  it('is told by the Gateway, too, when no Service of it has a group', () => {
    const alone = [...front('gkegw1-rxra-team-chat-9', gatewayOf('chat'), serves404), ...defaults]
    expect(called(itemsOfApp([...strangers, ...alone], whole))).toEqual(called(alone))
  })

  it('is no firewall rule that Terraform takes down', () => {
    const known = { ...whole, known: ['gke-chat-4711aaaa-all'] }
    expect(called(itemsOfApp(controllers, known))).not.toContain('gke-chat-4711aaaa-all')
  })

  it('is the app’s alone as long as there is a cluster', () => {
    const found = itemsOfApp([...gateway, ...defaults, ...app, ...controllers], owner)
    expect(called(found)).toEqual(called([...gateway, ...app]))
  })
})

describe('descriptions', () => {
  it.each([
    ['of people', 'our own', undefined],
    ['that are cut off', '{"k8sResource":"/namespaces/te', undefined],
    ['of a list', '["kubernetes.io/ingress-name"]', undefined],
    ['of an Ingress', '{"kubernetes.io/ingress-name": "team/chat"}', { namespace: 'team', name: 'chat' }],
    [
      'of a Gateway',
      gatewayOf('chat'),
      { namespace: 'team', name: 'chat', cluster: expect.stringMatching(/clusters\/chat$/) },
    ],
  ])('%s', (_, description, way) => {
    expect(wayInOf({ description })).toEqual(way)
  })

  it.each([
    ['kube-system', 'default-http-backend', true],
    ['kube-system', 'gw-serve404', true],
    ['team', 'gw-serve500', true],
    ['gmp-system', 'frontend', true],
    ['gke-managed-cim', 'metrics', true],
    ['gke-gateway', 'shop', false],
    ['team', 'default-http-backend', false],
    ['team', 'gw-server', false],
  ])('of a group of %s/%s say whether somebody would miss it', (namespace, service, is) => {
    const [one] = group('k8s1-6ad6d047-one', namespace, service)
    expect(one && isSystems(one)).toBe(is)
  })

  it('need not be there on what a Gateway answers errors with', () => {
    expect(isSystems({ name: serves404, description: '' })).toBe(true)
    expect(isSystems({ name: 'gkegw1-rxra-team-gw-server-80-1', description: '' })).toBe(false)
  })
})
