import { describe, expect, it } from 'vitest'
import { inventoryOf } from '../../../src/kubernetes/inventory.ts'
import type { KubernetesObject } from '../../../src/kubernetes/object.ts'
import type { Release } from '../../../src/kubernetes/revisions.ts'
import { planSecrets } from '../../../src/kubernetes/secrets.ts'
import { planRelease, type ReleaseFacts } from '../../../src/plan/kubernetes.ts'
import { planNamespace } from '../../../src/plan/kubernetes-namespace.ts'
import { planPublish } from '../../../src/plan/kubernetes-publish.ts'
import { describeRemains, planTeardown } from '../../../src/plan/kubernetes-teardown.ts'
import type { Plan } from '../../../src/plan/plan.ts'

const cluster = { kubeconfig: '/k', context: 'prod', namespace: 'team', cache: '/c' }
const object = (kind: string, name = 'chat', more = {}): KubernetesObject => ({
  apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
  kind,
  metadata: { name },
  ...more,
})
const objects = [object('Service'), object('Deployment')]
const release = (revision: number, digest: string, state: Release['state'] = 'ready'): Release => ({
  revision,
  state,
  digest,
  image: 'r/chat@sha256:0',
  source: 'abc',
  by: 'me@here',
  when: '2026-01-01T00:00:00.000Z',
})
const noSecrets = planSecrets([], new Map(), undefined, () => 'chance')
const facts = (more: Partial<ReleaseFacts> = {}): ReleaseFacts => ({
  name: 'chat',
  cluster,
  objects,
  compared: { live: objects, wanted: objects, replaced: [] },
  inventory: inventoryOf(objects, { objects: [] }),
  releases: [release(1, 'same')],
  digest: 'same',
  secrets: noSecrets,
  image: 'r/chat@sha256:0',
  source: 'abc',
  by: 'me@here',
  when: 'now',
  settled: true,
  forceConflicts: false,
  entry: undefined,
  readyPath: '/readyz',
  ...more,
})
const ids = (plan: Plan) => plan.steps.filter(step => step.skip === undefined).map(step => step.id)

describe('planRelease', () => {
  it('has nothing to do when the cluster has it all, and it is up', () => {
    const plan = planRelease('up', facts())
    expect([ids(plan), plan.changes]).toEqual([[], []])
    expect(plan.steps.map(step => step.skip)).toEqual(['up to date'])
  })

  it('notes what will be there before anything is', () => {
    const compared = { live: [], wanted: objects, replaced: [] }
    const secrets = planSecrets(['COOKIE_SECRET'], new Map(), undefined, () => 'chance')
    const entry = object('Gateway')
    const plan = planRelease(
      'up',
      facts({ compared, secrets, entry, releases: [], inventory: { objects: [] } }),
    )
    expect(ids(plan)).toEqual([
      'secrets.apply',
      'inventory.widen',
      'release.record',
      'objects.apply',
      'rollout.wait',
      'entry.address',
      'entry.answers',
      'release.ready',
    ])
    expect(JSON.stringify(plan)).not.toMatch(/chance|Y2hhbmNl/)
    expect(plan.asks).toBeUndefined()
  })

  it.each<[string, Partial<ReleaseFacts>, string[]]>([
    [
      'killed after the apply',
      { releases: [release(1, 'same', 'pending')] },
      ['rollout.wait', 'release.ready'],
    ],
    [
      'something was changed by hand since',
      {
        compared: {
          live: [object('Service', 'chat', { spec: { a: 1 } }), objects[1] as KubernetesObject],
          wanted: objects,
          replaced: [],
        },
      },
      ['objects.apply', 'rollout.wait', 'release.ready'],
    ],
    ['a rollout still goes on', { settled: false }, ['rollout.wait', 'release.ready']],
    [
      'what failed last time is tried again',
      { releases: [release(2, 'same', 'failed'), release(1, 'other')] },
      ['rollout.wait', 'release.ready'],
    ],
    [
      'new manifests',
      { digest: 'new' },
      ['release.record', 'objects.apply', 'rollout.wait', 'release.ready'],
    ],
  ])('%s', (_name, more, steps) => expect(ids(planRelease('up', facts(more)))).toEqual(steps))

  it('takes out what the manifests lost, the way in first, and then notes that it is gone', () => {
    const inventory = inventoryOf([...objects, object('ConfigMap', 'old'), object('Ingress', 'old')], {
      objects: [],
    })
    const plan = planRelease('up', facts({ inventory, digest: 'new' }))
    expect(ids(plan)).toEqual([
      'release.record',
      'objects.apply',
      'object.prune.Ingress.old',
      'object.prune.ConfigMap.old',
      'inventory.narrow',
      'rollout.wait',
      'release.ready',
    ])
  })

  it('asks before it deletes what cannot be changed in place', () => {
    const compared = {
      live: objects,
      wanted: [objects[0] as KubernetesObject],
      replaced: [objects[1] as KubernetesObject],
    }
    const plan = planRelease('up', facts({ compared, digest: 'new' }))
    expect(plan.asks).toContain('Deployment/chat cannot be changed in place')
    expect(ids(plan).indexOf('object.replace.Deployment.chat')).toBeLessThan(
      ids(plan).indexOf('objects.apply'),
    )
  })

  it('numbers what it applies by the release, an old number for what was applied before', () => {
    const applied = (more: Partial<ReleaseFacts>) => {
      const step = planRelease('up', facts({ settled: false, ...more })).steps.find(
        one => one.id === 'objects.apply',
      )
      return step?.action.kind === 'run' ? String(step.action.command.stdin) : ''
    }
    expect(applied({})).toContain('rtdeploy.dev/revision: "1"')
    expect(applied({ digest: 'new' })).toContain('rtdeploy.dev/revision: "2"')
  })
})

describe('planNamespace', () => {
  const version = { client: '1', server: '1', minor: 33 }
  const base = { verb: 'up', cluster, name: 'chat', version } as const

  it('makes one with a mark, and leaves one alone that is there', () => {
    const made = planNamespace({
      ...base,
      namespace: undefined,
      wanted: object('Namespace', 'x', { metadata: { name: 'x', labels: { enforce: 'restricted' } } }),
    })
    expect(ids(made)).toEqual(['namespace.create'])
    const [step] = made.steps
    const text = step?.action.kind === 'run' ? String(step.action.command.stdin) : ''
    expect(text).toContain('name: team')
    expect(text).toContain('enforce: restricted')
    expect(text).toContain('rtdeploy.dev/made-for: chat')
    expect(
      ids(planNamespace({ ...base, namespace: object('Namespace', 'team'), wanted: undefined })),
    ).toEqual([])
  })

  it('refuses one that is on its way out', () => {
    const leaving = object('Namespace', 'team', { status: { phase: 'Terminating' } })
    expect(() => planNamespace({ ...base, namespace: leaving, wanted: undefined })).toThrow(
      'is being deleted',
    )
  })
})

describe('planPublish', () => {
  const image = {
    repository: 'r/chat',
    tag: 'abc',
    digest: undefined,
    program: 'podman',
    hasDockerfile: true,
    leaks: false,
    dirty: [],
    note: undefined,
  }
  const base = { verb: 'up', project: '/p', platform: 'linux/amd64' } as const

  it('builds and pushes what was not pushed yet', () => {
    expect(ids(planPublish({ ...base, image }))).toEqual(['image.build', 'image.push'])
    expect(ids(planPublish({ ...base, image: { ...image, digest: 'sha256:0' } }))).toEqual([])
  })

  it('does not touch an image that was named', () => {
    expect(planPublish({ ...base, image: { ...image, digest: 'sha256:0', given: true } }).steps).toEqual([])
  })

  it('builds no credentials into an image', () => {
    expect(() => planPublish({ ...base, image: { ...image, leaks: true } })).toThrow('would hold .rtdeploy')
  })

  it('says what is missing before it begins', () => {
    expect(() => planPublish({ ...base, image: { ...image, hasDockerfile: false } })).toThrow('no Dockerfile')
    expect(() => planPublish({ ...base, image: { ...image, program: undefined } })).toThrow(
      'neither Docker nor Podman',
    )
  })
})

describe('planTeardown', () => {
  const claim = object('PersistentVolumeClaim', 'data-chat-redis-0', {
    status: { capacity: { storage: '1Gi' } },
  })
  const records = {
    namespace: object('Namespace', 'team', {
      metadata: { name: 'team', annotations: { 'rtdeploy.dev/made-for': 'chat' } },
    }),
    secret: object('Secret', 'chat-secrets', {
      metadata: { name: 'chat-secrets', labels: { 'rtdeploy.dev/record': 'secrets' } },
    }),
    inventory: object('ConfigMap', 'chat-rtdeploy-inventory', { data: {} }),
    releaseObjects: [],
    releases: [release(1, 'a')],
  }
  const base = {
    cluster,
    name: 'chat',
    records,
    inventory: { objects: [] },
    live: [...objects, object('Gateway'), claim],
    remains: { data: [claim], foreign: [], complete: true },
    deleteData: false,
  }

  it('keeps volumes, the secret that opens them, the record of them, and the namespace they are in', () => {
    const plan = planTeardown(base)
    expect(ids(plan)).toEqual([
      'object.remove.Gateway.chat',
      'object.remove.Deployment.chat',
      'object.remove.Service.chat',
      'object.remove.ConfigMap.chat-rtdeploy-release-1',
      'inventory.narrow',
      'object.remove.Lease.chat-rtdeploy',
    ])
    expect(plan.asks).toBe('this removes 3 objects of chat from team in prod and keeps a volume')
  })

  it('takes everything when told to delete the data', () => {
    const plan = planTeardown({ ...base, deleteData: true })
    expect(ids(plan).slice(-4)).toEqual([
      'object.remove.ConfigMap.chat-rtdeploy-release-1',
      'object.remove.Secret.chat-secrets',
      'object.remove.ConfigMap.chat-rtdeploy-inventory',
      'object.remove.Namespace.team',
    ])
    expect(plan.asks).toContain('DELETES the data of a volume and the namespace')
  })

  it('leaves a Secret of that name that was there before', () => {
    const theirs = { ...records, secret: object('Secret', 'chat-secrets') }
    const plan = planTeardown({ ...base, records: theirs, deleteData: true })
    expect(ids(plan)).not.toContain('object.remove.Secret.chat-secrets')
  })

  it.each([
    ['is not ours', { records: { ...records, namespace: object('Namespace', 'team') } }],
    [
      'holds what others made',
      { remains: { data: [], foreign: [object('ConfigMap', 'theirs')], complete: true } },
    ],
    ['may hold what we may not see', { remains: { data: [], foreign: [], complete: false } }],
  ])('leaves a namespace that %s', (_name, more) => {
    expect(ids(planTeardown({ ...base, live: objects, ...more }))).not.toContain(
      'object.remove.Namespace.team',
    )
  })

  it('finds nothing where nothing is', () => {
    const none = {
      namespace: undefined,
      secret: undefined,
      inventory: undefined,
      releaseObjects: [],
      releases: [],
    }
    expect(planTeardown({ ...base, records: none, live: [] })).toEqual({
      verb: 'down',
      stage: 'teardown',
      steps: [],
    })
  })

  it('says what is left', () => {
    const lines = describeRemains(cluster, {
      data: [claim],
      foreign: [object('ConfigMap', 'theirs')],
      complete: true,
    })
    expect(lines[0]).toContain('kept: PersistentVolumeClaim/data-chat-redis-0 (1Gi)')
    expect(lines[1]).toContain('Secret')
    expect(lines[2]).toContain('ConfigMap/theirs')
  })
})
