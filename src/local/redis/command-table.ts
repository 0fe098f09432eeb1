import type { Command, CommandTable } from './command.ts'
import { clientCommands } from './commands/client.ts'
import { connectionCommands } from './commands/connection.ts'
import { counterCommands } from './commands/counters.ts'
import { expiryCommands } from './commands/expiry.ts'
import { hashCommands } from './commands/hashes.ts'
import { introspectionCommands } from './commands/introspection.ts'
import { keyCommands } from './commands/keys.ts'
import { listCommands } from './commands/lists.ts'
import { publishCommands } from './commands/publish.ts'
import { scanCommands } from './commands/scan.ts'
import { scriptCommands } from './commands/scripts.ts'
import { serverCommands } from './commands/server.ts'
import { setCommands } from './commands/sets.ts'
import { sortedSetRangeCommands } from './commands/sorted-set-ranges.ts'
import { sortedSetCommands } from './commands/sorted-sets.ts'
import { streamReadCommands } from './commands/stream-reads.ts'
import { streamCommands } from './commands/streams.ts'
import { stringCommands } from './commands/strings.ts'
import { subscribeCommands } from './commands/subscribe.ts'
import { transactionCommands } from './commands/transactions.ts'

const commands: readonly Command[] = [
  ...clientCommands,
  ...connectionCommands,
  ...counterCommands,
  ...expiryCommands,
  ...hashCommands,
  ...introspectionCommands,
  ...keyCommands,
  ...listCommands,
  ...publishCommands,
  ...scanCommands,
  ...scriptCommands,
  ...serverCommands,
  ...setCommands,
  ...sortedSetCommands,
  ...sortedSetRangeCommands,
  ...streamCommands,
  ...streamReadCommands,
  ...stringCommands,
  ...subscribeCommands,
  ...transactionCommands,
]

/** Every command by its name in lower case. */
export const commandTable: CommandTable = new Map(
  commands.map(command => [
    command.name,
    {
      command,
      subcommands: command.subcommands && new Map(command.subcommands.map(sub => [sub.name, sub])),
    },
  ]),
)
