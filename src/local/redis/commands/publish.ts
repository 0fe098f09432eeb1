import { type Command, container } from '../command.ts'
import { CommandError } from '../command-error.ts'
import { globMatcher } from '../glob.ts'
import type { Kind } from '../pubsub.ts'
import { array, bulk, bulks, integer } from '../reply.ts'

/** Sending to channels, and asking who listens. */
export const publishCommands: readonly Command[] = [
  {
    name: 'publish',
    arity: 3,
    run: ({ instance }, [, channel, message]) => integer(instance.pubsub.publish(channel, message)),
  },
  {
    name: 'spublish',
    arity: 3,
    run: ({ instance }, [, channel, message]) => integer(instance.pubsub.publishToShard(channel, message)),
  },
  container('pubsub', [
    names('channels', 'channel'),
    names('shardchannels', 'shard'),
    counts('numsub', 'channel'),
    counts('shardnumsub', 'shard'),
    { name: 'numpat', arity: 2, run: ({ instance }) => integer(instance.pubsub.names('pattern').length) },
  ]),
]

function names(name: string, kind: Kind): Command {
  return {
    name,
    arity: -2,
    run: ({ instance }, [, subcommand, pattern, ...more]) => {
      if (more.length > 0) {
        throw new CommandError(
          `ERR unknown subcommand or wrong number of arguments for '${subcommand}'. Try PUBSUB HELP.`,
        )
      }
      const all = instance.pubsub.names(kind)
      return bulks(pattern === undefined ? all : all.filter(globMatcher(pattern)))
    },
  }
}

function counts(name: string, kind: Kind): Command {
  return {
    name,
    arity: -2,
    run: ({ instance }, [, , ...topics]) =>
      array(topics.flatMap(topic => [bulk(topic), integer(instance.pubsub.subscribers(kind, topic))])),
  }
}
