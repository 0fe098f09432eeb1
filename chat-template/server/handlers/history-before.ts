import { limits } from '../../shared/limits.ts'
import type { Handler } from '../context.ts'
import { mustBeMember } from '../membership.ts'

/** Older entries, for scrolling up. */
export const historyBefore: Handler<'history:before'> = (context, socket, { room, before }) => {
  mustBeMember(socket, room)
  return context.store.before(room, before, limits.page)
}
