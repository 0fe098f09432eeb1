import { describe, expect, it } from 'vitest'
import { readBackendServices } from '../../../src/facts/gke-balancer.ts'
import type { Host } from '../../../src/run/host.ts'
import { login } from '../../support/login.ts'

const root = 'https://www.googleapis.com/compute/v1/projects/testbed-project'
const zone = 'zones/us-central1-a'
const service = { namespace: 'team-of-long-names', name: 'chat', network: 'chat-vpc' }

/** As a cluster makes it for a Service; the uid is that of kube-system. */
const group = (name: string, more: object = {}, network = 'chat-vpc') => ({
  name,
  selfLink: `${root}/${zone}/networkEndpointGroups/${name}`,
  network: `${root}/global/networks/${network}`,
  description: JSON.stringify({
    'cluster-uid': 'b0284474-269b-4221-9112-9e315229fdcd',
    namespace: 'team-of-long-names',
    'service-name': 'chat',
    port: '80',
    ...more,
  }),
})
/** As the controller of Gateway makes it: no description, and a name whose parts are cut off. */
const backend = (name: string, of: string, more: object = {}) => ({
  name,
  selfLink: `${root}/global/backendServices/${name}`,
  description: '',
  loadBalancingScheme: 'EXTERNAL_MANAGED',
  sessionAffinity: 'GENERATED_COOKIE',
  timeoutSec: 3600,
  connectionDraining: { drainingTimeoutSec: 30 },
  backends: [{ group: `${root}/${zone}/${of}` }],
  healthChecks: [`${root}/global/healthChecks/${name}`],
  ...more,
})
const ours = group('k8s1-6ad6d047-team-of-long-na-chat-80-4d794eed')
const gateway = backend('gkegw1-rxra-team-of-long-chat-80-v49bg5xn0q9o', `networkEndpointGroups/${ours.name}`)

type Lists = Readonly<Record<string, readonly (readonly object[])[] | undefined>>

/** Pages of aggregated lists; what is undefined is refused. */
function read(lists: Lists, of: Parameters<typeof readBackendServices>[3] = service) {
  const asked: string[] = []
  const answer = (value: object, status = 200) => ({ status, headers: {}, body: JSON.stringify(value) })
  const request = async (url: string) => {
    asked.push(url)
    const [, kind = '', token = '0'] = /\/aggregated\/(\w+)(?:\?pageToken=(\d+))?$/.exec(url) ?? []
    if (kind === '') return answer({ httpHealthCheck: { requestPath: '/healthz' } })
    const pages = lists[kind]
    if (pages === undefined) return answer({ error: { errors: [{ reason: 'forbidden' }] } }, 403)
    const scope = kind === 'backendServices' ? 'global' : zone
    const next = Number(token) + 1
    const nextPageToken = next < pages.length ? String(next) : undefined
    return answer({ items: { [scope]: { [kind]: pages[Number(token)] } }, nextPageToken })
  }
  const host = { request } as unknown as Host
  return readBackendServices(host, login, 'testbed-project', of)
}

describe('the backend services of a Service', () => {
  it('are those with one of its groups behind a Gateway, whatever they are called and say', async () => {
    const serves404 = 'gkegw1-rxra-team-of-lon-gw-serve404-80-gvlt3glsl26m'
    const found = await read({
      networkEndpointGroups: [
        [group('k8s1-6ad6d047-team-of-long-na-shop-80-1', { 'service-name': 'shop' }), ours],
      ],
      backendServices: [
        [
          backend(serves404, 'networkEndpointGroups/gone'),
          backend('gkegw1-rxra-shop', 'networkEndpointGroups/k8s1-6ad6d047-team-of-long-na-shop-80-1'),
          gateway,
        ],
      ],
    })
    expect(found).toEqual([
      {
        name: gateway.name,
        affinity: 'GENERATED_COOKIE',
        timeout: 3600,
        draining: 30,
        scheme: 'EXTERNAL_MANAGED',
        healthPath: '/healthz',
      },
    ])
  })

  it('are looked for on all pages of both lists', async () => {
    const found = await read({ networkEndpointGroups: [[], [ours]], backendServices: [[], [], [gateway]] })
    expect(found.map(one => one.name)).toEqual([gateway.name])
  })

  it('are not those of an app of the same name in another cluster', async () => {
    const other = group('k8s1-0815aaaa-team-of-long-na-chat-80-1', { 'cluster-uid': '0815' }, 'other-vpc')
    const theirs = backend('gkegw1-zzzz-team-of-long-chat-80-1', `networkEndpointGroups/${other.name}`)
    const lists = { networkEndpointGroups: [[other, ours]], backendServices: [[theirs, gateway]] }
    expect((await read(lists)).map(one => one.name)).toEqual([gateway.name])
    const marked = { ...service, network: 'none-of-ours', marks: ['0815'] }
    expect((await read(lists, marked)).map(one => one.name)).toEqual([theirs.name])
    // Who may not read kube-system does not know the marks, and is shown what names the Service.
    expect(await read(lists, { ...service, marks: [] })).toHaveLength(2)
  })

  it('are told by their description where they have no groups of endpoints', async () => {
    const says = {
      description:
        '{"kubernetes.io/service-name":"team-of-long-names/chat","kubernetes.io/service-port":"80"}',
    }
    const ingress = backend('k8s-be-30080--6ad6d047', 'instanceGroups/k8s-ig--6ad6d047', says)
    const elsewhere = backend('k8s1-0815-chat', 'networkEndpointGroups/k8s1-0815-chat', says)
    const services = [[ingress, elsewhere]]
    const found = await read({ networkEndpointGroups: [[ours]], backendServices: services })
    expect(found.map(one => one.name)).toEqual([ingress.name])
    // An account that may not see the groups goes by what is said.
    expect(await read({ backendServices: services })).toHaveLength(2)
  })

  it('are none for an account that may not see them', async () => {
    expect(await read({ networkEndpointGroups: [[ours]] })).toEqual([])
  })
})
