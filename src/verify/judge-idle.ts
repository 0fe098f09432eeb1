import type { Check } from '../report/report.ts'
import { describeFault } from './fault.ts'
import { timeoutHint } from './hints.ts'
import { tenth } from './latency.ts'
import type { Observations } from './observations.ts'
import { titled } from './titles.ts'

/** The default of a GCE backend service: RT002. */
const googleDefaultSec = 30

export function judgeIdle(observations: Observations): Check {
  const { idleSec } = observations.wanted
  const [silent, busy] = ['silent', 'busy'].map(kind =>
    observations.idle.sockets.find(one => one.kind === kind),
  )
  const check = {
    ...titled('idle.silent-socket'),
    wanted: `open after ${idleSec} s with nothing but heartbeats`,
  }
  const data = {
    idleSec,
    sockets: observations.idle.sockets.map(one => ({ ...one, livedMs: tenth(one.livedMs) })),
  }
  if (silent === undefined) return { ...check, status: 'skip', found: 'not tried', data }
  const { fault } = silent
  if (fault === undefined) {
    const unchecked =
      idleSec > googleDefaultSec
        ? 'longer limits were not checked'
        : `longer limits were not checked: rtdeploy verify --idle 35 outlives Google's default of ${googleDefaultSec} s`
    return { ...check, status: 'pass', found: `open after ${idleSec} s; ${unchecked}`, data }
  }
  if (silent.livedMs < 50) {
    return {
      ...check,
      status: 'fail',
      found: `could not be held: ${describeFault(fault)}`,
      why: 'the socket ended as soon as it was there',
      hint: 'see the checks above',
      data,
    }
  }
  const both = busy?.fault !== undefined
  const trap = both
    ? `RT003: a busy socket was cut too, after ${seconds(busy.livedMs)}: the limit counts idle and active connections alike, as on the classic load balancer`
    : 'RT002: a busy socket lived on, so the limit is for idle connections, and it is shorter than the heartbeat'
  return {
    ...check,
    status: 'fail',
    found: `cut after ${seconds(silent.livedMs)}: ${describeFault(fault)}`,
    why: trap,
    hint: timeoutHint(observations),
    data,
  }
}

function seconds(ms: number): string {
  return `${tenth(ms / 1000)} s`
}
