import type { Handler } from '../context.ts'
import { mustBeMember } from '../membership.ts'

export const typing: Handler<'typing'> = (context, socket, { room, on }) => {
  mustBeMember(socket, room)
  context.typing.set(room, socket.data.user, on)
  context.bus.send('typing', room, socket.data.user, on)
  return {}
}
