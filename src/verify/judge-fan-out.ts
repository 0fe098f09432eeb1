import type { Check } from '../report/report.ts'
import { count, replicasSeen, severalAnswer } from './evidence.ts'
import { adapterHint, fanOutHint, hints, identityHint, sameNameHint } from './hints.ts'
import { describeLatency, latencyOf } from './latency.ts'
import type { Delivery, FanOutFacts, Observations } from './observations.ts'
import { titled } from './titles.ts'

export function judgeFanOut(observations: Observations): Check {
  const check = {
    ...titled('fan-out.delivery'),
    wanted: 'what is sent on one replica is heard on every other',
  }
  const facts = observations.fanOut
  if (facts === undefined) return { ...check, status: 'skip', ...reason(observations) }
  const across = facts.deliveries.filter(delivery => delivery.from !== delivery.to)
  const within = facts.deliveries.filter(delivery => delivery.from === delivery.to)
  const latency = latencyOf(across.flatMap(delivery => delivery.tookMs ?? []))
  const missing = across.filter(isMissing)
  const replicas = new Set(across.map(delivery => delivery.from)).size
  const data = {
    replicas,
    messages: across.length,
    delivered: across.length - missing.length,
    withinReplica: { messages: within.length, delivered: within.filter(one => !isMissing(one)).length },
    latencyMs: latency,
    rounds: facts.rounds,
    refusals: facts.refusals,
  }
  if (missing.length === 0 && !within.some(isMissing)) {
    const late = facts.rounds > 1 ? '; the first round was not complete' : ''
    const found = `${count(across.length, 'message')} across ${replicas} replicas, ${describeLatency(latency)}${late}`
    return {
      ...check,
      status: late === '' ? 'pass' : 'warn',
      found,
      ...(late === '' ? {} : { why: adapterTrap('') }),
      data,
    }
  }
  const pairs = [...new Set(missing.map(({ from, to }) => `${from} → ${to}`))]
  const found = `${missing.length} of ${across.length} messages across replicas did not come within ${facts.waitedMs} ms`
  return { ...check, status: 'fail', found, ...trap(observations, facts, within, pairs), data }
}

function isMissing(delivery: Delivery): boolean {
  return delivery.tookMs === undefined
}

function adapterTrap(pairs: string): string {
  return `RT032: without an adapter, or while its Redis is away, a message stays on the replica that got it${pairs}`
}

function trap(
  observations: Observations,
  facts: FanOutFacts,
  within: readonly Delivery[],
  pairs: readonly string[],
): { why: string; hint: string } {
  const refused =
    facts.refusals.length === 0 ? '' : `; the server answered ${facts.refusals.slice(0, 3).join(', ')}`
  const lost = pairs.length === 0 ? '' : `: ${pairs.slice(0, 6).join(', ')}`
  if (within.length > 0 && within.every(isMissing)) {
    return {
      why: `nothing was heard on the sender's own replica either, so this is not about replicas${refused}`,
      hint: observations.wanted.inProject
        ? 'check verify.fanOut in rtdeploy.yaml: event names and arguments must be those of the app'
        : 'check --join, --send and --receive: event names and arguments must be those of the app',
    }
  }
  return { why: `${adapterTrap(lost)}${refused}`, hint: adapterHint(observations) }
}

function reason(observations: Observations): { found: string; hint?: string } {
  const { fanOut, expectedReplicas } = observations.wanted
  if (fanOut === undefined) return { found: 'not set up', hint: fanOutHint(observations) }
  if (!observations.target.identityWorks) {
    return { found: 'replicas cannot be told apart', hint: identityHint(observations) }
  }
  const seen = replicasSeen(observations)
  if (seen.length > 1)
    return { found: 'fewer than two replicas took a fresh client', hint: 'see spread.replicas' }
  if (severalAnswer(observations))
    return {
      found: `replicas cannot be told apart: all are called ${seen[0]}`,
      hint: sameNameHint(observations),
    }
  if (expectedReplicas === 1) return { found: 'one replica was expected' }
  const found = `only ${seen[0] ?? 'one replica'} can be reached from here`
  return expectedReplicas === undefined ? { found, hint: hints.replicas } : { found }
}
