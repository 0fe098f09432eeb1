import type { Context, Handler } from '../context.ts'
import { mustBeMember } from '../membership.ts'
import { Refusal } from '../refusal.ts'
import type { ChatSocket } from '../types.ts'

export const messageEdit: Handler<'message:edit'> = (context, socket, { room, clientMsgId, seq, text }) =>
  change(context, socket, { room, clientMsgId, seq, text })

interface Asked {
  room: string
  clientMsgId: string
  seq: number
  text: string | null
}

/**
 * Rewrites an own message and says so in the log of the room, so that who was away hears of it too. If the second step
 * fails the client repeats both. A change that is in the log already was done, and maybe others after it: it is answered
 * and not done again.
 */
export async function change(context: Context, socket: ChatSocket, { room, clientMsgId, seq, text }: Asked) {
  mustBeMember(socket, room)
  const { id: from, name } = socket.data.user
  const stored = await context.store.stored(room, from, clientMsgId)
  if (stored !== undefined) return { seq: stored.seq, at: stored.at, duplicate: true }
  if (!(await context.store.rewrite(room, seq, from, text)))
    throw new Refusal('not-yours', 'Not a message of yours')
  const draft = { clientMsgId, from, name, text, at: context.clock.now(), of: seq }
  const { entry, duplicate } = await context.committer.append(room, draft)
  return { seq: entry.seq, at: entry.at, duplicate }
}
