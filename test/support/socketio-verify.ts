import { UserError } from '../../src/errors.ts'
import type { Check } from '../../src/report/report.ts'
import type { Observations } from '../../src/verify/observations.ts'
import { type VerifyOptions, verifyDefaults } from '../../src/verify/options.ts'
import { verify } from '../../src/verify/verify.ts'

export interface Verified {
  readonly checks: readonly Check[]
  readonly observations: Observations
  /** The check with that id. */
  check(id: string): Check
  /** Ids of the checks with that status. */
  withStatus(status: Check['status']): readonly string[]
}

/** `verify` with a short idle time: what it finds does not depend on that. */
export async function runVerify(
  options: Partial<VerifyOptions> & { readonly url: string },
  signal: AbortSignal = new AbortController().signal,
): Promise<Verified> {
  const { checks, observations } = await verify(
    { ...verifyDefaults, idleSec: 0.1, ...options },
    { onProgress: () => undefined },
    signal,
  )
  return {
    checks,
    observations,
    check: id => {
      const found = checks.find(check => check.id === id)
      if (found === undefined) throw new Error(`no check ${id}`)
      return found
    },
    withStatus: status => checks.filter(check => check.status === status).map(check => check.id),
  }
}

/** The `UserError` that verify stops with. */
export async function verifyError(
  options: Partial<VerifyOptions> & { readonly url: string },
): Promise<UserError> {
  try {
    await runVerify({ timeoutMs: 2_000, ...options })
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('verify did not stop')
}
