import { describe, expect, it } from 'vitest'
import { leastReplicas, rolloutState } from '../../../src/kubernetes/workloads.ts'

const metadata = { name: 'chat', generation: 1 }
const deployment = (pods: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata,
  spec: { replicas: pods },
  status: { observedGeneration: 1, replicas: pods, updatedReplicas: pods, availableReplicas: pods },
})
const scaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'chat' },
  spec: { minReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'chat' } },
}

describe('a workload that an autoscaler looks after', () => {
  it('is rolled out once it has what the autoscaler keeps at least', () => {
    const { chat } = leastReplicas([deployment(1), scaler])
    expect(rolloutState(deployment(1), chat)).toMatchObject({ done: false, wanted: 3 })
    expect(rolloutState(deployment(3), chat)).toMatchObject({ done: true, wanted: 3 })
    expect(rolloutState(deployment(5), chat)).toMatchObject({ done: true, wanted: 5 })
  })

  it('counts by itself without one', () => {
    expect(leastReplicas([deployment(1)])).toEqual({})
    expect(rolloutState(deployment(1))).toMatchObject({ done: true, wanted: 1 })
  })
})
