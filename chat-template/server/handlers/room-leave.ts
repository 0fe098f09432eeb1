import type { Handler } from '../context.ts'
import { leave, mustBeMember } from '../membership.ts'

export const roomLeave: Handler<'room:leave'> = (context, socket, { room }) => {
  mustBeMember(socket, room)
  leave(context, socket, room)
  return {}
}
