import { describe, expect, it } from 'vitest'
import type { KubernetesObject } from '../../../src/kubernetes/object.ts'
import { parseQuantity, quotaProblems } from '../../../src/kubernetes/quota.ts'

const workload = (replicas: number, resources: object): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'chat' },
  spec: { replicas, template: { spec: { containers: [{ name: 'app', resources }] } } },
})
const quota = (hard: object, used: object = {}, spec: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'small' },
  spec: { hard, ...spec },
  status: { hard, used },
})

describe('parseQuantity', () => {
  it.each([
    ['250m', 0.25],
    ['1Gi', 2 ** 30],
    ['1.5G', 1.5e9],
    ['1e3', 1000],
    [2, 2],
    ['many', undefined],
  ])('%s', (text, value) => expect(parseQuantity(text)).toBe(value))
})

describe('quotaProblems', () => {
  const three = workload(3, { requests: { cpu: '250m' }, limits: { memory: '256Mi' } })

  it.each([
    [{ pods: '2' }, {}, 'small: pods 2, used 0, 3 more needed'],
    [{ 'count/pods': '5' }, { 'count/pods': '4' }, 'small: count/pods 5, used 4, 3 more needed'],
    [{ 'requests.cpu': '500m' }, {}, 'small: requests.cpu 500m, used 0, 750m more needed'],
    [{ memory: '512Mi' }, {}, 'small: memory 512Mi, used 0, 768Mi more needed'],
    [
      { 'limits.memory': '768Mi' },
      { 'limits.memory': '1Mi' },
      'small: limits.memory 768Mi, used 1Mi, 768Mi more needed',
    ],
  ])('%o with %o used', (hard, used, problem) =>
    expect(quotaProblems([quota(hard, used)], [three], [])).toEqual([problem]),
  )

  it('counts only what comes on top of what runs', () => {
    expect(quotaProblems([quota({ pods: '3' }, { pods: '3' })], [three], [three])).toEqual([])
    expect(quotaProblems([quota({ pods: '3' }, { pods: '3' })], [workload(4, {})], [three])).toHaveLength(1)
  })

  it('lets quotas be that fit, that count something else, or only some pods', () => {
    expect(quotaProblems([quota({ pods: '3', 'requests.cpu': '0.75' })], [three], [])).toEqual([])
    expect(quotaProblems([quota({ services: '0' })], [three], [])).toEqual([])
    expect(quotaProblems([quota({ pods: '0' }, {}, { scopes: ['BestEffort'] })], [three], [])).toEqual([])
  })
})
