import { describe, expect, it } from 'vitest'
import { estimate, priceRange, renderEstimate } from '../../../src/price/estimate.ts'
import { priceDate, prices } from '../../../src/price/table.ts'
import { gkeConfig, gkeConfigs } from '../../support/gke-configs.ts'

describe('the price table', () => {
  it.each(Object.entries(prices))('%s is a range, and says what it rests on', (_, price) => {
    expect(price.low).toBeGreaterThan(0)
    expect(price.high).toBeGreaterThanOrEqual(price.low)
    expect(['list', 'estimate']).toContain(price.basis)
  })

  it('has a date', () => {
    expect(priceDate).toMatch(/^20\d\d-\d\d$/)
  })
})

describe('an estimate', () => {
  it.each(Object.entries(gkeConfigs))('of %s sums up its items', (_, gke) => {
    const made = estimate(gke, 3)
    const high = made.items.reduce((sum, item) => sum + item.high, 0)
    expect(made.high).toBeCloseTo(high, 1)
    expect(made.low).toBeGreaterThan(0)
    expect(made.low).toBeLessThan(made.high)
    expect(made.items.every(item => item.stopsAtDown)).toBe(true)
    expect(new Set(made.items.map(item => item.id)).size).toBe(made.items.length)
  })

  it('puts minimal below Autopilot below Memorystore', () => {
    const high = (gke: Parameters<typeof gkeConfig>[0]) => estimate(gkeConfig(gke), 3).high
    const minimal = high({ mode: 'standard', minimal: true })
    expect(minimal).toBeLessThan(high({}))
    expect(high({})).toBeLessThan(high({ redis: 'memorystore' }))
  })

  it('has no NAT in it where others have the network', () => {
    const given = gkeConfig({ network: { name: 'shared', subnetwork: 'apps' } })
    expect(estimate(given, 3).items.map(item => item.id)).not.toContain('nat')
  })

  it('names only what is ours in a cluster of others', () => {
    const made = estimate(gkeConfig({ cluster: { name: 'team' }, mongo: 'secret-manager' }), 3)
    expect(made.items.map(item => item.id)).toEqual(['balancer', 'registry', 'bucket', 'secret'])
    expect(made.freeTier).toBe(0)
    expect(renderEstimate(made).join('\n')).toContain('not counted: the nodes of the cluster team')
    expect(estimate(gkeConfig(), 3).notCounted).toBeUndefined()
  })

  it('grows with the replicas on Autopilot, and not on nodes of one’s own', () => {
    expect(estimate(gkeConfig(), 10).high).toBeGreaterThan(estimate(gkeConfig(), 3).high)
    const standard = gkeConfig({ mode: 'standard' })
    expect(estimate(standard, 10).high).toBe(estimate(standard, 3).high)
  })

  it('takes the free tier into the lower figure only, and for no regional Standard cluster', () => {
    expect(estimate(gkeConfig(), 3).freeTier).toBe(73)
    expect(estimate(gkeConfig({ mode: 'standard' }), 3).freeTier).toBe(0)
  })

  it('reads as a person would say it', () => {
    const lines = renderEstimate(estimate(gkeConfig({ mode: 'standard', minimal: true }), 3))
    expect(lines[0]).toMatch(/^about USD \d+-\d+ a month, by list prices and estimates of 20/)
    expect(lines.join('\n')).toMatch(/2 Spot nodes, e2-medium +\d/)
    expect(lines.at(-1)).toContain('rtdeploy down')
    expect(priceRange({ low: 1, high: 1 })).toBe('USD 1.00 a month')
  })
})
