import type { Check, StepResult } from './report.ts'

/** What a run tells while it goes on; the report tells the same at the end. */
export type Event =
  | { readonly type: 'step-started'; readonly id: string; readonly title: string }
  | { readonly type: 'step-output'; readonly id: string; readonly line: string }
  /** How far a step is that waits for something, one line. */
  | { readonly type: 'step-progress'; readonly id: string; readonly text: string }
  | { readonly type: 'step-finished'; readonly step: StepResult; readonly quiet?: boolean }
  | { readonly type: 'check-progress'; readonly title: string; readonly done: number; readonly of: number }
  | { readonly type: 'check-done'; readonly check: Check }
  /** Something the person should know now, one line. */
  | { readonly type: 'note'; readonly text: string }

export type Emit = (event: Event) => void
