import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Health, judgeProbe, unchecked } from '../../../../src/local/front-door/health.ts'

const judged = (...probes: boolean[]): Health => probes.reduce(judgeProbe, unchecked)

describe('judging health checks', () => {
  it('takes the first one at its word', () => {
    expect(judged(true).healthy).toBe(true)
    expect(judged(false)).toMatchObject({ healthy: false, checked: true })
  })

  it('needs two failures in a row to call a replica unhealthy, and one success to call it healthy', () => {
    expect(judged(true, false).healthy).toBe(true)
    expect(judged(true, false, true, false).healthy).toBe(true)
    expect(judged(true, false, false).healthy).toBe(false)
    expect(judged(true, false, false, true).healthy).toBe(true)
  })

  it('is unhealthy exactly when no success is among the last two checks, after the first', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 2 }), probes => {
        expect(judged(...probes).healthy).toBe(probes.slice(-2).includes(true))
      }),
    )
  })
})
