import type { Check } from '../report/report.ts'
import { judgeFanOut } from './judge-fan-out.ts'
import { judgePolling, judgeUpgrade, judgeWebSocket } from './judge-handshake.ts'
import { judgeIdle } from './judge-idle.ts'
import { judgeWithCookie, judgeWithoutCookie } from './judge-in-session.ts'
import { judgeRefresh, judgeSpread } from './judge-replicas.ts'
import { findMechanism } from './mechanism.ts'
import type { Observations } from './observations.ts'

/** What the observations mean, in the order in which a person would ask. */
export function judge(observations: Observations): Check[] {
  const mechanism = findMechanism(observations)
  return [
    judgePolling(observations),
    judgeUpgrade(observations),
    judgeWebSocket(observations),
    judgeWithCookie(observations),
    judgeWithoutCookie(observations, mechanism),
    judgeRefresh(observations, mechanism),
    judgeSpread(observations, mechanism),
    judgeFanOut(observations),
    judgeIdle(observations),
  ]
}
