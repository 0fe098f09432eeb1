import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { addressOf, entryOf, urlOf } from '../../../src/kubernetes/entry.ts'
import { type KubernetesObject, keyOfObject, parseObjects } from '../../../src/kubernetes/object.ts'
import { formatOverlay } from '../../../src/kubernetes/overlay.ts'
import { markObjects, numberObjects, referencesOf, stampObjects } from '../../../src/kubernetes/stamp.ts'
import { describeRollout, rolloutState } from '../../../src/kubernetes/workloads.ts'

const template = (spec: unknown) => ({ template: { metadata: { labels: { a: 'b' } }, spec } })
const deployment = (spec: Record<string, unknown> = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'chat' },
  spec: {
    ...template({
      containers: [
        { envFrom: [{ configMapRef: { name: 'chat-config' } }, { secretRef: { name: 'chat-secrets' } }] },
      ],
    }),
    ...spec,
  },
})
const config = (data: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'chat-config' },
  data,
})
const scaler: KubernetesObject = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'chat' },
  spec: { scaleTargetRef: { kind: 'Deployment', name: 'chat' }, minReplicas: 2, maxReplicas: 4 },
}
const stamp = { name: 'chat', replicas: 5, secretsVersion: '2' }
const marks = (object: KubernetesObject | undefined) =>
  (object?.spec as { template: { metadata: { annotations?: Record<string, string> } } } | undefined)?.template
    .metadata.annotations

describe('the overlay', () => {
  const values = {
    name: 'chat',
    namespace: 'team',
    base: '../../../infra',
    image: { repository: 'r/chat', digest: 'sha256:0' },
    env: { LEVEL: 'yes: "no"' },
  }

  it('is a kustomization with namespace, image by digest, labels and environment', () => {
    const overlay = parse(formatOverlay(values))
    expect(overlay).toMatchObject({
      resources: ['../../../infra'],
      namespace: 'team',
      images: [{ name: 'chat', newName: 'r/chat', digest: 'sha256:0' }],
    })
    expect(JSON.parse(overlay.patches[0].patch).data).toEqual(values.env)
    expect(overlay.labels[0].includeSelectors).toBe(false)
  })

  it('takes a tag as long as there is no digest, and patches nothing without environment', () => {
    const overlay = parse(formatOverlay({ ...values, env: {}, image: { repository: 'r/chat', tag: 't' } }))
    expect(overlay.images).toEqual([{ name: 'chat', newName: 'r/chat', newTag: 't' }])
    expect(overlay.patches).toBeUndefined()
  })
})

describe('stampObjects', () => {
  it('sets the replicas, unless an autoscaler does', () => {
    const [alone] = stampObjects([deployment({ replicas: 1 })], stamp)
    expect(alone?.spec).toMatchObject({ replicas: 5 })
    const [scaled, hpa] = stampObjects([deployment({ replicas: 1 }), scaler], stamp)
    expect(scaled?.spec).not.toHaveProperty('replicas')
    expect(hpa?.spec).toMatchObject({ minReplicas: 5, maxReplicas: 5 })
  })

  it('marks pod templates, so that pods roll when what they read changes', () => {
    const [one] = stampObjects([deployment(), config({ a: '1' })], stamp)
    const [two] = stampObjects([deployment(), config({ a: '2' })], stamp)
    const [three] = markObjects([deployment(), config({ a: '1' })], { name: 'chat', secretsVersion: '3' })
    expect(marks(one)?.['rtdeploy.dev/config']).not.toBe(marks(two)?.['rtdeploy.dev/config'])
    expect(marks(one)?.['rtdeploy.dev/secrets-version']).toBe('2')
    expect(marks(three)?.['rtdeploy.dev/secrets-version']).toBe('3')
  })

  it('leaves pods alone that read neither', () => {
    const quiet = deployment(template({ containers: [{}] }))
    expect(stampObjects([quiet, config({})], stamp)[0]).toEqual({
      ...quiet,
      spec: { ...(quiet.spec as object), replicas: 5 },
    })
  })

  it('finds what containers read in environment, files and projected volumes', () => {
    const { configs, secrets } = referencesOf({
      initContainers: [{ env: [{ valueFrom: { secretKeyRef: { name: 's1' } } }] }],
      containers: [{ env: [{ valueFrom: { configMapKeyRef: { name: 'c1' } } }] }],
      volumes: [
        { secret: { secretName: 's2' } },
        { projected: { sources: [{ configMap: { name: 'c2' } }, { secret: { name: 's3' } }] } },
      ],
    })
    expect([[...configs], [...secrets]]).toEqual([
      ['c1', 'c2'],
      ['s1', 's2', 's3'],
    ])
  })

  it('numbers the objects, not the pods', () => {
    const [object] = numberObjects([deployment()], 7)
    expect(object?.metadata.labels).toEqual({ 'rtdeploy.dev/revision': '7' })
    expect(JSON.stringify(object?.spec)).not.toContain('revision')
  })
})

describe('parseObjects', () => {
  it('reads every document and skips empty ones', () => {
    const text =
      'apiVersion: v1\nkind: A\nmetadata: {name: x}\n---\n---\napiVersion: g/v2\nkind: B\nmetadata: {name: y}\n'
    expect(parseObjects(text).map(keyOfObject)).toEqual(['A./x', 'B.g/y'])
    expect(() => parseObjects('just: this\n')).toThrow('no Kubernetes object')
  })
})

describe('the way in', () => {
  const gateway = (listener: object, status: object = {}): KubernetesObject => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'chat' },
    spec: { listeners: [listener] },
    status: {
      conditions: [{ type: 'Programmed', status: 'True' }],
      addresses: [{ value: '1.2.3.4' }],
      ...status,
    },
  })
  const ingress = (spec: object, first: object = { ip: '1.2.3.4' }): KubernetesObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'chat' },
    spec,
    status: { loadBalancer: { ingress: [first] } },
  })
  const service = (ports: object[], type = 'LoadBalancer'): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'chat' },
    spec: { type, ports },
    status: { loadBalancer: { ingress: [{ hostname: 'lb.example.com' }] } },
  })
  const route: KubernetesObject = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'chat' },
    spec: { parentRefs: [{ name: 'chat' }], hostnames: ['chat.example.com'] },
  }

  it.each([
    ['a Gateway', gateway({ protocol: 'HTTP', port: 80 }), [], 'http://1.2.3.4'],
    ['a Gateway on another port', gateway({ protocol: 'HTTP', port: 8080 }), [], 'http://1.2.3.4:8080'],
    [
      'a Gateway with TLS and a host in its route',
      gateway({ protocol: 'HTTPS', port: 443 }),
      [route],
      'https://chat.example.com',
    ],
    ['an Ingress', ingress({}), [], 'http://1.2.3.4'],
    [
      'an Ingress with TLS and a host',
      ingress({ tls: [{}], rules: [{ host: 'a.example.com' }] }),
      [],
      'https://a.example.com',
    ],
    [
      'an Ingress of GKE with a certificate that Google manages',
      {
        ...ingress({ rules: [{ host: 'a.example.com' }] }),
        metadata: { name: 'chat', annotations: { 'networking.gke.io/managed-certificates': 'chat' } },
      },
      [],
      'https://a.example.com',
    ],
    ['an Ingress at IPv6', ingress({}, { ip: '::1' }), [], 'http://[::1]'],
    [
      'a load balancer',
      service([{ port: 9 }, { name: 'http', port: 8080 }]),
      [],
      'http://lb.example.com:8080',
    ],
  ])('%s has the URL that it lets people in by', (_name, entry, routes, url) => {
    expect(urlOf(entry, routes)).toBe(url)
  })

  it('has none before its controller is done', () => {
    expect(addressOf(gateway({}, { conditions: [] }))).toBeUndefined()
    expect(urlOf(ingress({}, {}), [])).toBeUndefined()
  })

  it('is the Gateway before the Ingress before the load balancer', () => {
    const all = [service([]), ingress({}), gateway({})]
    expect(entryOf(all)?.kind).toBe('Gateway')
    expect(entryOf(all.slice(0, 2))?.kind).toBe('Ingress')
    expect(entryOf([service([], 'ClusterIP')])).toBeUndefined()
  })
})

describe('rolloutState', () => {
  const state = (kind: string, status: object, generation = 2) =>
    rolloutState({
      apiVersion: 'apps/v1',
      kind,
      metadata: { name: 'chat', generation },
      spec: { replicas: 3 },
      status,
    })

  it.each([
    [
      'all are new and available',
      { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3 },
      true,
    ],
    [
      'the counts are from before the change',
      { observedGeneration: 1, replicas: 3, updatedReplicas: 3, availableReplicas: 3 },
      false,
    ],
    [
      'an old one is still there',
      { observedGeneration: 2, replicas: 4, updatedReplicas: 3, availableReplicas: 3 },
      false,
    ],
    [
      'one is not available',
      { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 2 },
      false,
    ],
    ['nothing is known yet', {}, false],
  ])('of a Deployment: %s', (_name, status, done) => expect(state('Deployment', status).done).toBe(done))

  it('of a StatefulSet waits for its revision', () => {
    const up = {
      observedGeneration: 2,
      replicas: 3,
      readyReplicas: 3,
      currentRevision: 'a',
      updateRevision: 'a',
    }
    expect(state('StatefulSet', up).done).toBe(true)
    expect(state('StatefulSet', { ...up, updateRevision: 'b', updatedReplicas: 1 }).done).toBe(false)
  })

  it('is told in a line', () => {
    const late = state('Deployment', {
      observedGeneration: 2,
      replicas: 4,
      updatedReplicas: 2,
      availableReplicas: 3,
    })
    expect(describeRollout([late])).toBe('chat 2/3 updated, 3 available, 2 old')
  })
})
