import type { Command } from '../command.ts'
import type { Kind } from '../pubsub.ts'
import { bulk, integer, nullBulk, push, type Reply } from '../reply.ts'
import { classicSubscriptions, type Session } from '../session.ts'

/** Joining and leaving channels, patterns and sharded channels: one reply a name, out of band in RESP3. */
export const subscribeCommands: readonly Command[] = [
  subscribing('subscribe', 'channel'),
  subscribing('psubscribe', 'pattern'),
  subscribing('ssubscribe', 'shard'),
  unsubscribing('unsubscribe', 'channel'),
  unsubscribing('punsubscribe', 'pattern'),
  unsubscribing('sunsubscribe', 'shard'),
]

function subscribing(name: string, kind: Kind): Command {
  return {
    name,
    arity: -2,
    flags: ['while-subscribed'],
    run: (session, [, ...topics]) =>
      topics
        .map(topic => {
          session.subscriptions[kind].add(topic)
          session.instance.pubsub.add(kind, topic, session)
          return confirm(session, name, kind, topic)
        })
        .join(''),
  }
}

function unsubscribing(name: string, kind: Kind): Command {
  return {
    name,
    arity: -1,
    flags: ['while-subscribed'],
    run: (session, [, ...given]) => {
      const topics = given.length > 0 ? given : [...session.subscriptions[kind]]
      if (topics.length === 0) return confirm(session, name, kind, undefined)
      return topics
        .map(topic => {
          leave(session, kind, topic)
          return confirm(session, name, kind, topic)
        })
        .join('')
    },
  }
}

/** Takes one subscription away; nothing happens when there is none. */
export function leave(session: Session, kind: Kind, topic: string): void {
  if (session.subscriptions[kind].delete(topic)) session.instance.pubsub.remove(kind, topic, session)
}

/** The name, the topic, and how many subscriptions are left: sharded ones are counted apart. */
function confirm(session: Session, name: string, kind: Kind, topic: string | undefined): Reply {
  const { resp, subscriptions } = session
  const left = kind === 'shard' ? subscriptions.shard.size : classicSubscriptions(session)
  return push([bulk(name), topic === undefined ? nullBulk(resp) : bulk(topic), integer(left)], resp)
}
