import { randomBytes } from 'node:crypto'
import { privatePrefix, probePrefix } from '../../shared/limits.ts'
import type { Handler } from '../context.ts'
import { summary } from '../membership.ts'
import { Refusal } from '../refusal.ts'

/** A public room is named after its title; a private one has a name that nobody can guess (128 random bits). */
export const roomCreate: Handler<'room:create'> = async (context, socket, payload) => {
  const id = payload.private
    ? `${privatePrefix}${randomBytes(16).toString('base64url')}`
    : slug(payload.title)
  // Rooms stay: one connection tries no more than about one a second, and one person makes no more than are allowed.
  socket.data.tokens -= context.config.eventsPerSecond - 1
  const room = { id, title: payload.title, private: payload.private, head: 0 }
  const { id: person } = socket.data.user
  const waitMs = context.newRooms.take(person)
  if (waitMs > 0) {
    const seconds = Math.ceil(waitMs / 1_000)
    throw new Refusal('rate', `You have made many rooms. Make the next one in ${seconds} s`, waitMs)
  }
  let made = false
  try {
    made = await context.store.createRoom(room)
  } finally {
    if (!made) context.newRooms.giveBack(person)
  }
  if (!made) throw new Refusal('exists', 'There is a room with this name')
  context.roomList.forget()
  context.log.info('room created', { private: payload.private })
  return { room: summary(context, room) }
}

function slug(title: string): string {
  const id = title
    .toLocaleLowerCase('en')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  const reserved = [privatePrefix, probePrefix].some(prefix => id.startsWith(prefix))
  if (!/^[\p{Ll}\p{Lo}\p{N}]/u.test(id) || reserved)
    throw new Refusal('invalid', 'title: use some letters or digits')
  return id
}
