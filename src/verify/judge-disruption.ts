import type { Check } from '../report/report.ts'
import { describeFault } from './fault.ts'
import { describeLatency, latencyOf } from './latency.ts'
import { addUp, type Ledger } from './ledger.ts'
import type { Fault } from './observations.ts'

/** A gap of reconnecting that people notice as an outage: the official client tries within 1.5 s, then 3 s, then 6 s. */
const noticedMs = 10_000

/** What a disruption did to messages and connections, and what the balancer answered meanwhile. Pure. */
export function judgeDisruption(name: string, title: string, ledger: Ledger): Check[] {
  return [
    judgeMessages(name, title, ledger),
    judgeReturn(name, title, ledger),
    judgeAnswers(name, title, ledger),
  ]
}

function judgeMessages(name: string, title: string, ledger: Ledger): Check {
  const sums = addUp(ledger)
  const base = {
    id: `disruption.${name}.messages`,
    title: `${title}: messages`,
    wanted: 'every acknowledged message arrives',
    data: { ...sums, lost: sums.lost.length, sent: ledger.messages.length },
  }
  if (sums.acknowledged === 0) {
    const hint = 'the handler of verify.fanOut.send should call its acknowledgement'
    return { ...base, status: 'skip', found: 'the app acknowledges nothing, so nothing was promised', hint }
  }
  const parts = [
    `${sums.acknowledged} acknowledged`,
    `${sums.lost.length} lost`,
    ...(sums.missed === 0 ? [] : [`${sums.missed} times not heard by a client that was connected`]),
    ...(sums.onlyReplayed === 0 ? [] : [`${sums.onlyReplayed} only by replay`]),
    ...(sums.doubled === 0 ? [] : [`${sums.doubled} doubled`]),
    ...(sums.unanswered === 0 ? [] : [`${sums.unanswered} sent without an answer`]),
  ]
  const found = parts.join(', ')
  if (sums.lost.length > 0) {
    return {
      ...base,
      status: 'fail',
      found,
      why: 'RT032: a message was acknowledged before it was safe; what is only published is gone while Redis or a replica is away',
      hint: 'store the message before acknowledging it, and replay what a client missed when it comes back',
    }
  }
  if (sums.missed > 0) {
    return {
      ...base,
      status: 'warn',
      found,
      why: 'RT032: while Redis is away a message stays on the replica that got it; it is stored, but not everybody heard it live',
      hint: 'number the messages of a room and let clients ask for gaps, or use the streams adapter',
    }
  }
  return { ...base, status: 'pass', found }
}

function judgeReturn(name: string, title: string, ledger: Ledger): Check {
  const { gaps, clients } = ledger
  const away = gaps.filter(gap => gap.backMs === undefined)
  const back = latencyOf(gaps.flatMap(gap => (gap.backMs === undefined ? [] : [gap.backMs - gap.lostMs])))
  const reasons = countWords(gaps.map(gap => describeFault(gap.fault)))
  const base = {
    id: `disruption.${name}.reconnect`,
    title: `${title}: connections`,
    wanted: 'every client comes back within 10 s',
    data: { gaps: gaps.length, away: away.length, reconnectMs: back, reasons },
  }
  if (gaps.length === 0)
    return { ...base, status: 'pass', found: `none of ${clients} clients lost its connection` }
  const moved = gaps.filter(gap => gap.to !== undefined && gap.to !== gap.from).length
  const found = `${gaps.length} losses among ${clients} clients, back after ${describeLatency(back)}; ${moved} to another replica`
  const kicked = reasons['the server sent DISCONNECT']
  if (kicked !== undefined)
    return {
      ...base,
      status: 'fail',
      found: `${found}; ${kicked} were told to go (DISCONNECT)`,
      why: 'RT025: the official client does not come back by itself from "io server disconnect"',
      hint: 'drain with conn.close() or io.close(), never with disconnectSockets()',
    }
  if (away.length > 0 || (back?.max ?? 0) > noticedMs) {
    return {
      ...base,
      status: 'fail',
      found: away.length > 0 ? `${away.length} of ${clients} clients did not come back` : found,
      why: Object.entries(reasons)
        .map(([reason, count]) => `${reason} ×${count}`)
        .join(', '),
      hint: 'rtdeploy status; rtdeploy logs --since 5m',
    }
  }
  return { ...base, status: 'pass', found }
}

/** What the balancer answered to those who came back: its errors mean that it sent them to nobody. */
function judgeAnswers(name: string, title: string, { gaps }: Ledger): Check {
  const failed = gaps.flatMap(gap => gap.failed)
  const words = countWords(failed.map(describeFault))
  const base = {
    id: `disruption.${name}.balancer`,
    title: `${title}: load balancer`,
    wanted: 'sends nobody to a replica that is gone',
    data: { attempts: failed.length, answers: words },
  }
  const bad = failed.filter(isBalancerError).length
  const found =
    failed.length === 0
      ? 'every first attempt to come back got through'
      : `${failed.length} attempts failed: ${Object.entries(words)
          .map(([word, count]) => `${word} ×${count}`)
          .join(', ')}`
  if (bad === 0) return { ...base, status: 'pass', found }
  return {
    ...base,
    status: 'warn',
    found,
    why: 'RT026: the balancer still sent requests to a replica that had gone, or had no healthy one left',
    hint: 'let a replica become unready and wait (preStop, connection draining) before it stops; keep maxUnavailable at 0',
  }
}

const isBalancerError = (fault: Fault) => fault.kind === 'answer' && fault.status >= 500

function countWords(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
