import { hasWork } from '../plan/plan.ts'
import type { Stage } from './target.ts'

export interface Forgetting {
  /** Whether it changes what the next stages have asked for ahead, when it has work. */
  changes(stage: Stage): boolean
  /** What is asked for ahead will be wrong, or is not wanted any more. */
  end(): void
  /** What is known by now may be wrong. */
  forget(): void
}

/**
 * Stages of which one may change what the next ones know already. It is forgotten when the next one begins and not when the
 * plan is there: who takes the lock in between asks for things, too.
 */
export function forgetBetween(
  stages: readonly Stage[],
  { changes, end, forget }: Forgetting,
): readonly Stage[] {
  let changed = false
  return stages.map(stage => ({
    ...stage,
    plan: async () => {
      if (changed) forget()
      try {
        const plan = await stage.plan()
        changed = hasWork(plan) && changes(stage)
        if (changed) end()
        return plan
      } catch (error) {
        end()
        throw error
      }
    },
  }))
}
