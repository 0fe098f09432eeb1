import type { Event } from './events.ts'
import type { StepResult } from './report.ts'

/** The results so far, in the order in which the steps began: which of two that are under way ends first is chance. */
export function stepsAsBegun(): { note(event: Event): void; results(): StepResult[] } {
  const begun: { readonly id: string; result?: StepResult }[] = []
  return {
    note: event => {
      if (event.type === 'step-started') begun.push({ id: event.id })
      if (event.type !== 'step-finished') return
      const { step } = event
      const open = begun.find(one => one.id === step.id && one.result === undefined)
      if (open === undefined) begun.push({ id: step.id, result: step })
      else open.result = step
    },
    results: () => begun.flatMap(({ result }) => result ?? []),
  }
}
