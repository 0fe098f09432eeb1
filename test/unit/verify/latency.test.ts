import { expect, it } from 'vitest'
import { compareNames, count } from '../../../src/verify/evidence.ts'
import { latencyOf } from '../../../src/verify/latency.ts'

it('percentiles are values that were measured', () => {
  expect(latencyOf([5, 1, 2, 4, 3])).toEqual({ p50: 3, p95: 5, max: 5 })
  expect(latencyOf(Array.from({ length: 100 }, (_, at) => at + 1))).toEqual({ p50: 50, p95: 95, max: 100 })
  expect(latencyOf([1.26])).toEqual({ p50: 1.3, p95: 1.3, max: 1.3 })
  expect(latencyOf([])).toBeUndefined()
})

it('replicas are sorted as people count', () => {
  expect(['chat-10', 'b', 'chat-2', 'a'].sort(compareNames)).toEqual(['a', 'b', 'chat-2', 'chat-10'])
})

it('one is one', () => {
  expect(count(1, 'session')).toBe('1 session')
  expect(count(2, 'session')).toBe('2 sessions')
})
