import type { Entry } from '../shared/events.ts'
import type { PresenceNews } from './presence.ts'
import type { ChatServer, User } from './types.ts'

/** What replicas tell one another. Topics are few on purpose: every replica hears all of them. */
export interface Topics {
  entries: [room: string, entries: Entry[]]
  presence: [news: PresenceNews]
  typing: [room: string, user: User, on: boolean]
}

/** Replica to replica, at most once: what must not be lost is found again by its place in the room's log. */
export interface Bus {
  send<T extends keyof Topics>(topic: T, ...args: Topics[T]): void
  on<T extends keyof Topics>(topic: T, listener: (...args: Topics[T]) => void): void
}

/** The adapter's own channel between servers. Without peers there is nobody to tell. */
export function createBus(io: ChatServer, hasPeers: boolean): Bus {
  // Typed here by Topics: the topics of the bus are not among the events that clients know.
  const server = io as unknown as {
    serverSideEmit(topic: string, ...args: unknown[]): void
    on(topic: string, listener: unknown): void
  }
  return {
    send: (topic, ...args) => {
      if (hasPeers) server.serverSideEmit(topic, ...args)
    },
    on: (topic, listener) => server.on(topic, listener),
  }
}
