import type { Handler } from '../context.ts'
import { mustBeMember } from '../membership.ts'

/** Stored, then told to everyone, then acknowledged: see commit.ts. A repeated clientMsgId is answered, not stored. */
export const messageSend: Handler<'message:send'> = async (context, socket, { room, clientMsgId, text }) => {
  mustBeMember(socket, room)
  const { id: from, name } = socket.data.user
  const draft = { clientMsgId, from, name, text, at: context.clock.now() }
  const { entry, duplicate } = await context.committer.append(room, draft)
  if (context.typing.has(room, from)) {
    context.typing.set(room, socket.data.user, false)
    context.bus.send('typing', room, socket.data.user, false)
  }
  context.metrics.stored(duplicate)
  return { seq: entry.seq, at: entry.at, duplicate }
}
