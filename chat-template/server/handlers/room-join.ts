import { limits, probePrefix } from '../../shared/limits.ts'
import type { Context, Handler } from '../context.ts'
import { leave, roomsOf, summary } from '../membership.ts'
import { Refusal } from '../refusal.ts'
import type { Range, Room } from '../store/store.ts'
import { channel } from '../types.ts'

/** Who is further behind than this starts from the newest page; the rest comes as they scroll up. */
const mostReplayed = 1_000
const replayPage = 200

/**
 * First a member, then the history: what is stored in between arrives live, so nothing falls between the two. The
 * client drops what it gets twice.
 */
export const roomJoin: Handler<'room:join'> = async (context, socket, { room: id, after }) => {
  const room = await find(context, id)
  if (room === undefined) throw new Refusal('not-found', 'There is no such room')
  // Who ended meanwhile leaves no more: nobody would take them out again.
  if (!socket.connected) throw new Refusal('not-member', 'The connection has ended')
  const joined = socket.rooms.has(channel(id))
  if (!joined) {
    if (roomsOf(socket).length >= limits.rooms)
      throw new Refusal('limit', `No more than ${limits.rooms} rooms at once`)
    const joining = socket.join(channel(id))
    context.presence.enter(id, socket.data.user)
    context.feed.open(id)
    await joining
  }
  try {
    const replay = after !== undefined && after <= room.head && room.head - after <= mostReplayed
    const range: Range = replay
      ? await context.store.after(id, after, replayPage)
      : await context.store.before(id, Number.MAX_SAFE_INTEGER, limits.page)
    context.feed.settle(id, range.through)
    const people = context.presence.people(id, limits.people)
    return { room: summary(context, room), people, fresh: !replay, ...range }
  } catch (error) {
    if (!joined && socket.rooms.has(channel(id))) leave(context, socket, id)
    throw error
  }
}

/** A probe's room is there as soon as it is asked for. */
async function find({ store }: Context, id: string): Promise<Room | undefined> {
  const room = await store.room(id)
  if (room !== undefined || !id.startsWith(probePrefix)) return room
  await store.createRoom({ id, title: 'Probe', private: true, head: 0 })
  return store.room(id)
}
