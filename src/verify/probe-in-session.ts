import type { Context } from './context.ts'
import { connectPacket } from './conversation.ts'
import type { Fault, Purpose } from './observations.ts'
import type { CookiePolicy } from './requests.ts'
import { inParallel, pause, runSession } from './run-sessions.ts'
import { Session } from './session.ts'

// Not a multiple of any likely number of replicas.
const width = 5
/** Milliseconds. */
const longestPause = 8
const longestHold = 1_500
/** A server answers CONNECT to a namespace that it does not have at once, and it means nothing to the app. */
const nowhere = '/rtdeploy-verify'

/**
 * Sends request after request in sessions that share nothing, half of them without their cookies.
 * Sessions run side by side and pause for random times: a balancer that goes round and round would otherwise give one
 * session the same replica again and again whenever the number of requests in between is a multiple of the replicas.
 */
export async function probeInSession(context: Context): Promise<void> {
  const { sessions } = context.options
  const tasks = (purpose: Purpose, cookies: CookiePolicy) =>
    Array.from({ length: sessions }, () => () => converse(context, purpose, cookies))
  await Promise.all([
    inParallel(context, 'in-session.with-cookie', width, tasks('in-session.with-cookie', 'all')),
    inParallel(context, 'in-session.without-cookie', width, tasks('in-session.without-cookie', 'none')),
  ])
}

/** Tries each cookie alone, to learn which of several keeps a session together. */
export async function probeEachCookie(context: Context, names: readonly string[]): Promise<void> {
  const tasks = names.flatMap(only =>
    [1, 2, 3].map(() => () => converse(context, 'in-session.one-cookie', { only })),
  )
  await inParallel(context, 'in-session.without-cookie', width, tasks)
}

async function converse(
  context: Context,
  purpose: Purpose,
  cookies: CookiePolicy,
): Promise<Fault | undefined> {
  const session = new Session(context, { purpose, cookies })
  return await runSession(session, async () => {
    await session.openPolling()
    let answersNowhere = true
    for (let sent = 0; sent < context.options.requestsPerSession; sent += 1) {
      await pause(Math.random() * longestPause, context.signal)
      if (sent === 0) await session.sendSocket(connectPacket(session))
      else if (sent % 2 === 1 && answersNowhere) answersNowhere = await pollOnce(session)
      else if (answersNowhere) await session.sendSocket(connectPacket(session, nowhere))
      else await session.send({ type: 'pong', data: '' })
    }
  })
}

/**
 * False when the replica holds the poll: it knows the session and has nothing to say. The poll then stays open, since
 * a server ends the session of a client that walks away from one, and no second one may be sent beside it.
 */
async function pollOnce(session: Session): Promise<boolean> {
  const { signal, options } = session.context
  const patience = (session.open?.pingInterval ?? 25_000) + options.timeoutMs
  const answered = session.poll(patience).then(() => true)
  const over = new AbortController()
  const held = pause(longestHold, AbortSignal.any([signal, over.signal])).then(() => false)
  try {
    return await Promise.race([answered, held])
  } finally {
    over.abort()
  }
}
