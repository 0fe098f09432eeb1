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
  if (fault === undefined) return { ...check, ...stayedOpen(observations), data }
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

/** A limit so short is found by waiting for it; nobody waits for an hour. */
const worthWaitingSec = 90

function stayedOpen({ wanted }: Observations): Pick<Check, 'status' | 'found' | 'why' | 'hint'> {
  const { idleSec, balancer } = wanted
  const open = `open after ${idleSec} s`
  if (balancer !== undefined && balancer.timeoutSec > idleSec && balancer.timeoutSec <= worthWaitingSec) {
    const found = `${open}; the limit of ${balancer.timeoutSec} s was not reached`
    const longer = `rtdeploy verify --idle ${balancer.timeoutSec + 5}`
    if (balancer.kind === 'envoy') return { status: 'pass', found: `${found}: ${longer}` }
    const why = `RT003: kind classic cuts every WebSocket after ${balancer.timeoutSec} s, idle or active`
    return { status: 'warn', found, why, hint: `${longer} shows it` }
  }
  const unchecked =
    idleSec > googleDefaultSec
      ? 'longer limits were not checked'
      : `longer limits were not checked: rtdeploy verify --idle 35 outlives Google's default of ${googleDefaultSec} s`
  return { status: 'pass', found: `${open}; ${unchecked}` }
}

function seconds(ms: number): string {
  return `${tenth(ms / 1000)} s`
}
