import { setTimeout as sleep } from 'node:timers/promises'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import { Chat } from '../client/chat.ts'
import type { Keeper } from '../client/outbox.ts'
import type { ClientEvents, Message, ServerEvents } from '../shared/events.ts'

export type ChatConnection = Socket<ServerEvents, ClientEvents>

/** Somebody at a page, without the page. */
export interface Person {
  name: string
  chat: Chat
  socket: ChatConnection
  /** Every entry of every frame as it came, doubles and all. */
  frames: { room: string; seqs: number[] }[]
  texts(room: string): string[]
  close(): void
}

export function keeper(): Keeper {
  const map = new Map<string, string>()
  return {
    getItem: key => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: key => void map.delete(key),
    key: at => [...map.keys()][at] ?? null,
    get length() {
      return map.size
    },
  }
}

export function connect(
  url: string,
  name: string,
  options: Partial<ManagerOptions & SocketOptions> = {},
): ChatConnection {
  return io(url, {
    forceNew: true,
    auth: { name, key: `key-of-${name}` },
    reconnectionDelay: 50,
    reconnectionDelayMax: 500,
    ...options,
  })
}

export function person(
  url: string,
  name: string,
  options: Partial<ManagerOptions & SocketOptions> = {},
): Person {
  const socket = connect(url, name, options)
  const frames: Person['frames'] = []
  socket.on('message:new', ({ room, entries }) =>
    frames.push({ room, seqs: entries.map(entry => entry.seq) }),
  )
  const chat = new Chat({ socket, keeper: keeper(), changed: () => undefined })
  const messages = (room: string): Message[] => chat.rooms.get(room)?.log.messages ?? []
  return {
    name,
    chat,
    socket,
    frames,
    texts: room => messages(room).map(message => message.text),
    close: () => socket.disconnect(),
  }
}

/** Waits until something holds; what it was waiting for stands in the error. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 15_000,
): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`)
    await sleep(10)
  }
}

/** In the room, with its history. */
export async function enter(someone: Person, room: string): Promise<void> {
  await someone.chat.join(room)
  await until(`${someone.name} is in ${room}`, () => someone.chat.rooms.get(room)?.state === 'joined')
}

/** Two people come in and hear one another, whatever others do to the server. */
export async function talkAsBefore(url: string): Promise<void> {
  const [ada, grace] = [person(url, 'Ada'), person(url, 'Grace')]
  await Promise.all([enter(ada, 'lobby'), enter(grace, 'lobby')])
  const text = `still here ${Math.random()}`
  ada.chat.send('lobby', text)
  await until('others hear one another', () => grace.texts('lobby').includes(text))
  for (const { close } of [ada, grace]) close()
}
