import type { Check } from '../report/report.ts'
import { bestProof, count, sessionsOf, wentAstray } from './evidence.ts'
import { affinityHint, hints, logsHint } from './hints.ts'
import { describeLatency, latencyOf } from './latency.ts'
import { describeMechanism, type Mechanism } from './mechanism.ts'
import type { Observations, SessionRecord } from './observations.ts'
import { titled } from './titles.ts'

const websocketOnly =
  'the server takes WebSockets only: a session is one connection, and that stays where it is'

export function judgeWithCookie(observations: Observations): Check {
  const check = {
    ...titled('in-session.with-cookie'),
    wanted: 'every request reaches the replica that issued the session',
  }
  if (observations.target.polling === undefined) return { ...check, status: 'skip', found: websocketOnly }
  const sessions = sessionsOf(observations, 'in-session.with-cookie')
  if (sessions.length === 0) return { ...check, status: 'skip', found: 'not tried' }
  const data = figures(sessions)
  const broken = sessions.filter(session => session.fault !== undefined)
  if (broken.length === 0) {
    return {
      ...check,
      status: 'pass',
      found: `${count(sessions.length, 'session')}, ${count(data.requests, 'request')}, none went astray; ${describeLatency(data.latencyMs)}`,
      data,
    }
  }
  const astray = broken.filter(wentAstray)
  if (astray.length === 0) {
    return {
      ...check,
      status: 'fail',
      found: `${broken.length} of ${count(sessions.length, 'session')} broke off`,
      why: bestProof(broken),
      hint: logsHint(observations),
      data,
    }
  }
  return {
    ...check,
    status: 'fail',
    found: `${astray.length} of ${count(sessions.length, 'session')} met a replica that does not know them`,
    ...trap(observations, astray),
    data,
  }
}

function trap(observations: Observations, astray: readonly SessionRecord[]): { why: string; hint: string } {
  const rejected = observations.target.polling?.cookies.find(cookie => cookie.rejected !== undefined)
  if (rejected !== undefined) {
    return {
      why: `RT014: cookie ${rejected.name} is set, but a browser does not send it back: ${rejected.rejected}. Proof: ${bestProof(astray)}`,
      hint: `change how ${rejected.name} is set, or use the address that it is meant for`,
    }
  }
  return {
    why: `RT008: polling without affinity; an adapter such as Redis does not replace it (RT009). Proof: ${bestProof(astray)}`,
    hint: affinityHint(observations),
  }
}

export function judgeWithoutCookie(observations: Observations, mechanism: Mechanism): Check {
  const check = {
    ...titled('in-session.without-cookie'),
    wanted: 'for information: what keeps a session on its replica',
  }
  if (mechanism.kind === 'websocket-only') return { ...check, status: 'skip', found: websocketOnly }
  const sessions = sessionsOf(observations, 'in-session.without-cookie')
  const data = {
    mechanism: mechanism.kind,
    ...(mechanism.kind === 'cookie' ? { cookies: mechanism.names } : {}),
    ...figures(sessions),
  }
  const astray = sessions.filter(wentAstray).length
  const found = `kept together by ${describeMechanism(mechanism)}; ${astray} of ${count(sessions.length, 'session')} went astray without cookies`
  return { ...check, ...opinion(observations, mechanism), found, data }
}

function opinion(observations: Observations, mechanism: Mechanism): Pick<Check, 'status' | 'why' | 'hint'> {
  const wanted = observations.wanted.affinity
  switch (mechanism.kind) {
    case 'none':
      return {
        status: 'warn',
        why: 'nothing keeps a session on its replica; see the check above',
        hint: affinityHint(observations),
      }
    case 'unknown':
      return { status: 'warn', why: 'sessions broke off for other reasons; see the check above' }
    case 'client-address':
      if (wanted === 'client-ip') return { status: 'pass' }
      return {
        status: 'warn',
        why: 'RT011: by client address, everybody behind one office or proxy shares a replica, and a phone that changes networks loses its session. It can also be that only one replica answers: from one machine the two look the same',
        hint:
          wanted === 'cookie'
            ? 'loadBalancer.affinity: cookie is not in effect, or replicas are down: rtdeploy status'
            : affinityHint(observations),
      }
    case 'client-address-or-single':
      return {
        status: 'pass',
        why: 'one replica was seen; from one machine, affinity by client address looks the same',
        hint: hints.replicas,
      }
    case 'session-id':
      return {
        status: 'pass',
        why: 'the balancer looks at the session id, or the replicas share their sessions (cluster-engine)',
      }
    default:
      return { status: 'pass' }
  }
}

function figures(sessions: readonly SessionRecord[]): {
  sessions: number
  astray: number
  requests: number
  latencyMs: ReturnType<typeof latencyOf>
} {
  const requests = sessions.flatMap(session => session.requests)
  // A poll waits for something to say; its time is not the server's.
  const answered = requests.filter(request => request.kind !== 'poll' && request.fault === undefined)
  return {
    sessions: sessions.length,
    astray: sessions.filter(wentAstray).length,
    requests: requests.length,
    latencyMs: latencyOf(answered.map(request => request.tookMs)),
  }
}
