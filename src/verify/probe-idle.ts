import type { Context } from './context.ts'
import { connectSocket } from './conversation.ts'
import { faultOf } from './fault.ts'
import type { Fault, IdleFacts, TargetFacts } from './observations.ts'
import { attempt, pause } from './run-sessions.ts'
import { Session } from './session.ts'

const busyEveryMs = 250
const ticks = 10

/**
 * Holds two sockets, one silent and one that sends heartbeats. When only the silent one is cut, the limit is for idle
 * connections; when both are, it is for all of them. Heartbeats of the server are answered on both: not to do so would
 * end the session for another reason.
 */
export async function probeIdle(context: Context, facts: TargetFacts): Promise<IdleFacts> {
  if (context.options.idleSec <= 0) return { sockets: [] }
  const way = facts.websocket === undefined ? 'polling' : 'websocket'
  const forMs = context.options.idleSec * 1000
  const over = new AbortController()
  const progress = tellProgress(context, forMs, over.signal)
  const sockets = await Promise.all(
    (['silent', 'busy'] as const).map(async kind => {
      const { livedMs, fault } = await hold(context, way, kind, forMs)
      return { kind, way, livedMs, ...(fault === undefined ? {} : { fault }) } as const
    }),
  )
  over.abort()
  await progress
  return { sockets }
}

async function hold(
  context: Context,
  way: 'polling' | 'websocket',
  kind: 'silent' | 'busy',
  forMs: number,
): Promise<{ livedMs: number; fault: Fault | undefined }> {
  const session = new Session(context, { purpose: 'idle' })
  await attempt(session, async () => {
    if (way === 'polling') {
      await session.openPolling()
      session.listen()
    } else await session.openWebSocket()
    await connectSocket(session)
  })
  const since = context.now()
  const ended = new AbortController()
  session.onEnd = () => ended.abort()
  if (session.fault !== undefined) ended.abort()
  const until = AbortSignal.any([context.signal, ended.signal])
  const every = kind === 'busy' ? busyEveryMs : forMs
  for (let left = forMs; left > 0 && !until.aborted; left = forMs - (context.now() - since)) {
    await pause(Math.min(every, left), until).catch(() => undefined)
    context.signal.throwIfAborted()
    if (kind === 'busy' && !until.aborted) {
      await session.send({ type: 'pong', data: '' }).catch((error: unknown) => {
        session.fault ??= faultOf(error)
      })
    }
  }
  const livedMs = Math.min(context.now() - since, forMs)
  await session.close()
  return { livedMs, fault: session.fault }
}

async function tellProgress(context: Context, forMs: number, over: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([context.signal, over])
  for (let done = 0; done < ticks && !signal.aborted; done += 1) {
    context.onProgress({ check: 'idle.silent-socket', done, of: ticks })
    await pause(forMs / ticks, signal).catch(() => undefined)
  }
  if (!context.signal.aborted) context.onProgress({ check: 'idle.silent-socket', done: ticks, of: ticks })
}
