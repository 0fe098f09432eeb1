import { type Command, container } from '../command.ts'
import { CommandError, errors } from '../command-error.ts'
import { globMatcher } from '../glob.ts'
import { subscriberLimits } from '../output-limit.ts'
import { bulk, bulks, integer, map, ok, verbatim } from '../reply.ts'
import { parserLimits } from '../request-parser.ts'
import { describeServer } from '../server-info.ts'

/** The server as a whole. FLUSHALL empties this embedded server and no other. */
export const serverCommands: readonly Command[] = [
  { name: 'dbsize', arity: 1, run: ({ keyspace }) => integer(keyspace.size) },
  flush('flushdb'),
  flush('flushall'),
  {
    name: 'time',
    arity: 1,
    run: ({ keyspace }) => {
      const now = keyspace.now()
      return bulks([String(Math.floor(now / 1000)), String((now % 1000) * 1000)])
    },
  },
  {
    name: 'info',
    arity: -1,
    run: ({ instance, resp }, [, ...sections]) => verbatim(describeServer(instance, sections), resp),
  },
  container('config', [
    {
      name: 'get',
      arity: -3,
      run: ({ resp }, [, , ...patterns]) => {
        const matchers = patterns.map(pattern => globMatcher(pattern.toLowerCase()))
        const found = Object.entries(settings).filter(([name]) => matchers.some(matches => matches(name)))
        return map(found.flat().map(bulk), resp)
      },
    },
    { name: 'resetstat', arity: 2, run: () => ok },
  ]),
]

/** What clients and dashboards ask for; all of it is fixed. */
const settings: Readonly<Record<string, string>> = {
  appendonly: 'no',
  databases: '1',
  maxmemory: '0',
  'maxmemory-policy': 'noeviction',
  'notify-keyspace-events': '',
  'proto-max-bulk-len': String(parserLimits.bulkBytes),
  save: '',
  timeout: '0',
  'client-output-buffer-limit': `normal 0 0 0 slave 0 0 0 pubsub ${subscriberLimits.hardBytes} ${subscriberLimits.softBytes} ${subscriberLimits.softMs / 1000}`,
}

function flush(name: string): Command {
  return {
    name,
    arity: -1,
    run: ({ keyspace }, [, ...options]) => {
      if (options.length > 1) throw new CommandError(errors.syntax)
      if (options[0] !== undefined && !['SYNC', 'ASYNC'].includes(options[0].toUpperCase())) {
        throw new CommandError(errors.syntax)
      }
      keyspace.clear()
      return ok
    },
  }
}
