import { describe, expect, it } from 'vitest'
import type { Plan, Step } from '../../../src/plan/plan.ts'
import { forgetBetween } from '../../../src/targets/forgetting.ts'
import type { Stage } from '../../../src/targets/target.ts'

const step: Step = { id: 'file.remove', title: 'remove', action: { kind: 'remove', path: '/x' } }

function stagesOf(work: readonly boolean[], changing: readonly number[]) {
  const told: string[] = []
  const stages = work.map(
    (has, at): Stage => ({
      name: 'provision',
      plan: async (): Promise<Plan> => {
        told.push(`plan ${at}`)
        return { verb: 'up', stage: 'provision', steps: has ? [step] : [] }
      },
    }),
  )
  const made = forgetBetween(stages, {
    changes: stage => changing.includes(stages.indexOf(stage)),
    end: () => told.push('end'),
    forget: () => told.push('forget'),
  })
  return { told, made, stages }
}

describe('what is known when a stage begins', () => {
  it('is what the one before asked for, as long as none has work', async () => {
    const { told, made } = stagesOf([false, false], [0, 1])
    for (const stage of made) await stage.plan()
    expect(told).toEqual(['plan 0', 'plan 1'])
  })

  it('is asked for again after one that changes it, and only once', async () => {
    const { told, made } = stagesOf([true, false, false], [0])
    for (const stage of made) await stage.plan()
    expect(told).toEqual(['plan 0', 'end', 'forget', 'plan 1', 'plan 2'])
  })

  it('is asked for again when the same stage is planned a second time, under the lock', async () => {
    const { told, made } = stagesOf([true, false], [0])
    await made[0]?.plan()
    await made[0]?.plan()
    expect(told).toEqual(['plan 0', 'end', 'forget', 'plan 0', 'end'])
  })

  it('stays after one whose work changes nothing of it', async () => {
    const { told, made } = stagesOf([true, false], [])
    for (const stage of made) await stage.plan()
    expect(told).toEqual(['plan 0', 'plan 1'])
  })

  it('is of no use any more when a stage cannot be planned', async () => {
    const { told, made, stages } = stagesOf([false], [])
    Object.assign(stages[0] as object, { plan: () => Promise.reject(new Error('no')) })
    await expect(made[0]?.plan()).rejects.toThrow('no')
    expect(told).toEqual(['end'])
  })
})
