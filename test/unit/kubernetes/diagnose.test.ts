import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { diagnose } from '../../../src/kubernetes/diagnose.ts'
import { diagnoseEntry } from '../../../src/kubernetes/diagnose-entry.ts'
import type { KubernetesObject, ObjectReference } from '../../../src/kubernetes/object.ts'
import type { Snapshot } from '../../../src/kubernetes/snapshot.ts'
import { packageRoot } from '../../support/run-cli.ts'

/** Written by test/cluster/faults.test.ts with RTDEPLOY_RECORD=1 from a cluster of version 1.33. */
const folder = join(packageRoot, 'test/recorded/kubectl')
const recorded = (code: string): Snapshot =>
  JSON.parse(readFileSync(join(folder, `${code}.json`), 'utf8')) as Snapshot
const app = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'tiny' }
const both = [app, { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'tiny-redis' }]
/** The second of both, not up yet. */
const redis = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'tiny-redis', uid: 'redis', generation: 1 },
  spec: { replicas: 1 },
  status: { observedGeneration: 1, replicas: 1, readyReplicas: 0 },
}

/** A copy in which a pod is something else. */
function withPod(code: string, change: (pod: Record<string, unknown>) => unknown): Snapshot {
  const snapshot = recorded(code)
  return {
    ...snapshot,
    objects: snapshot.objects.map(object =>
      object.kind === 'Pod' ? (change(object) as KubernetesObject) : object,
    ),
  }
}

describe('diagnose', () => {
  it.each([
    ['rollout.image-pull', /tiny@sha256:0{64} cannot be pulled: the registry does not have it/],
    ['rollout.crash', /container app ends with exit code 7, \d times now/],
    ['rollout.out-of-memory', /container app needs more memory than its limit of 192Mi/],
    ['rollout.container-start', /container app cannot be started: exec: "no-such-program"/],
    ['rollout.probe', /the liveness probe of container app fails: .*connection refused/],
    ['rollout.unschedulable', /no node has room for tiny-\S+: 0\/3 nodes are available: 3 Insufficient cpu$/],
    ['rollout.config-missing', /container app misses configuration: secret "of-somebody-else" not found/],
    ['rollout.volume', /the volume tiny-data is not there, storage class of-dreams: .*"of-dreams" not found/],
    [
      'rollout.quota',
      /the quota small of namespace \S* is too small: requested pods=1, used pods=0, limited pods=0|requested/,
    ],
    ['rollout.webhook-down', /webhook pods.example.com does not answer/],
    ['rollout.webhook', /every pod needs a team/],
    [
      'rollout.pod-security',
      /allows only pods of the level restricted:latest: allowPrivilegeEscalation != false/,
    ],
  ])('recognises %s in what a cluster said', (code, message) => {
    const [first] = diagnose(recorded(code), [app])
    expect([first?.code, first?.message]).toEqual([code, expect.stringMatching(message)])
    expect(first?.proof.join('')).not.toBe('')
    expect(Number.isFinite(first?.graceMs)).toBe(true)
  })

  it('has a table row for every recording', () => {
    expect(readdirSync(folder).filter(file => file.startsWith('rollout.'))).toHaveLength(12)
  })

  it('says nothing of a workload that is up', () => {
    const snapshot = recorded('rollout.crash')
    const up = snapshot.objects.map(object =>
      object.kind === 'Deployment'
        ? {
            ...object,
            status: { observedGeneration: 99, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
          }
        : object,
    )
    expect(diagnose({ ...snapshot, objects: up }, [app])).toEqual([])
  })

  it('waits as long as it takes when a node is on its way', () => {
    const snapshot = recorded('rollout.unschedulable')
    const pod = snapshot.objects.find(object => object.kind === 'Pod')
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e' },
      involvedObject: { uid: pod?.metadata.uid },
      reason: 'TriggeredScaleUp',
      message: 'pod triggered scale-up',
      lastTimestamp: '2026-01-01T00:00:00Z',
    }
    const [found] = diagnose({ ...snapshot, events: [...snapshot.events, event] }, [app])
    expect([found?.graceMs, found?.message]).toEqual([
      Infinity,
      expect.stringContaining('waits for a new node'),
    ])
  })

  it('gives a registry that does not answer some time, and one that refuses none', () => {
    const pull = (message: string) => {
      const snapshot = recorded('rollout.image-pull')
      const events = snapshot.events.map(event =>
        String(event.message).startsWith('Failed to pull')
          ? { ...event, message: `Failed to pull image: ${message}` }
          : event,
      )
      return diagnose({ ...snapshot, events }, [app])[0]
    }
    expect(pull('dial tcp: i/o timeout')).toMatchObject({
      graceMs: 20_000,
      message: expect.stringContaining('does not answer'),
    })
    expect(pull('401 Unauthorized')).toMatchObject({
      graceMs: 0,
      message: expect.stringContaining('does not let the nodes in'),
    })
    expect(pull('no match for platform in manifest')).toMatchObject({
      graceMs: 0,
      message: expect.stringContaining('another platform'),
    })
  })

  it('lets an app crash a few times while what it needs is not up yet', () => {
    const snapshot = recorded('rollout.crash')
    const objects = [...snapshot.objects, redis]
    expect(diagnose({ ...snapshot, objects }, both).map(finding => finding.code)).not.toContain(
      'rollout.crash',
    )
    expect(diagnose({ ...snapshot, objects }, [app]).map(finding => finding.code)).toContain('rollout.crash')
  })

  it('forgets the crashes of an app from before what it needs was up', () => {
    const snapshot = recorded('rollout.crash')
    const redisUp = (readyAt: string) => [
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'tiny-redis', uid: 'redis', generation: 1 },
        spec: { replicas: 1 },
        status: {
          observedGeneration: 1,
          replicas: 1,
          readyReplicas: 1,
          updatedReplicas: 1,
          availableReplicas: 1,
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: 'tiny-redis-0',
          uid: 'redis-0',
          ownerReferences: [{ uid: 'redis', controller: true }],
        },
        status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: readyAt }] },
      },
    ]
    const codes = (readyAt: string) =>
      diagnose({ ...snapshot, objects: [...snapshot.objects, ...redisUp(readyAt)] }, both).map(
        ({ code }) => code,
      )
    expect(codes('2000-01-01T00:00:00Z')).toContain('rollout.crash')
    expect(codes('2100-01-01T00:00:00Z')).not.toContain('rollout.crash')
  })

  it('forgives an app that is not ready as long as what it needs is not up', () => {
    const snapshot = withPod('rollout.probe', pod => ({
      ...pod,
      status: { containerStatuses: [{ name: 'app', ready: false, restartCount: 0, state: { running: {} } }] },
    }))
    const events = snapshot.events.map(event => ({
      ...event,
      reason: 'Unhealthy',
      message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
    }))
    const graces = (objects: readonly KubernetesObject[], of: readonly ObjectReference[]) =>
      diagnose({ objects, events }, of).map(({ graceMs }) => Number.isFinite(graceMs))
    expect(graces([...snapshot.objects, redis], both)).toEqual([false])
    expect(graces(snapshot.objects, [app])).toEqual([true])
  })

  it('does not look at pods on their way out', () => {
    const leaving = withPod('rollout.crash', pod => ({
      ...pod,
      metadata: { ...(pod.metadata as object), deletionTimestamp: '2026-01-01T00:00:00Z' },
    }))
    expect(diagnose(leaving, [app])).toEqual([])
  })
})

describe('diagnoseEntry', () => {
  const gateway = (status: unknown, more = {}): KubernetesObject => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'tiny', uid: 'g' },
    spec: { gatewayClassName: 'of-dreams' },
    status,
    ...more,
  })
  const event = (type: string, reason: string, message: string): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: reason },
    involvedObject: { uid: 'g' },
    type,
    reason,
    message,
    count: 2,
    lastTimestamp: '2026-01-01T00:00:00Z',
  })

  it('says that nobody looks after a class without controller', () => {
    const [found] = diagnoseEntry(gateway({ conditions: [{ type: 'Accepted', status: 'Unknown' }] }), [])
    expect(found).toMatchObject({
      code: 'entry.no-controller',
      message: expect.stringContaining('class of-dreams'),
    })
  })

  it('tells what the controller refuses, and what it warns of', () => {
    const conditions = [{ type: 'Accepted', status: 'False', reason: 'Invalid', message: 'no such address' }]
    expect(diagnoseEntry(gateway({ conditions }), [])[0]).toMatchObject({
      code: 'entry.refused',
      message: expect.stringContaining('no such address'),
    })
    expect(diagnoseEntry(gateway({}), [event('Warning', 'SYNC', 'quota is 0')])[0]?.message).toContain(
      'quota is 0',
    )
  })

  it('is quiet while a controller works', () => {
    expect(diagnoseEntry(gateway({ conditions: [{ type: 'Accepted', status: 'True' }] }), [])).toEqual([])
    expect(diagnoseEntry(gateway({}), [event('Normal', 'ADD', 'tiny')])).toEqual([])
    const pending = [{ type: 'Programmed', status: 'False', reason: 'Pending', message: 'waiting' }]
    expect(
      diagnoseEntry(gateway({ conditions: [{ type: 'Accepted', status: 'True' }, ...pending] }), []),
    ).toEqual([])
  })
})
