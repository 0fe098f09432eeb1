import type { Handler } from '../context.ts'
import { summary } from '../membership.ts'

export const roomList: Handler<'room:list'> = async context => {
  const { rooms, more } = await context.roomList.get()
  return { rooms: rooms.map(room => summary(context, room)), more }
}
