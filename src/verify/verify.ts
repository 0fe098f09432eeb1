import { setMaxListeners } from 'node:events'
import type { Check } from '../report/report.ts'
import type { Context } from './context.ts'
import { judge } from './judge.ts'
import type { FanOutFacts, Observations, TargetFacts } from './observations.ts'
import { openContext } from './open-context.ts'
import type { VerifyEvents, VerifyOptions } from './options.ts'
import { probeRefresh, probeSpread, probeUpgrade } from './probe-connections.ts'
import { probeFanOut } from './probe-fan-out.ts'
import { probeIdle } from './probe-idle.ts'
import { probeEachCookie, probeInSession } from './probe-in-session.ts'
import { probeTarget } from './probe-target.ts'

/**
 * Measures a Socket.IO server and judges what was measured. Rejects with a `UserError` when there is nothing to
 * measure, and with the signal's reason when that is aborted; no connection outlives it.
 */
export async function verify(
  options: VerifyOptions,
  events: VerifyEvents,
  signal: AbortSignal,
): Promise<{ checks: Check[]; observations: Observations }> {
  const own = new AbortController()
  // Every pause listens; the signal of the person who called need not carry all of them.
  setMaxListeners(0, own.signal)
  const stop = (): void => own.abort(signal.reason)
  signal.addEventListener('abort', stop)
  try {
    if (signal.aborted) stop()
    const observations = await observe(options, events, own.signal)
    return { checks: judge(observations), observations }
  } finally {
    signal.removeEventListener('abort', stop)
    own.abort()
  }
}

async function observe(
  options: VerifyOptions,
  events: VerifyEvents,
  signal: AbortSignal,
): Promise<Observations> {
  const start = openContext(options, signal, progress => events.onProgress(progress))
  const { dialer } = start
  try {
    const { facts, context } = await probeTarget(start)
    const [idle, fanOut] = await Promise.all([probeIdle(context, facts), experiment(context, facts)])
    signal.throwIfAborted()
    return {
      target: facts,
      wanted: wantedOf(options),
      sessions: context.sessions.map(session => session.toRecord()),
      ...(fanOut === undefined ? {} : { fanOut }),
      idle,
      connections: dialer.opened,
      tookMs: context.now(),
    }
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    dialer.close()
  }
}

async function experiment(context: Context, facts: TargetFacts): Promise<FanOutFacts | undefined> {
  if (facts.polling !== undefined) {
    await probeInSession(context)
    const cookies = facts.polling.cookies.filter(cookie => cookie.rejected === undefined)
    if (cookies.length > 1)
      await probeEachCookie(
        context,
        cookies.slice(0, 5).map(cookie => cookie.name),
      )
  }
  const upgrades = facts.polling?.open.upgrades.includes('websocket') ?? false
  const [fanOut] = await Promise.all([
    probeSpreadAndFanOut(context, facts),
    probeRefresh(context, facts),
    upgrades ? probeUpgrade(context) : undefined,
  ])
  return fanOut
}

/** The spread's sockets stay open for the messages between them. */
async function probeSpreadAndFanOut(context: Context, facts: TargetFacts): Promise<FanOutFacts | undefined> {
  const sessions = await probeSpread(context, facts)
  const { fanOut } = context.options
  const found = fanOut === undefined ? undefined : await probeFanOut(context, fanOut, sessions)
  await Promise.all(sessions.map(session => session.close()))
  return found
}

function wantedOf(options: VerifyOptions): Observations['wanted'] {
  const { identity, idleSec, expectedReplicas, affinityWanted, fanOut, inProject, balancer } = options
  return {
    identity,
    idleSec,
    ...(expectedReplicas === undefined ? {} : { expectedReplicas }),
    ...(affinityWanted === undefined ? {} : { affinity: affinityWanted }),
    ...(fanOut === undefined ? {} : { fanOut }),
    ...(inProject === undefined ? {} : { inProject }),
    ...(balancer === undefined ? {} : { balancer }),
  }
}
