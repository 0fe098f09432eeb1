import type { Check } from '../report/report.ts'
import { refusals } from './engine-io.ts'
import { bestProof, count, isUnknownSession, sessionsOf } from './evidence.ts'
import { describeFault } from './fault.ts'
import { affinityHint, hints, readinessHint } from './hints.ts'
import { describeLatency, latencyOf, tenth } from './latency.ts'
import type { Fault, Observations } from './observations.ts'
import { titled } from './titles.ts'

export function judgePolling(observations: Observations): Check {
  const { target } = observations
  const check = { ...titled('handshake.polling'), wanted: 'a session from GET' }
  if (target.polling === undefined) {
    const answer = target.pollingRefused === undefined ? '' : `: ${describeFault(target.pollingRefused)}`
    return { ...check, status: 'skip', found: `the server takes WebSockets only${answer}` }
  }
  const { open, tookMs, cookies } = target.polling
  const set = cookies.map(cookie => cookie.name).join(', ')
  const found = `a session in ${tenth(tookMs)} ms; heartbeat every ${open.pingInterval / 1000} s; ${
    set === '' ? 'no cookie set' : `sets ${set}`
  }`
  const data = { tookMs: tenth(tookMs), ...open, cookies }
  const failed = sessionsOf(observations, 'handshake').filter(session => session.sid === undefined)
  if (failed.length === 0) return { ...check, status: 'pass', found, data }
  return {
    ...check,
    status: 'warn',
    found: `${found}; ${count(failed.length, 'attempt')} before it failed`,
    why: bestProof(failed),
    hint: readinessHint(observations),
    data,
  }
}

export function judgeUpgrade(observations: Observations): Check {
  const { target } = observations
  const check = {
    ...titled('handshake.upgrade'),
    wanted: 'every session moves to a WebSocket on another connection',
  }
  if (target.polling === undefined) {
    return { ...check, status: 'skip', found: 'nothing to upgrade from: the server takes WebSockets only' }
  }
  if (!target.polling.open.upgrades.includes('websocket')) {
    return { ...check, status: 'skip', found: 'the server offers no upgrade: it speaks polling only' }
  }
  const sessions = sessionsOf(observations, 'upgrade')
  const broken = sessions.filter(session => session.fault !== undefined)
  const latency = latencyOf(
    sessions.flatMap(session =>
      session.requests.filter(({ kind }) => kind === 'upgrade').map(({ tookMs }) => tookMs),
    ),
  )
  const data = { sessions: sessions.length, upgraded: sessions.length - broken.length, latencyMs: latency }
  if (broken.length === 0) {
    return {
      ...check,
      status: 'pass',
      found: `${count(sessions.length, 'session')}, ${describeLatency(latency)}`,
      data,
    }
  }
  return {
    ...check,
    status: 'fail',
    found: `${broken.length} of ${count(sessions.length, 'session')} could not upgrade`,
    ...upgradeTrap(observations, broken[0]?.fault, bestProof(broken)),
    data,
  }
}

export function judgeWebSocket(observations: Observations): Check {
  const { target } = observations
  const check = {
    ...titled('handshake.websocket-only'),
    wanted: 'a session from a WebSocket without polling first',
  }
  if (target.websocket !== undefined) {
    const { tookMs } = target.websocket
    return {
      ...check,
      status: 'pass',
      found: `a session in ${tenth(tookMs)} ms`,
      data: { tookMs: tenth(tookMs) },
    }
  }
  const refused = target.websocketRefused
  const unknown = refused?.kind === 'answer' && refused.code === refusals.transportUnknown
  if (unknown || target.polling?.open.upgrades.includes('websocket') === false) {
    return { ...check, status: 'skip', found: 'the server speaks polling only' }
  }
  return {
    ...check,
    status: 'fail',
    found: refused === undefined ? 'no WebSocket' : describeFault(refused),
    ...upgradeTrap(observations, refused, bestProof(sessionsOf(observations, 'websocket-only'))),
  }
}

/** What an HTTP answer to an upgrade says about the proxy that gave it. */
function upgradeTrap(
  observations: Observations,
  fault: Fault | undefined,
  proof: string,
): { why: string; hint: string } {
  if (isUnknownSession(fault)) {
    return {
      why: `RT008: no affinity, so the upgrade lands on another replica. Proof: ${proof}`,
      hint: affinityHint(observations),
    }
  }
  if (fault?.kind === 'answer' && fault.status === 502) {
    return {
      why: `RT021: the balancer cannot hand the upgrade on, as when it speaks HTTP/2 to the replicas. Proof: ${proof}`,
      hint: 'let the balancer speak HTTP/1.1 to the replicas: no app-protocols HTTP2, no appProtocol h2',
    }
  }
  if (fault?.kind === 'answer')
    return { why: `a proxy takes the Upgrade header away. Proof: ${proof}`, hint: hints.upgrade }
  return { why: `the upgrade is not let through. Proof: ${proof}`, hint: hints.upgrade }
}
