import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/command.ts'
import {
  claimsOf,
  formatInventory,
  inventoryOf,
  parseInventory,
  removalRank,
  removed,
  union,
} from '../../../src/kubernetes/inventory.ts'
import {
  formatLease,
  identityOf,
  looksDead,
  microTime,
  parseLease,
  patchIfHeld,
} from '../../../src/kubernetes/lease.ts'
import type { KubernetesObject } from '../../../src/kubernetes/object.ts'
import {
  formatRelease,
  lastReady,
  objectsOfRelease,
  outdated,
  parseReleases,
  type Release,
} from '../../../src/kubernetes/revisions.ts'
import {
  formatSecret,
  parseSecretsFile,
  planSecrets,
  storedSecrets,
} from '../../../src/kubernetes/secrets.ts'

const reference = (kind: string, name: string) => ({ apiVersion: 'v1', kind, name })
const set: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'chat-redis' },
  spec: { replicas: 2, volumeClaimTemplates: [{ metadata: { name: 'data' } }] },
}

describe('the inventory', () => {
  it('comes back from its ConfigMap as it was, in an order of its own', () => {
    const inventory = { objects: [reference('Service', 'b'), reference('Service', 'a')] }
    const config = formatInventory('chat', inventory)
    expect(parseInventory(config).objects).toEqual([reference('Service', 'a'), reference('Service', 'b')])
    expect(formatInventory('chat', parseInventory(config))).toEqual(config)
    expect(parseInventory(undefined)).toEqual({ objects: [] })
  })

  it('knows the volumes that a StatefulSet makes, and keeps them when the set is gone', () => {
    expect(claimsOf([set]).map(claim => claim.name)).toEqual(['data-chat-redis-0', 'data-chat-redis-1'])
    const before = inventoryOf([set], { objects: [] })
    const after = inventoryOf([], before)
    expect(after.objects.map(object => object.name)).toEqual(['data-chat-redis-0', 'data-chat-redis-1'])
    expect(removed(before, after)).toEqual([
      { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'chat-redis' },
    ])
  })

  it('takes the same object of two versions of its group for one', () => {
    const old = { apiVersion: 'autoscaling/v2beta2', kind: 'HorizontalPodAutoscaler', name: 'chat' }
    const now = { ...old, apiVersion: 'autoscaling/v2' }
    expect(removed({ objects: [old] }, { objects: [now] })).toEqual([])
    expect(union({ objects: [old] }, { objects: [now] }).objects).toEqual([now])
  })

  it('takes the way in out first, then what makes pods, then the rest', () => {
    const kinds = [
      'ConfigMap',
      'Deployment',
      'Gateway',
      'HorizontalPodAutoscaler',
      'HTTPRoute',
      'Ingress',
      'Service',
    ]
    const sorted = [...kinds].sort((a, b) => removalRank({ kind: a }) - removalRank({ kind: b }))
    expect(sorted).toEqual([
      'HTTPRoute',
      'Gateway',
      'Ingress',
      'HorizontalPodAutoscaler',
      'Deployment',
      'ConfigMap',
      'Service',
    ])
    expect(removalRank({ kind: 'Service' }, true)).toBeLessThan(removalRank({ kind: 'Deployment' }))
  })
})

const release = (revision: number, state: Release['state'], digest = String(revision)): Release => ({
  revision,
  state,
  digest,
  image: 'chat@sha256:0',
  source: 'abc',
  by: 'me@here',
  when: '2026-01-01T00:00:00.000Z',
})

describe('a release', () => {
  it('comes back from its ConfigMap with everything it applied', () => {
    const record = formatRelease('chat', { ...release(3, 'ready'), note: 'rollback to 1' }, [set])
    expect(record.metadata.name).toBe('chat-rtdeploy-release-3')
    expect(objectsOfRelease(record)).toEqual([set])
    expect(parseReleases([formatRelease('chat', release(1, 'ready'), []), record])).toEqual([
      { ...release(3, 'ready'), note: 'rollback to 1' },
      release(1, 'ready'),
    ])
  })

  it('is gone back to when it came up and is another one', () => {
    const releases = [
      release(4, 'failed'),
      release(3, 'ready', 'same'),
      release(2, 'pending'),
      release(1, 'ready'),
    ]
    expect(lastReady(releases, '4')?.revision).toBe(3)
    expect(lastReady(releases, 'same')?.revision).toBe(1)
    expect(lastReady([release(1, 'failed')], '1')).toBeUndefined()
  })

  it('is forgotten after ten others, but not the last one that came up', () => {
    const many = Array.from({ length: 14 }, (_, index) =>
      release(14 - index, index === 12 ? 'ready' : 'failed'),
    )
    expect(outdated(many)).toEqual([4, 3, 1])
  })
})

describe('secrets', () => {
  const token = () => 'chance'
  const live = (data: Record<string, string>, version = '3'): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'chat-secrets',
      annotations: { 'rtdeploy.dev/secrets-version': version },
      managedFields: [
        {
          manager: 'rtdeploy',
          operation: 'Apply',
          fieldsV1: { 'f:data': Object.fromEntries(Object.keys(data).map(key => [`f:${key}`, {}])) },
        },
      ],
    },
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
  })
  const given = (values: Record<string, string>) =>
    new Map(Object.entries(values).map(([key, value]) => [key, { value: new Secret(value), from: 'test' }]))

  it('are given, kept, made up or missing, in this order', () => {
    const plan = planSecrets(
      ['API_KEY', 'OLD', 'REDIS_PASSWORD', 'OTHER'],
      given({ API_KEY: 'new' }),
      live({ API_KEY: 'old', OLD: 'x' }),
      token,
    )
    expect(plan.keys.map(key => key.state)).toEqual(['changed', 'kept', 'generated', 'missing'])
    expect([plan.version, plan.changes]).toEqual(['4', true])
    expect(plan.values.get('OLD')?.reveal()).toBe('x')
  })

  it('change nothing when they are as they were, and count up when one goes', () => {
    expect(planSecrets(['A'], given({ A: 'x' }), live({ A: 'x' }), token)).toMatchObject({
      changes: false,
      version: '3',
    })
    expect(planSecrets([], new Map(), live({ A: 'x' }), token)).toMatchObject({
      changes: true,
      dropped: ['A'],
    })
    expect(planSecrets([], new Map(), undefined, token)).toMatchObject({ changes: false, version: undefined })
  })

  it('show nothing of themselves, and come back from the Secret they make', () => {
    const plan = planSecrets(['A'], given({ A: 'geheim ✓ "' }), undefined, token)
    const secret = formatSecret('chat', plan)
    expect(`${secret} ${JSON.stringify({ secret, plan })}`).not.toMatch(/geheim|Z2VoZWlt/)
    expect(storedSecrets(JSON.parse(secret.reveal())).get('A')?.reveal()).toBe('geheim ✓ "')
  })

  it('are read from lines of a file', () => {
    const file = parseSecretsFile('# no\nexport A=1\r\nB="two words"\nC = x=y \n\nnot a line\n', 'f')
    expect([...file].map(([key, one]) => [key, one.value.reveal()])).toEqual([
      ['A', '1'],
      ['B', 'two words'],
      ['C', 'x=y'],
    ])
  })
})

describe('the Lease', () => {
  const holder = {
    who: 'me@here',
    machine: 'here',
    pid: 7,
    startedAt: 's',
    command: 'rtdeploy up',
    token: '0123456789',
  }
  const now = Date.UTC(2026, 0, 1, 12)

  it('names its holder, for people and for programs', () => {
    const lease = formatLease('chat', holder, now, '5')
    expect(lease.spec).toMatchObject({
      holderIdentity: 'me@here pid 7 (rtdeploy up) 01234567',
      leaseDurationSeconds: 15,
    })
    expect(parseLease(lease)).toMatchObject({ holder, renewed: now, acquired: now, resourceVersion: '5' })
    expect(microTime(now)).toBe('2026-01-01T12:00:00.000000Z')
  })

  it('of a stranger still names it', () => {
    const lease = { ...formatLease('chat', holder, now), metadata: { name: 'chat-rtdeploy' } }
    expect(parseLease(lease).holder).toMatchObject({ who: identityOf(holder), pid: 0 })
  })

  it('looks dead after 15 s without a sign of life, on either side of our clock', () => {
    const lease = formatLease('chat', holder, now)
    const at = (ms: number) => looksDead(parseLease(lease), lease, now + ms)
    expect([at(14_000), at(-14_000), at(16_000), at(-16_000)]).toEqual([false, false, true, true])
  })

  it('is changed only by who holds it', () => {
    expect(JSON.parse(patchIfHeld(holder, { '/spec/holderIdentity': '' }))).toEqual([
      { op: 'test', path: '/spec/holderIdentity', value: identityOf(holder) },
      { op: 'replace', path: '/spec/holderIdentity', value: '' },
    ])
  })
})
