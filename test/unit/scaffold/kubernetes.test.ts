import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { parseConfig } from '../../../src/config/parse.ts'
import { manifestFiles } from '../../../src/scaffold/kubernetes.ts'
import {
  type App,
  chatApp,
  type Entry,
  ingressClasses,
  type KubernetesAnswers,
  kubernetesAnswersOf,
  secretNames,
} from '../../../src/scaffold/kubernetes-answers.ts'
import { renderSection } from '../../../src/scaffold/kubernetes-config.ts'
import { balancerOf } from '../../../src/scaffold/kubernetes-entry.ts'
import { hostileNames } from '../../support/hostile-names.ts'

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> }
  // biome-ignore lint/suspicious/noExplicitAny: objects of any kind, looked into by path
  readonly [key: string]: any
}

const ways: readonly (readonly [Entry, string])[] = [
  ['gateway', 'gke-l7-global-external-managed'],
  ['gateway', 'gke-l7-regional-external-managed'],
  ['gateway', 'gke-l7-rilb'],
  ['gateway', 'traefik'],
  ['gateway', 'eg'],
  ...ingressClasses.map(name => ['ingress', name] as const),
  ['loadbalancer', ''],
]
const wheres = ['in-cluster', 'external', 'off'] as const
const ownApp: App = { kind: 'own', port: 8080, ready: '/health', secrets: ['JWT_KEY'] }

// The app that was there has Redis and MongoDB alike: the chat has the rest of the pairs.
const pairs = wheres.flatMap(redis => wheres.map(mongo => [redis, mongo] as const))
const combinations = ways.flatMap(([entry, className]) =>
  [undefined, 'chat.example.com'].flatMap(name =>
    pairs.flatMap(([redis, mongo]) =>
      (redis === mongo ? [chatApp, ownApp] : [chatApp]).map(app => {
        const host = entry === 'loadbalancer' ? undefined : name
        const cluster = { context: 'c', image: 'r.io/chat', namespace: 'space', platform: 'linux/amd64' }
        const answers: KubernetesAnswers = { ...cluster, entry, className, redis, mongo, host }
        return { app, answers, ...objectsOf(answers, app) }
      }),
    ),
  ),
)

function objectsOf(answers: KubernetesAnswers, app: App) {
  const files = manifestFiles('lobby', 3, answers, app)
  const all = files.flatMap(file =>
    parseAllDocuments(String(file.contents)).map(document => document.toJS() as Manifest),
  )
  return { files, objects: all.slice(1), kustomization: all[0] as Manifest }
}
const named = (objects: readonly Manifest[], kind: string, name = 'lobby') =>
  objects.find(one => one.kind === kind && one.metadata.name === name)

describe(`every one of ${combinations.length} combinations`, () => {
  it('lists its files, and has each object once', () => {
    for (const { files, objects, kustomization } of combinations) {
      const others = files
        .map(file => file.path.split('/').at(-1))
        .filter(file => file !== 'kustomization.yaml')
      expect(kustomization.resources.toSorted()).toEqual(others.toSorted())
      const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)
      expect(new Set(names).size).toBe(names.length)
      expect(files.filter(file => /\{\{|undefined|\bnull\b|NaN/.test(String(file.contents)))).toEqual([])
    }
  })

  it('closes its own pods and nobody else’s: the namespace may have other apps in it', () => {
    for (const { objects } of combinations) {
      const policies = objects.filter(one => one.kind === 'NetworkPolicy')
      for (const policy of policies)
        expect(policy.spec.podSelector.matchLabels).toMatchObject({ 'app.kubernetes.io/name': 'lobby' })
      const closed = named(objects, 'NetworkPolicy', 'lobby-default-deny')?.spec
      for (const { kind, spec } of objects) {
        if (kind !== 'Deployment' && kind !== 'StatefulSet') continue
        expect(spec.template.metadata.labels).toMatchObject(closed.podSelector.matchLabels)
      }
    }
  })

  it('asks of the Secret what rtdeploy.yaml promises, and refers to nothing that is not there', () => {
    for (const { answers, app, objects } of combinations) {
      const text = JSON.stringify(objects)
      const keys = [...text.matchAll(/"key":"([A-Z_]+)"/g)].map(([, key]) => key)
      const wanted = secretNames(answers, app).filter(key => key !== 'JWT_KEY')
      expect(new Set(keys)).toEqual(new Set(wanted))
      for (const [, config] of text.matchAll(/"configMapRef":\{"name":"([^"]+)"/g)) {
        expect(named(objects, 'ConfigMap', config)).toBeDefined()
      }
      for (const [, host = ''] of text.matchAll(/@(lobby-[a-z]+):\d+/g))
        expect(named(objects, 'Service', host)).toBeDefined()
      for (const [, account] of text.matchAll(/"serviceAccountName":"([^"]+)"/g)) {
        expect(named(objects, 'ServiceAccount', account)?.automountServiceAccountToken).toBe(false)
      }
    }
  })

  it('lets the way in reach the pods, on the port and the path that they have', () => {
    for (const { answers, app, objects } of combinations) {
      const text = JSON.stringify(objects)
      const rules = named(objects, 'NetworkPolicy')?.spec.ingress as readonly {
        readonly from?: readonly object[]
      }[]
      expect(rules.length).toBeGreaterThanOrEqual(2)
      const google = answers.className.startsWith('gke-') || answers.className === 'gce'
      expect(JSON.stringify(rules).includes('35.191.0.0/16')).toBe(google)
      expect(rules.some(rule => rule.from === undefined)).toBe(answers.entry === 'loadbalancer')
      if (google) {
        expect(text).toContain(`"requestPath":"${app.ready}"`)
        expect(text).toMatch(/"sessionAffinity":\{"(?:type|affinityType)":"GENERATED_COOKIE"/)
      }
      const service = named(objects, 'Service')
      if (answers.className === 'haproxy')
        expect(service?.metadata.annotations?.['haproxy.org/check-http']).toBe(app.ready)
      const config = service?.metadata.annotations?.['cloud.google.com/backend-config']
      if (config !== undefined)
        expect(named(objects, 'BackendConfig', JSON.parse(config).default)).toBeDefined()
      const port = named(objects, 'Deployment')?.spec.template.spec.containers[0].ports[0]
      expect(port).toMatchObject({ name: 'http', containerPort: app.port })
    }
  })

  it('drains longer than the app needs, and is patient longer than it drains', () => {
    for (const { answers, app, objects } of combinations) {
      const grace = named(objects, 'Deployment')?.spec.template.spec.terminationGracePeriodSeconds as number
      const drainings = [...JSON.stringify(objects).matchAll(/"drainingTimeoutSec":(\d+)/g)].map(([, text]) =>
        Number(text),
      )
      const data = named(objects, 'ConfigMap', 'lobby-config')?.data as Readonly<Record<string, string>>
      const leaving = app.kind === 'chat' ? (Number(data.DRAIN_WAIT_MS) + Number(data.DRAIN_MS)) / 1000 : 10
      for (const draining of drainings) {
        expect(draining).toBe(balancerOf(answers).draining)
        expect(draining).toBeGreaterThan(leaving)
        expect(draining).toBeLessThan(grace)
      }
      // Besides, the chat waits 5 s for writes and 1 s for its end.
      expect(grace).toBeGreaterThan(leaving + 6)
    }
  })
})

it.each<[string, Parameters<typeof kubernetesAnswersOf>[0], string]>([
  ['a class for a load balancer', { entry: 'loadbalancer', class: 'x' }, 'class.invalid'],
  ['a name for a load balancer', { entry: 'loadbalancer', host: 'a.example.com' }, 'host.invalid'],
  ['a controller that nobody knows', { entry: 'ingress', class: 'kong' }, 'class.invalid'],
  ['a class that is no name', { entry: 'gateway', class: 'A_B' }, 'class.invalid'],
  ['an address as a name', { host: '10.0.0.1' }, 'host.invalid'],
  ['a name with capitals', { host: 'Chat.example.com' }, 'host.invalid'],
  ['a bare name', { host: 'localhost' }, 'host.invalid'],
  ['an image with a tag', { image: 'r.io/chat:1' }, 'image.invalid'],
  ['an image without a registry', { image: 'chat' }, 'image.invalid'],
  ['a namespace of Kubernetes', { namespace: 'kube-system' }, 'namespace.invalid'],
  ['the default namespace', { namespace: 'default' }, 'namespace.invalid'],
  ['a context with a line break', { context: 'a\nb' }, 'context.invalid'],
])('refuses %s and names the flag', (_what, options, code) => {
  expect(() => kubernetesAnswersOf(options, 'chat')).toThrow(
    expect.objectContaining({ code, exitCode: 2, hint: expect.stringContaining('rtdeploy init --') }),
  )
})

it.each([...hostileNames, 'true.no', '0x1', '1e3', 'null'])(
  'refuses %j, or writes it as the text that it is',
  value => {
    const given = (key: string) => {
      try {
        return kubernetesAnswersOf({ [key]: value }, 'chat')
      } catch (error) {
        expect(error).toMatchObject({ exitCode: 2 })
        return undefined
      }
    }
    for (const [key, kind, ...path] of [
      ['namespace', 'Namespace', 'metadata', 'name'],
      ['class', 'Gateway', 'spec', 'gatewayClassName'],
      ['host', 'HTTPRoute', 'spec', 'hostnames', '0'],
    ]) {
      const answers = given(key ?? '')
      const found = answers && objectsOf(answers, chatApp).objects.find(one => one.kind === kind)
      const written = path.reduce<unknown>((inner, step) => (inner as Manifest | undefined)?.[step], found)
      expect(written).toBe(answers === undefined ? undefined : value)
    }
    expect(given('image')?.image ?? value).toBe(value)
  },
)

describe('the section `kubernetes`', () => {
  const config = (section: string) => `version: 1\nname: chat\napp: { start: [node] }\n${section}`
  const used = { context: 'c', image: 'r.io/chat' }

  it('says what the flags said, and is an example in comments without context and image', () => {
    const answers = kubernetesAnswersOf({ ...used, namespace: 'team-a', mongo: 'external' }, 'chat')
    expect(parseConfig(config(renderSection('chat', answers, chatApp)), 'x').kubernetes).toEqual({
      context: 'c',
      namespace: 'team-a',
      image: 'r.io/chat',
      platform: 'linux/amd64',
      manifests: 'infra/kubernetes',
      secrets: ['COOKIE_SECRET', 'REDIS_PASSWORD', 'MONGODB_URL'],
    })
    const example = renderSection('chat', kubernetesAnswersOf({}, 'chat'), chatApp)
    expect(parseConfig(config(example), 'x').kubernetes).toBeUndefined()
    const uncommented = example.replaceAll(/^# ?(?! What)/gm, '').replace(/^.*What holds.*$/m, '')
    expect(Object.keys(parse(uncommented).kubernetes)).toContain('platform')
  })

  it('takes exactly the images, namespaces and contexts that rtdeploy.yaml takes', () => {
    const accepts = (options: object) => {
      try {
        return kubernetesAnswersOf({ ...used, ...options }, 'chat') !== undefined
      } catch {
        return false
      }
    }
    const reads = (key: string, value: string) => {
      try {
        const section = { ...used, [key]: value }
        return parseConfig(config(`kubernetes: ${JSON.stringify(section)}`), 'x') !== undefined
      } catch {
        return false
      }
    }
    const word = fc.stringMatching(/^[a-zA-Z0-9._:/@-]{1,20}$/)
    const image = fc.stringMatching(/^[a-z0-9.]{1,6}(:\d{1,6})?(\/[a-z0-9._-]{1,6}){0,3}(:[a-z0-9]{1,3})?$/)
    fc.assert(
      fc.property(fc.oneof(word, image), value => {
        expect([value, accepts({ image: value })]).toEqual([value, reads('image', value)])
        expect([value, accepts({ namespace: value })]).toEqual([value, reads('namespace', value)])
        expect([value, accepts({ context: value })]).toEqual([value, reads('context', value)])
      }),
      { numRuns: 500 },
    )
  })
})
