import type { Payload, Replies, RequestName } from '../shared/events.ts'
import type { Allowance } from './allowance.ts'
import type { Bus } from './bus.ts'
import type { Committer } from './commit.ts'
import type { Config } from './config.ts'
import type { Feed } from './feed.ts'
import type { Health } from './health.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Presence } from './presence.ts'
import type { RoomList } from './room-list.ts'
import type { SparseLog } from './sparse-log.ts'
import type { Store } from './store/store.ts'
import type { ChatServer, ChatSocket, Clock } from './types.ts'
import type { Typing } from './typing.ts'

/** What a handler can use. */
export interface Context {
  io: ChatServer
  config: Config
  store: Store
  committer: Committer
  feed: Feed
  presence: Presence
  typing: Typing
  roomList: RoomList
  /** Rooms that a person may make. */
  newRooms: Allowance
  bus: Bus
  health: Health
  clock: Clock
  log: Log
  /** For what strangers can cause. */
  strangers: SparseLog
  metrics: Metrics
}

/**
 * Does what one event asks for; the payload has passed its schema. The answer goes back in the acknowledgement.
 * A Refusal is told to the client as it is, any other error as "internal", with a line in the log.
 */
export type Handler<E extends RequestName> = (
  context: Context,
  socket: ChatSocket,
  payload: Payload<E>,
) => Promise<Replies[E]> | Replies[E]
