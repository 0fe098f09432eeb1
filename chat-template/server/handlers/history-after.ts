import type { Handler } from '../context.ts'
import { mustBeMember } from '../membership.ts'

/** What a client missed: it asks when it sees a gap, and goes on while there is more. */
export const historyAfter: Handler<'history:after'> = (context, socket, { room, after }) => {
  mustBeMember(socket, room)
  return context.store.after(room, after, 200)
}
