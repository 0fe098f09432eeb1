import type { Context } from './context.ts'
import { connectSocket, learnReplica } from './conversation.ts'
import { CookieJar } from './cookies.ts'
import type { TargetFacts } from './observations.ts'
import { attempt, inParallel, runSession } from './run-sessions.ts'
import { Session } from './session.ts'

const upgrades = 6
/** A client that keeps its cookies and comes back this often. */
const reconnects = 6

/** Handshake by polling, then a WebSocket on another TCP connection, as browsers do. */
export async function probeUpgrade(context: Context): Promise<void> {
  const tasks = Array.from({ length: upgrades }, () => async () => {
    const session = new Session(context, { purpose: 'upgrade' })
    return await runSession(session, async () => {
      await session.openPolling()
      await session.upgrade()
      await connectSocket(session)
      await name(session)
    })
  })
  await inParallel(context, 'handshake.upgrade', 3, tasks)
}

/** Loads the page again and again: a new session each time, the same cookies. */
export async function probeRefresh(context: Context, facts: TargetFacts): Promise<void> {
  const jar = new CookieJar(context.target)
  const tasks = Array.from({ length: reconnects }, () => async () => {
    const session = new Session(context, { purpose: 'refresh', jar })
    return await runSession(session, () => openAny(session, facts.polling !== undefined))
  })
  await inParallel(context, 'refresh.host', 1, tasks)
}

/** Fresh clients without cookies, all of them open at once, so that a balancer that counts connections spreads them. */
export async function probeSpread(context: Context, facts: TargetFacts): Promise<readonly Session[]> {
  const sessions: Session[] = []
  const tasks = Array.from({ length: context.options.sessions }, () => async () => {
    const session = new Session(context, { purpose: 'spread' })
    sessions.push(session)
    return await attempt(session, () => openAny(session, facts.websocket === undefined))
  })
  await inParallel(context, 'spread.replicas', tasks.length, tasks)
  return sessions
}

/** Opens a session, joins the namespace and learns the replica's name; polling sessions go on polling. */
export async function openAny(session: Session, polling: boolean): Promise<void> {
  if (polling) {
    await session.openPolling()
    session.listen()
  } else await session.openWebSocket()
  await connectSocket(session)
  await name(session)
}

async function name(session: Session): Promise<void> {
  const { identityWorks, options } = session.context
  if (identityWorks) await learnReplica(session, options.timeoutMs)
}
