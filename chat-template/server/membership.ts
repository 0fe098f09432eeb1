import type { RoomSummary } from '../shared/events.ts'
import type { Context } from './context.ts'
import { Refusal } from './refusal.ts'
import type { Room } from './store/store.ts'
import { type ChatSocket, channel } from './types.ts'

/** Throws unless the connection has joined the room. */
export function mustBeMember(socket: ChatSocket, room: string): void {
  if (!socket.rooms.has(channel(room))) throw new Refusal('not-member', 'Join the room first')
}

export function summary({ presence }: Context, room: Room): RoomSummary {
  return {
    id: room.id,
    title: room.title,
    private: room.private,
    people: presence.count(room.id),
    head: room.head,
  }
}

/** Rooms that the connection is in. */
export function roomsOf(socket: ChatSocket): string[] {
  const prefix = channel('')
  return [...socket.rooms].filter(name => name.startsWith(prefix)).map(name => name.slice(prefix.length))
}

/** Takes the connection out of the room, and the room out of the feed when nobody is left here. */
export function leave({ feed, presence, typing, io }: Context, socket: ChatSocket, room: string): void {
  void socket.leave(channel(room))
  presence.exit(room, socket.data.user.id)
  typing.set(room, socket.data.user, false)
  if (!io.of('/').adapter.rooms.has(channel(room))) feed.close(room)
}
