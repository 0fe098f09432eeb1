import { describe, expect, it } from 'vitest'
import { closePatch, nodesLeftClosed, openPatch, podToMove } from '../../../src/kubernetes/nodes.ts'
import type { KubernetesObject } from '../../../src/kubernetes/object.ts'

const pod = (name: string, nodeName?: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { ...(nodeName === undefined ? {} : { nodeName }) },
})
const node = (name: string, unschedulable = false, whom?: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, annotations: whom === undefined ? {} : { 'rtdeploy.dev/closed-for': whom } },
  spec: unschedulable ? { unschedulable } : {},
})

describe('a node to drain', () => {
  it.each<[string, KubernetesObject[], KubernetesObject[], string | undefined]>([
    ['is where the first replica is', [pod('a', 'one'), pod('b', 'two')], [node('one'), node('two')], 'one'],
    [
      'is none that somebody closed',
      [pod('a', 'one'), pod('b', 'two')],
      [node('one', true), node('two')],
      'two',
    ],
    ['is none when all are closed', [pod('a', 'one')], [node('one', true)], undefined],
    ['is none that nobody may look at', [pod('a', 'one')], [], undefined],
    ['is none while no replica has a node', [pod('a')], [node('one')], undefined],
  ])('%s', (_name, pods, nodes, expected) => {
    expect(podToMove(pods, nodes)?.node).toBe(expected)
  })

  it('is found again when a run did not live to open it, and by its own app alone', () => {
    const nodes = [
      node('one', true),
      node('two', true, 'team/chat'),
      node('three', true, 'other/chat'),
      node('four', false, 'team/chat'),
    ]
    expect(nodesLeftClosed(nodes, 'team/chat')).toEqual(['two', 'four'])
  })

  it('is marked in the request that closes it, and loses the mark in the one that opens it', () => {
    expect(JSON.parse(closePatch('team/chat'))).toEqual({
      metadata: { annotations: { 'rtdeploy.dev/closed-for': 'team/chat' } },
      spec: { unschedulable: true },
    })
    expect(JSON.parse(openPatch)).toEqual({
      metadata: { annotations: { 'rtdeploy.dev/closed-for': null } },
      spec: { unschedulable: null },
    })
  })
})
