import { request } from 'node:http'

/** Checks in a row that turn it; what GKE gives endpoints of a NEG (ingress-gce, healthchecks defaults: 1 and 2). */
const healthyAfter = 1
const unhealthyAfter = 2

export interface Health {
  readonly healthy: boolean
  /** A check has answered, or failed, at least once. */
  readonly checked: boolean
  /** Checks in a row that say the opposite of `healthy`. */
  readonly against: number
}

export const unchecked: Health = { healthy: false, checked: false, against: 0 }

/** Health after one more check. The first one decides at once. */
export function judgeProbe(before: Health, ok: boolean): Health {
  if (!before.checked) return { healthy: ok, checked: true, against: 0 }
  if (ok === before.healthy) return { ...before, against: 0 }
  const against = before.against + 1
  const turns = against >= (before.healthy ? unhealthyAfter : healthyAfter)
  return { healthy: turns ? ok : before.healthy, checked: true, against: turns ? 0 : against }
}

export interface ProbeResult {
  readonly ok: boolean
  /** Milliseconds since 1970, and how long it took. */
  readonly at: number
  readonly ms: number
  /** `HTTP 200`, `HTTP 503`, `ECONNREFUSED`, `no answer within 2000 ms`. */
  readonly found: string
}

export interface Probe {
  readonly host: string
  readonly port: number
  readonly path: string
  readonly timeoutMs: number
}

/**
 * One health check as Google's probers make it: only 200 counts, a redirect is not followed
 * (docs.cloud.google.com/load-balancing/docs/health-check-concepts#criteria-protocol-http). Never rejects.
 */
function probeReplica({ host, port, path, timeoutMs }: Probe, signal: AbortSignal): Promise<ProbeResult> {
  const at = Date.now()
  const startedAt = performance.now()
  return new Promise(resolve => {
    const finish = (ok: boolean, found: string) => {
      clearTimeout(timer)
      resolve({ ok, at, ms: Math.round(performance.now() - startedAt), found })
    }
    const asked = request({
      host,
      port,
      path,
      agent: false,
      signal,
      headers: { 'User-Agent': 'GoogleHC/1.0' },
    })
    const timer = setTimeout(() => {
      finish(false, `no answer within ${timeoutMs} ms`)
      asked.destroy()
    }, timeoutMs)
    asked.on('response', answer => {
      finish(answer.statusCode === 200, `HTTP ${answer.statusCode}`)
      asked.destroy()
    })
    asked.on('error', (error: NodeJS.ErrnoException) => finish(false, error.code ?? error.message))
    asked.end()
  })
}

/** Checks now and then every `everyMs()`, counted from start to start. The function returned ends it. */
export function watchHealth(
  probe: Probe,
  { everyMs, onResult }: { everyMs(): number; onResult(result: ProbeResult): void },
): () => void {
  const stopped = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const check = async () => {
    const result = await probeReplica(probe, stopped.signal)
    if (stopped.signal.aborted) return
    onResult(result)
    timer = setTimeout(check, Math.max(everyMs() - result.ms, 0))
  }
  void check()
  return () => {
    stopped.abort()
    clearTimeout(timer)
  }
}
