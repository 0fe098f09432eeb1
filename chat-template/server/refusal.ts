import type { Refused } from '../shared/events.ts'

/** What a client asked cannot be done, and it is told so. */
export class Refusal extends Error {
  readonly code: Refused
  readonly retryAfterMs: number | undefined
  constructor(code: Refused, message: string, retryAfterMs?: number) {
    super(message)
    this.code = code
    this.retryAfterMs = retryAfterMs
  }
}
