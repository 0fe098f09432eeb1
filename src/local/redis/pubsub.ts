import { globMatcher } from './glob.ts'
import { bulk, push, type Reply, type Resp } from './reply.ts'

/** Sharded channels are a name space of their own; without a cluster they are classic channels without patterns. */
export type Kind = 'channel' | 'pattern' | 'shard'

export interface Subscriber {
  readonly resp: Resp
  send(reply: Reply): void
}

interface Topic {
  readonly subscribers: Set<Subscriber>
  readonly matches: (channel: string) => boolean
}

/** Who listens to what. Subscribers are served in the order in which they came, channels before patterns. */
export class PubSub {
  readonly #topics: Readonly<Record<Kind, Map<string, Topic>>> = {
    channel: new Map(),
    pattern: new Map(),
    shard: new Map(),
  }

  add(kind: Kind, name: string, subscriber: Subscriber): void {
    const topics = this.#topics[kind]
    const topic = topics.get(name)
    if (topic !== undefined) topic.subscribers.add(subscriber)
    else {
      const matches = kind === 'pattern' ? globMatcher(name) : (channel: string) => channel === name
      topics.set(name, { subscribers: new Set([subscriber]), matches })
    }
  }

  remove(kind: Kind, name: string, subscriber: Subscriber): void {
    const topic = this.#topics[kind].get(name)
    topic?.subscribers.delete(subscriber)
    if (topic?.subscribers.size === 0) this.#topics[kind].delete(name)
  }

  /** Returns how many deliveries that makes; a client counts once for its channel and once for each pattern. */
  publish(channel: string, message: string): number {
    const direct = deliver(this.#topics.channel.get(channel), ['message', channel, message])
    let byPattern = 0
    for (const [pattern, topic] of this.#topics.pattern) {
      if (topic.matches(channel)) byPattern += deliver(topic, ['pmessage', pattern, channel, message])
    }
    return direct + byPattern
  }

  publishToShard(channel: string, message: string): number {
    return deliver(this.#topics.shard.get(channel), ['smessage', channel, message])
  }

  subscribers(kind: Kind, name: string): number {
    return this.#topics[kind].get(name)?.subscribers.size ?? 0
  }

  /** Names that have at least one subscriber. */
  names(kind: Kind): string[] {
    return [...this.#topics[kind].keys()]
  }
}

function deliver(topic: Topic | undefined, parts: readonly string[]): number {
  if (topic === undefined) return 0
  const items = parts.map(bulk)
  const frames: Record<Resp, Reply | undefined> = { 2: undefined, 3: undefined }
  for (const subscriber of topic.subscribers) {
    const frame = frames[subscriber.resp] ?? push(items, subscriber.resp)
    frames[subscriber.resp] = frame
    subscriber.send(frame)
  }
  return topic.subscribers.size
}
