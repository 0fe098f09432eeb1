import type { Instance } from './instance.ts'
import type { Keyspace } from './keyspace.ts'
import type { Kind, Subscriber } from './pubsub.ts'
import type { Reply, Resp } from './reply.ts'

/** Commands between MULTI and EXEC. */
export interface Transaction {
  readonly queued: (readonly string[])[]
  /** One of them was refused when it came, so EXEC will refuse all. */
  failed: boolean
}

/** What the server knows of one connection; commands read and change it. */
export interface Session extends Subscriber {
  readonly id: number
  /** `host:port` of the client. */
  readonly address: string
  readonly connectedAt: number
  readonly instance: Instance
  readonly keyspace: Keyspace
  resp: Resp
  authenticated: boolean
  name: string
  libraryName: string
  libraryVersion: string
  readonly subscriptions: Readonly<Record<Kind, Set<string>>>
  transaction: Transaction | undefined
  /** Keys given to WATCH. */
  readonly watched: Set<string>
  /** One of them has changed since. */
  watchBroken: boolean
  /** EXEC is running its commands: nothing may wait. */
  executing: boolean
  /** Closes the connection once all replies are written. */
  closeAfterReplies(): void
  /** Closes it at once. */
  destroy(): void
  /** No further command runs until `unblock`. */
  block(): void
  unblock(reply: Reply): void
}

/** Channels and patterns together: the figure in the replies of SUBSCRIBE and PSUBSCRIBE. */
export function classicSubscriptions({ subscriptions }: Session): number {
  return subscriptions.channel.size + subscriptions.pattern.size
}

export function isSubscriber(session: Session): boolean {
  return classicSubscriptions(session) + session.subscriptions.shard.size > 0
}
