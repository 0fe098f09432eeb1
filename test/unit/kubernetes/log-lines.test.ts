import { describe, expect, it } from 'vitest'
import {
  comparable,
  mergeLines,
  ownerOf,
  parseLine,
  podsNamed,
  sourcesOf,
} from '../../../src/kubernetes/log-lines.ts'
import type { KubernetesObject } from '../../../src/kubernetes/object.ts'

const pod = (name: string, owner: string, hash?: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    ownerReferences: [{ name: owner }],
    ...(hash === undefined ? {} : { labels: { 'pod-template-hash': hash } }),
  },
  status: {
    containerStatuses: [{ name: 'app', containerID: `id-${name}`, restartCount: 2 }, { name: 'waiting' }],
  },
})

describe('lines of several pods', () => {
  it('are split from the kubelet’s time', () => {
    expect(parseLine('a', '2026-01-01T00:00:00.123456789Z hello world')).toEqual({
      pod: 'a',
      time: '2026-01-01T00:00:00.123456789Z',
      line: 'hello world',
    })
    expect(parseLine('a', 'unable to retrieve container logs')).toMatchObject({
      time: '',
      line: 'unable to retrieve container logs',
    })
  })

  it('come in order of time, however many digits a second has', () => {
    const a = ['2026-01-01T00:00:00.1Z a1', '2026-01-01T00:00:01Z a2', 'of a2'].map(text =>
      parseLine('a', text),
    )
    const b = ['2026-01-01T00:00:00.09Z b1', '2026-01-01T00:00:00.999999999Z b2'].map(text =>
      parseLine('b', text),
    )
    expect(mergeLines([a, b]).map(({ line }) => line)).toEqual(['b1', 'a1', 'b2', 'a2', 'of a2'])
    expect(comparable('2026-01-01T00:00:00Z') < comparable('2026-01-01T00:00:00.000000001Z')).toBe(true)
  })
})

describe('pods', () => {
  const pods = [
    pod('chat-55f-x1', 'chat-55f', '55f'),
    pod('chat-redis-0', 'chat-redis'),
    pod('other-1-y', 'other-1', '1'),
  ]

  it('belong to the workload that their names are made from', () => {
    expect(pods.map(ownerOf)).toEqual(['chat', 'chat-redis', 'other'])
  })

  it.each([
    [undefined, ['chat-55f-x1']],
    ['redis', ['chat-redis-0']],
    ['x1', ['chat-55f-x1']],
    ['chat-55f-x1', ['chat-55f-x1']],
    ['nobody', []],
  ])('are found by %s', (wanted, names) => {
    expect(podsNamed(pods, 'chat', wanted).map(({ metadata }) => metadata.name)).toEqual(names)
  })

  it('have a log for each container that has begun', () => {
    expect(sourcesOf(pods.slice(0, 1))).toEqual([
      { pod: 'chat-55f-x1', container: 'app', id: 'id-chat-55f-x1', restarts: 2 },
    ])
  })
})
