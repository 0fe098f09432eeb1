import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/parse.ts'
import { inEnvironment } from '../../../src/kubernetes/environment.ts'
import type { KubernetesObject } from '../../../src/kubernetes/object.ts'
import { parseObjects } from '../../../src/kubernetes/object.ts'
import { forGke } from '../../../src/scaffold/gke-answers.ts'
import { manifestFiles } from '../../../src/scaffold/kubernetes.ts'
import { kubernetesAnswersOf } from '../../../src/scaffold/kubernetes-answers.ts'
import { gkeConfig } from '../../support/gke-configs.ts'

const start = 'version: 1\nname: chat\napp: { start: [node, server.js] }\n'
const config = (sections: string, environment?: string) =>
  parseConfig(`${start}${sections}\n`, 'rtdeploy.yaml', environment)

const texts = (objects: readonly KubernetesObject[]) => JSON.stringify(objects)

const app = { kind: 'chat', port: 3000, ready: '/readyz' } as const

/** The way in as `init` writes it. */
function entry(files: readonly { readonly path: string; readonly contents: unknown }[]): KubernetesObject[] {
  const file = files.find(({ path }) => path.endsWith('/entry.yaml'))
  return parseObjects(String(file?.contents))
}

const hosted = 'host: chat.example.com, certificate: managed'
const google = (entryKind: 'gateway' | 'ingress', more = hosted, overlay = 'host: try.example.com') =>
  config(
    `target: gke\ngke: { project: my-project, region: us-east1, entry: ${entryKind}, ${more} }\nenvironments: { staging: { gke: { ${overlay} } } }`,
    'staging',
  )
function googleEntry(kind: 'gateway' | 'ingress', host?: string) {
  const gke = gkeConfig({ entry: kind, ...(host === undefined ? {} : { host, certificate: 'managed' }) })
  const answers = forGke(kubernetesAnswersOf({ entry: kind, ...(host && { host }) }, 'chat'), gke, 'chat')
  return entry(manifestFiles('chat', 3, answers, app))
}

describe('manifests of an environment on Google Cloud', () => {
  it.each(['gateway', 'ingress'] as const)('have the address, certificate and host of its own: %s', kind => {
    const before = googleEntry(kind, 'chat.example.com')
    const after = inEnvironment(before, google(kind))
    expect(texts(before)).toContain('chat-ip')
    expect(texts(after)).toContain('"chat--staging-ip"')
    expect(texts(after)).not.toContain('"chat-ip"')
    expect(texts(after)).toContain('try.example.com')
    expect(texts(after)).not.toContain('chat.example.com')
    if (kind === 'gateway') expect(texts(after)).toContain('"networking.gke.io/certmap":"chat--staging"')
    expect(after.map(object => object.metadata.name)).toEqual(before.map(object => object.metadata.name))
  })

  it('change in nothing else: names of objects stay, and what the person wrote', () => {
    const [gateway] = googleEntry('gateway')
    if (gateway === undefined) throw new Error('no Gateway')
    const own = { ...gateway, spec: { addresses: [{ type: 'NamedAddress', value: 'reserved-by-me' }] } }
    const other = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: 'chat-ip' } }
    const bare = google('gateway', 'dns: records', 'dns: records')
    expect(inEnvironment([own, other], bare)).toEqual([own, other])
  })

  it('of production stay as they are', () => {
    const before = googleEntry('gateway')
    const plain = config('target: gke\ngke: { project: my-project, region: us-east1 }')
    expect(inEnvironment(before, plain)).toEqual(before)
  })
})

const ingress = (host?: string): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'chat' },
  spec: {
    ingressClassName: 'traefik',
    ...(host === undefined ? {} : { tls: [{ hosts: [host], secretName: 'chat-tls' }] }),
    rules: [{ ...(host === undefined ? {} : { host }), http: { paths: [] } }],
  },
})
const cluster = (overlay: string, url = '') =>
  config(
    `target: kubernetes\nkubernetes: { context: here, image: r.example.com/chat, namespace: talk${url} }\nenvironments: { staging: { kubernetes: { ${overlay} } } }`,
    'staging',
  )

describe('manifests of an environment beside production in a cluster', () => {
  it('have the host of its url', () => {
    const after = inEnvironment([ingress('chat.example.com')], cluster('url: "https://try.example.com"'))
    expect(after[0]?.spec).toMatchObject({
      tls: [{ hosts: ['try.example.com'], secretName: 'chat-tls' }],
      rules: [{ host: 'try.example.com' }],
    })
  })

  it.each([
    ['any host', undefined],
    ['chat.example.com', 'chat.example.com'],
  ])('are refused where both would be for %s', (said, host) => {
    expect(() => inEnvironment([ingress(host)], cluster(''))).toThrow(
      expect.objectContaining({
        code: 'environment.entry',
        exitCode: 2,
        message: `Ingress chat would take requests of production: both are for ${said}`,
        hint: expect.stringContaining('environments.staging'),
      }),
    )
  })

  it.each(['context: elsewhere', 'manifests: infra/staging'])('may be the same with %s', overlay => {
    expect(inEnvironment([ingress()], cluster(overlay))).toEqual([ingress()])
  })

  it('call what Traefik knows by the namespace by its own', () => {
    const answers = kubernetesAnswersOf(
      { entry: 'gateway', class: 'traefik', namespace: 'talk', host: 'chat.example.com' },
      'chat',
    )
    const before = entry(manifestFiles('chat', 3, answers, app))
    expect(texts(before)).toContain('"talk-chat-http@kubernetes"')
    const after = inEnvironment(before, cluster('url: "https://try.example.com"'))
    expect(texts(after)).toContain('"talk-staging-chat-http@kubernetes"')
    expect(texts(after)).not.toContain('"talk-chat-http@kubernetes"')
  })

  it('leave a load balancer alone: each has an address of its own', () => {
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'chat' },
      spec: { type: 'LoadBalancer' },
    }
    expect(inEnvironment([service], cluster(''))).toEqual([service])
  })
})

const route = (name: string, gateway: object, hostnames: readonly string[] = []): KubernetesObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name },
  spec: { parentRefs: [gateway], ...(hostnames.length === 0 ? {} : { hostnames }) },
})
const traefik = (hostname?: string): KubernetesObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'chat' },
  spec: { gatewayClassName: 'traefik', listeners: [{ name: 'web', ...(hostname && { hostname }) }] },
})
const forHosts = (...hosts: readonly (string | undefined)[]): KubernetesObject => ({
  ...ingress(),
  spec: { ingressClassName: 'traefik', rules: hosts.map(host => (host === undefined ? {} : { host })) },
})
const a = 'a.example.com'
const b = 'b.example.com'
const tried = 'url: "https://try.example.com"'
const ofA = `, url: "https://${a}"`
const other = { ...forHosts(b), metadata: { name: 'more' } }

describe('requests of production', () => {
  it.each<[string, KubernetesObject[], string, string, string]>([
    ['the second host of an Ingress', [forHosts(a, b)], ofA, b, 'kubernetes.manifests'],
    ['a host beside rules without one', [forHosts(a, undefined)], ofA, 'any host', 'kubernetes.manifests'],
    ['one of two hosts, production without url', [forHosts(a, b)], '', a, 'kubernetes.manifests'],
    ['the host of another Ingress', [forHosts(a), other], ofA, b, 'kubernetes.manifests'],
    ['a host that another one becomes', [forHosts(a), forHosts('try.example.com')], ofA, 'try', 'manifests'],
    [
      'all that no rule takes',
      [{ ...ingress(a), spec: { defaultBackend: {}, rules: [{ host: a }] } }],
      '',
      'any',
      '',
    ],
    ['a listener for any host', [traefik(), route('chat', { name: 'chat' })], '', 'any host', ''],
    ['a Gateway of others', [route('chat', { name: 'all', namespace: 'infra' })], ofA, 'any host', ''],
  ])('are not taken: %s', (_, objects, production, host, hint) => {
    expect(() => inEnvironment(objects, cluster(tried, production))).toThrow(
      expect.objectContaining({
        code: 'environment.entry',
        message: expect.stringContaining(host),
        hint: expect.stringContaining(hint),
      }),
    )
  })

  it.each<[string, KubernetesObject[]]>([
    ['a route has the host of its listener', [traefik(a), route('chat', { name: 'chat' })]],
    ['nobody comes in by the other host', [forHosts(a, 'unused.invalid')]],
    [
      'the other host has an address of its own',
      [forHosts(a), { ...other, spec: { ingressClassName: 'gce', rules: [{ host: b }] } }],
    ],
  ])('are left to it where %s', (_, objects) => {
    const after = texts(inEnvironment(objects, cluster(tried)))
    expect(after).toContain('try.example.com')
    expect(after).not.toContain(`"${a}"`)
  })

  it('are not taken in one cluster of Google’s that both were given', () => {
    const given = 'cluster: { name: team }'
    const nginx = { ...ingress(), spec: { ingressClassName: 'nginx', rules: [{ host: 'chat.example.com' }] } }
    const bare = google('ingress', given, '')
    expect(() => inEnvironment([nginx], bare)).toThrow(
      expect.objectContaining({ code: 'environment.entry', hint: expect.stringContaining('`gke.host`') }),
    )
    const own = { ...nginx, spec: { rules: [{}] } }
    expect(inEnvironment([own], bare)).toEqual([own])
    expect(inEnvironment([nginx], google('ingress', 'dns: records', ''))).toEqual([nginx])
  })
})
