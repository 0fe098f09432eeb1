import type { Fault } from './observations.ts'

/** Carries a `Fault` from where it happens to the experiment that records it. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError'
  readonly fault: Fault
  constructor(fault: Fault) {
    super(describeFault(fault))
    this.fault = fault
  }
}

/** The fault inside, or the error again: everything else is a bug or an interrupt. */
export function faultOf(error: unknown): Fault {
  if (error instanceof ProbeError) return error.fault
  throw error
}

/** One line for people. */
export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'answer':
      return fault.code === undefined
        ? `${fault.status}${fault.message === '' ? '' : ` ${fault.message}`}`
        : `${fault.status} ${JSON.stringify({ code: fault.code, message: fault.message })}`
    case 'connect-error':
      return `CONNECT_ERROR ${JSON.stringify(fault.message)}`
    case 'timeout':
      return `no ${fault.waitingFor} within ${fault.afterMs} ms`
    case 'closed':
      return fault.code === undefined ? fault.message : `${fault.message} (close code ${fault.code})`
    case 'network':
      return fault.message
    case 'protocol':
      return fault.message
  }
}
