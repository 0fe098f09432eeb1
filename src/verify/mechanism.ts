import { replicaCounts, sessionsOf, wentAstray } from './evidence.ts'
import type { Observations } from './observations.ts'

/** What keeps the requests of a session on one replica. */
export type Mechanism =
  /** Any one of the names is enough. */
  | { readonly kind: 'cookie'; readonly names: readonly string[] }
  | { readonly kind: 'client-address' }
  | { readonly kind: 'single-replica' }
  /** Every client of this machine reaches the same replica, and nobody said how many there are. */
  | { readonly kind: 'client-address-or-single' }
  /** Several replicas, and no cookie needed: a hash of the session id, or replicas that share sessions. */
  | { readonly kind: 'session-id' }
  | { readonly kind: 'websocket-only' }
  | { readonly kind: 'none' }
  /** Sessions ended for other reasons. */
  | { readonly kind: 'unknown' }

export function findMechanism(observations: Observations): Mechanism {
  if (observations.target.polling === undefined) return { kind: 'websocket-only' }
  const kept = sessionsOf(observations, 'in-session.with-cookie')
  const bare = sessionsOf(observations, 'in-session.without-cookie')
  if (kept.some(wentAstray)) return { kind: 'none' }
  if (kept.length === 0 || kept.some(session => session.fault !== undefined)) return { kind: 'unknown' }
  if (bare.some(wentAstray)) return { kind: 'cookie', names: cookieNames(observations) }
  const { expectedReplicas } = observations.wanted
  const seen = Object.keys(replicaCounts(observations.sessions)).length
  if (seen > 1) return { kind: 'session-id' }
  if (expectedReplicas === undefined) return { kind: 'client-address-or-single' }
  return expectedReplicas === 1 ? { kind: 'single-replica' } : { kind: 'client-address' }
}

/** Cookies that keep a session together alone. */
function cookieNames(observations: Observations): readonly string[] {
  const all = (observations.target.polling?.cookies ?? [])
    .filter(cookie => cookie.rejected === undefined)
    .map(cookie => cookie.name)
  const tried = sessionsOf(observations, 'in-session.one-cookie')
  const enough = all.filter(name => {
    const alone = tried.filter(session => session.cookie === name)
    return alone.length > 0 && alone.every(session => session.fault === undefined)
  })
  return enough.length > 0 ? enough : all
}

/** For people, after `kept together by`: `cookie GCLB`, `the client address`. */
export function describeMechanism(mechanism: Mechanism): string {
  switch (mechanism.kind) {
    case 'cookie':
      return mechanism.names.length === 1
        ? `cookie ${mechanism.names[0]}`
        : `cookies ${mechanism.names.join(', ')}`
    case 'client-address':
      return 'the client address'
    case 'single-replica':
      return 'having a single replica'
    case 'client-address-or-single':
      return 'the client address, or by having a single replica'
    case 'session-id':
      return 'the session id itself'
    case 'websocket-only':
      return 'its one WebSocket'
    case 'none':
      return 'nothing'
    case 'unknown':
      return 'something unknown'
  }
}
