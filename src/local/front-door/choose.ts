import type { LoadBalancer } from '../../config/config.ts'
import { setCookie } from './cookie.ts'
import { nearest } from './hash.ts'

export interface Candidate {
  /** Hash of the address. */
  readonly seed: number
  /** Value by which a classic cookie names it. */
  readonly cookie: string
}

export interface Asked {
  readonly settings: Pick<LoadBalancer, 'affinity' | 'kind'>
  readonly clientIp: string
  /** Value of the affinity cookie that came along. */
  readonly cookie: string | undefined
  /** Counts up by one for each request: round robin. */
  readonly turn: number
  /** Random key for a client that has no cookie yet (Envoy). */
  newKey(): string
}

export interface Choice<T> {
  readonly replica: T
  /** `Set-Cookie` that the client needs; none when the one it has is right. */
  readonly setCookie?: string
}

/**
 * Which of the replicas that take requests gets this one; undefined when there is none. `not` has just failed it.
 * Affinity is best effort: who is not in `ready` is not chosen, whatever the cookie says.
 *
 * Cookie: under classic it names the endpoint and is issued anew when that one is gone; under Envoy any value is a
 * key on a hash ring and is never issued anew, so going from 3 replicas to 4 moves a quarter of the sessions
 * (docs.cloud.google.com/load-balancing/docs/backend-service#session_affinity).
 */
export function chooseReplica<T extends Candidate>(
  ready: readonly T[],
  asked: Asked,
  not?: T,
): Choice<T> | undefined {
  const among = not !== undefined && ready.length > 1 ? ready.filter(replica => replica !== not) : ready
  const inTurn = among[asked.turn % among.length]
  if (inTurn === undefined) return undefined
  const { affinity, kind } = asked.settings
  if (affinity === 'none') return { replica: inTurn }
  if (affinity === 'client-ip') return { replica: nearest(asked.clientIp, among) ?? inTurn }
  if (kind === 'envoy') {
    const key = asked.cookie ?? asked.newKey()
    const replica = nearest(key, among) ?? inTurn
    return asked.cookie === undefined ? { replica, setCookie: setCookie(kind, key) } : { replica }
  }
  const named = among.find(replica => replica.cookie === asked.cookie)
  return named ? { replica: named } : { replica: inTurn, setCookie: setCookie(kind, inTurn.cookie) }
}
