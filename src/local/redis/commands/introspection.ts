import type { Command } from '../command.ts'
import { array, bulk, bulks, integer, map, nullArray, type Reply, simple } from '../reply.ts'

/** COMMAND, as far as clients and redis-cli look at it: names and arities, no key positions, no documentation. */
export const introspectionCommands: readonly Command[] = [
  {
    name: 'command',
    arity: -1,
    run: ({ instance }) => array([...instance.commands.values()].map(({ command }) => describe(command))),
    subcommands: [
      { name: 'count', arity: 2, run: ({ instance }) => integer(instance.commands.size) },
      { name: 'docs', arity: -2, run: ({ resp }) => map([], resp) },
      { name: 'list', arity: 2, run: ({ instance }) => bulks(instance.commands.keys()) },
      {
        name: 'info',
        arity: -2,
        run: ({ instance, resp }, [, , ...names]) => {
          const asked = names.length > 0 ? names : [...instance.commands.keys()]
          return array(
            asked.map(name => {
              const entry = instance.commands.get(name.toLowerCase())
              return entry === undefined ? nullArray(resp) : describe(entry.command)
            }),
          )
        },
      },
    ],
  },
]

/** Name, arity, flags, first key, last key, step, categories, tips, key specifications, subcommands. */
function describe({ name, arity, flags = [] }: Command): Reply {
  const none = array([])
  const shownFlags = array(flags.filter(flag => flag === 'no-auth').map(() => simple('no_auth')))
  return array([
    bulk(name),
    integer(arity),
    shownFlags,
    integer(0),
    integer(0),
    integer(0),
    none,
    none,
    none,
    none,
  ])
}
