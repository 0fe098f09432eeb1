import type { Context } from './context.ts'
import { Dialer } from './dial.ts'
import { HttpClient } from './http-client.ts'
import { parseIdentity } from './identity.ts'
import type { VerifyOptions, VerifyProgress } from './options.ts'
import { parseTarget } from './target.ts'

/** What the experiments of a run share, before anything is known of the target. Close its dialer in the end. */
export function openContext(
  options: VerifyOptions,
  signal: AbortSignal,
  onProgress: (progress: VerifyProgress) => void,
): Context {
  const identity = parseIdentity(options.identity)
  const target = parseTarget(options.url, options.socketPath, options.namespace, options.headers)
  const { insecureTls = false, timeoutMs } = options
  const dialer = new Dialer(target, { insecureTls, timeoutMs, signal })
  const began = performance.now()
  return {
    target,
    options,
    identity,
    dialer,
    http: new HttpClient(dialer),
    signal,
    sessions: [],
    answerHeader: undefined,
    identityWorks: identity.kind !== 'none',
    now: () => performance.now() - began,
    onProgress,
  }
}
