import { describe, expect, it } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import { describePlan, hasWork } from '../../../src/plan/plan.ts'
import { planUnseen } from '../../../src/plan/unseen.ts'

const problem = (code: string) => new UserError('ci may not patch services', { code, hint: 'ask for it' })

describe('planUnseen', () => {
  it('says what is not known, and counts as something to do', () => {
    const plan = planUnseen('plan', 'release', problem('cluster.forbidden'))
    if (plan === undefined) throw new Error('no plan')
    expect(describePlan(plan)).toBe(
      '+ release: what it changes is not known here, ci may not patch services\n    $ rtdeploy up',
    )
    expect(hasWork(plan)).toBe(true)
  })

  it('leaves every other problem as it is', () => {
    expect(planUnseen('plan', 'release', problem('cluster.unreachable'))).toBeUndefined()
    expect(planUnseen('plan', 'release', new Error('a bug'))).toBeUndefined()
  })
})
