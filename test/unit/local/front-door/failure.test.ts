import { describe, expect, it } from 'vitest'
import { BadAnswer } from '../../../../src/local/front-door/answer-reader.ts'
import { failureAnswer, failureOf, failures, mayRetry } from '../../../../src/local/front-door/failure.ts'

const request = {
  method: 'GET',
  hasBody: false,
  tries: 1,
  failure: failures.refused,
  kind: 'envoy',
  healthy: 3,
  all: 3,
} as const

describe('the balancer answering for itself', () => {
  it('says 503, 502 and 504 under Envoy, in its words', () => {
    expect(failureAnswer(failures.noReplica, 'envoy')).toMatchObject({
      status: 503,
      body: 'no healthy upstream',
    })
    expect(failureAnswer(failures.refused, 'envoy').status).toBe(502)
    expect(failureAnswer(failures.tooSlow, 'envoy')).toMatchObject({
      status: 504,
      body: 'upstream request timeout',
    })
  })

  it('says 502 with one page for everything under classic', () => {
    for (const failure of Object.values(failures)) {
      const answer = failureAnswer(failure, 'classic')
      expect(answer.status).toBe(502)
      expect(answer.body).toContain('try again in 30 seconds')
    }
  })

  it('tells a refused connection from one that breaks and from one that talks nonsense', () => {
    expect(failureOf(Object.assign(new Error(), { code: 'ECONNREFUSED', syscall: 'connect' }))).toBe(
      failures.refused,
    )
    expect(failureOf(Object.assign(new Error(), { code: 'ECONNRESET', syscall: 'read' }))).toBe(
      failures.closedEarly,
    )
    expect(failureOf(new BadAnswer('nonsense'))).toBe(failures.corrupted)
  })
})

describe('trying a second replica', () => {
  it('happens once for a request without body', () => {
    expect(mayRetry(request)).toBe(true)
    expect(mayRetry({ ...request, method: 'HEAD' })).toBe(true)
    expect(mayRetry({ ...request, tries: 2 })).toBe(false)
  })

  it('does not happen for a POST, a body or a timeout', () => {
    expect(mayRetry({ ...request, method: 'POST' })).toBe(false)
    expect(mayRetry({ ...request, hasBody: true })).toBe(false)
    expect(mayRetry({ ...request, failure: failures.tooSlow })).toBe(false)
  })

  it('happens under classic only while four in five replicas are healthy', () => {
    expect(mayRetry({ ...request, kind: 'classic', healthy: 4, all: 5 })).toBe(true)
    expect(mayRetry({ ...request, kind: 'classic', healthy: 2, all: 3 })).toBe(false)
    expect(mayRetry({ ...request, kind: 'classic', healthy: 1, all: 1 })).toBe(false)
  })
})
