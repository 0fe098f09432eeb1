import { describe, expect, it } from 'vitest'
import { Pace, paceOf } from '../server/pace.ts'
import { until } from './person.ts'

describe('how long a busy room is gathered', () => {
  it('is what was asked for in an idle process, more in a busy one, and never much', () => {
    expect([0, 0.5, 0.75, 0.9, 1].map(busy => Math.round(paceOf(10, busy)))).toEqual([10, 10, 20, 50, 50])
    expect(paceOf(0, 1)).toBe(0)
    expect(paceOf(200, 1)).toBe(200)
  })

  it('follows what the process does', async () => {
    const pace = new Pace(10)
    expect([pace.ms, pace.extraMs]).toEqual([10, 0])
    // Nothing but work between two looks.
    const work = () => {
      for (const end = performance.now() + 100; performance.now() < end; ) Math.random()
      pace.look()
      return pace.ms
    }
    await until('it is longer', () => work() > 20)
    await until('it is short again', () => {
      pace.look()
      return pace.ms < 20
    })
  })
})
