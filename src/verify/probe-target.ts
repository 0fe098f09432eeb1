import type { Context } from './context.ts'
import { connectSocket, learnReplica } from './conversation.ts'
import { refusals } from './engine-io.ts'
import { ProbeError } from './fault.ts'
import type { HttpMessage } from './http-message.ts'
import type { Fault, TargetFacts } from './observations.ts'
import { AnswerError } from './requests.ts'
import { Session } from './session.ts'
import { targetError } from './target-errors.ts'

/** A balancer may still send to a replica that has just gone. */
const handshakes = 3
const longestIntroduction = 2_000

/** Finds out what is there at all, and stops with a `UserError` when there is nothing to verify. */
export async function probeTarget(context: Context): Promise<{ facts: TargetFacts; context: Context }> {
  const stop = (error: unknown, session: Session): never => {
    if (!(error instanceof ProbeError)) throw error
    const { opening } = session.requests
    const opened = session.open !== undefined || opening?.status === 101
    const answer = error instanceof AnswerError ? error.answer : opened ? undefined : opening
    const inProject = context.options.inProject === true
    throw targetError({ target: context.target, error, answer, opened, inProject })
  }
  context.onProgress({ check: 'handshake.polling', done: 0, of: 1 })
  const polling = await handshake(context, stop)
  context.onProgress({ check: 'handshake.polling', done: 1, of: 1 })

  context.onProgress({ check: 'handshake.websocket-only', done: 0, of: 1 })
  const socket = new Session(context, { purpose: 'websocket-only' })
  let websocketRefused: Fault | undefined
  try {
    await socket.openWebSocket()
  } catch (error) {
    if (polling.session.open === undefined) stop(error, socket)
    if (!(error instanceof ProbeError)) throw error
    websocketRefused = error.fault
    socket.fault ??= error.fault
  }
  context.onProgress({ check: 'handshake.websocket-only', done: 1, of: 1 })

  const spokesman = socket.fault === undefined ? socket : polling.session
  const named = await introduce(spokesman, stop)
  const answerHeader = headerHolding(spokesman.replica, spokesman.requests.opening)
  await Promise.all([socket.close(), polling.session.close()])
  const facts: TargetFacts = {
    url: context.target.origin,
    socketPath: context.target.socketPath,
    namespace: context.target.namespace,
    ...pollingFacts(polling.session, polling.refused),
    ...(websocketRefused === undefined ? {} : { websocketRefused }),
    ...(socket.open === undefined ? {} : { websocket: { open: socket.open, tookMs: tookMs(socket) } }),
    identityWorks: named,
    ...(answerHeader === undefined ? {} : { answerHeader }),
  }
  return { facts, context: { ...context, answerHeader, identityWorks: named } }
}

async function handshake(
  context: Context,
  stop: (error: unknown, session: Session) => never,
): Promise<{ session: Session; refused?: Fault }> {
  for (let tries = 1; ; tries += 1) {
    const session = new Session(context, { purpose: 'handshake' })
    try {
      await session.openPolling()
      return { session }
    } catch (error) {
      const fault = error instanceof ProbeError ? error.fault : undefined
      session.fault ??= fault
      const answer = fault?.kind === 'answer' ? fault : undefined
      if (answer !== undefined && answer.code === refusals.transportUnknown)
        return { session, refused: answer }
      const mayPass = answer !== undefined && answer.status >= 500
      if (!mayPass || tries === handshakes) stop(error, session)
    }
  }
}

/** Joins the namespace and asks for the replica's name; false when it is connected and gives none. */
async function introduce(
  session: Session,
  stop: (error: unknown, session: Session) => never,
): Promise<boolean> {
  const { context } = session
  if (!session.isWebSocket) session.listen()
  try {
    await connectSocket(session)
    const name = await learnReplica(session, Math.min(longestIntroduction, context.options.timeoutMs))
    return name !== undefined
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error
    session.fault ??= error.fault
    // Polling without affinity: the checks will tell. Names may still come from sessions that get through.
    if (error.fault.kind === 'answer' && error.fault.code === refusals.unknownSession) return true
    return stop(error, session)
  }
}

function pollingFacts(
  session: Session,
  refused: Fault | undefined,
): Pick<TargetFacts, 'polling' | 'pollingRefused'> {
  if (session.open === undefined) return refused === undefined ? {} : { pollingRefused: refused }
  return { polling: { open: session.open, tookMs: tookMs(session), cookies: session.requests.jar.seen() } }
}

function tookMs(session: Session): number {
  return session.requests.records[0]?.tookMs ?? 0
}

const everyday = new Set(['date', 'server', 'via', 'connection', 'content-type', 'set-cookie', 'etag'])

/** A header whose value is the replica's name tells, from now on, who gave each answer. */
function headerHolding(replica: string | undefined, opening: HttpMessage | undefined): string | undefined {
  if (replica === undefined || replica.length < 2) return undefined
  for (const [name, values] of opening?.headers ?? []) {
    if (!everyday.has(name) && values[0] === replica) return name
  }
  return undefined
}
