import { printable } from '../errors.ts'
import { ProbeError } from './fault.ts'
import type { Session } from './session.ts'
import type { SocketPacket } from './socket-io.ts'

/** A CONNECT packet, with the person's auth when it is for their namespace. */
export function connectPacket(session: Session, namespace = session.context.target.namespace): SocketPacket {
  const { options, target } = session.context
  const data = namespace === target.namespace && options.auth !== undefined ? { data: options.auth } : {}
  return { type: 'connect', namespace, attachments: 0, ...data }
}

/** What `waitFor` needs to see the answer to CONNECT. */
export function connectAnswer(
  session: Session,
): (_: unknown, packet: SocketPacket | undefined) => true | undefined {
  return (_, packet) => {
    if (packet?.namespace !== session.context.target.namespace) return undefined
    if (packet.type === 'connect-error') {
      throw new ProbeError({ kind: 'connect-error', message: errorText(packet.data) })
    }
    return packet.type === 'connect' || undefined
  }
}

/** Joins the namespace. Needs a WebSocket or `listen()`. */
export async function connectSocket(session: Session): Promise<void> {
  const connected = session.waitFor(connectAnswer(session), 'answer to CONNECT')
  await Promise.all([session.sendSocket(connectPacket(session)), connected])
}

/**
 * Emits with an ack id, since handlers may call their callback without looking. Gives the arguments of the answer,
 * or undefined when none comes in time.
 */
export async function emitWithAck(
  session: Session,
  event: readonly unknown[],
  timeoutMs: number,
): Promise<readonly unknown[] | undefined> {
  const { namespace } = session.context.target
  const id = session.nextAckId()
  const answer = session.waitFor(
    (_, packet) => {
      const isAck = packet?.type === 'ack' || packet?.type === 'binary-ack'
      if (!isAck || packet.id !== id || packet.namespace !== namespace) return undefined
      return Array.isArray(packet.data) ? (packet.data as readonly unknown[]) : []
    },
    'ack',
    timeoutMs,
  )
  const sent = session.sendSocket({ type: 'event', namespace, attachments: 0, id, data: event })
  const [, args] = await Promise.all([sent, orNothing(answer)])
  return args
}

/** Waits until the replica's name is known; undefined when it does not come in time. */
export async function learnReplica(session: Session, timeoutMs: number): Promise<string | undefined> {
  const { identity } = session.context
  if (session.replica !== undefined) return session.replica
  if (identity.kind === 'ack') {
    const args = await emitWithAck(session, [identity.name], timeoutMs)
    session.nameReplica(args?.[0])
  }
  if (identity.kind === 'event')
    await orNothing(session.waitFor(() => session.replica, 'identity', timeoutMs))
  return session.replica
}

async function orNothing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ProbeError && error.fault.kind === 'timeout') return undefined
    throw error
  }
}

const longestError = 300

/** Socket.IO sends `{ message, data? }`. */
function errorText(data: unknown): string {
  const message = typeof data === 'object' && data !== null && 'message' in data ? data.message : data
  return typeof message === 'string' ? printable(message).slice(0, longestError) : 'no reason given'
}
