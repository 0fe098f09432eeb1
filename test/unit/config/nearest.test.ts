import { expect, it } from 'vitest'
import { nearest } from '../../../src/config/nearest.ts'

const known = ['name', 'version', 'target', 'replicas', 'loadBalancer', 'backends', 'verify', 'local']

it.each([
  ['replcas', 'replicas'],
  ['replica', 'replicas'],
  ['load-balancer', 'loadBalancer'],
  ['loadbalancer', 'loadBalancer'],
  ['naem', 'name'],
  ['Verify', 'verify'],
])('finds what was meant by %j', (word, expected) => {
  expect(nearest(word, known)).toBe(expected)
})

it.each(['zzz', 'services', '', 'x'.repeat(100_000)])('proposes nothing for a far word', word => {
  expect(nearest(word, known)).toBeUndefined()
})
