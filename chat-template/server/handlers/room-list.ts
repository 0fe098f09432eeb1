import type { Handler } from '../context.ts'
import { summary } from '../membership.ts'

export const roomList: Handler<'room:list'> = async context => {
  const rooms = await context.store.publicRooms(100)
  return { rooms: rooms.map(room => summary(context, room)) }
}
