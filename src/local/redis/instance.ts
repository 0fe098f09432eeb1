import { randomBytes } from 'node:crypto'
import type { CommandTable } from './command.ts'
import { Keyspace } from './keyspace.ts'
import { PubSub } from './pubsub.ts'
import { Readers } from './readers.ts'
import type { Session } from './session.ts'
import { Watches } from './watches.ts'

/** The version whose replies and error texts are spoken: the redis-server that the conformance suite compares with. */
export const redisVersion = '7.0.15'

/** Everything that the connections of one server share. */
export class Instance {
  readonly runId = randomBytes(20).toString('hex')
  readonly startedAt = Date.now()
  readonly sessions = new Map<number, Session>()
  readonly pubsub = new PubSub()
  readonly watches = new Watches()
  readonly readers = new Readers()
  readonly keyspace: Keyspace
  readonly commands: CommandTable
  readonly password: string | undefined
  port = 0
  commandsProcessed = 0
  connectionsReceived = 0
  #outgoing: Flushable[] = []

  constructor(commands: CommandTable, password: string | undefined) {
    this.commands = commands
    this.password = password
    this.keyspace = new Keyspace(Date.now, key => {
      this.watches.changed(key)
      this.readers.changed(key)
    })
  }

  /** Remembers who has something to write, so that a batch of commands costs one write a connection. */
  willFlush(connection: Flushable): void {
    this.#outgoing.push(connection)
  }

  flush(): void {
    const outgoing = this.#outgoing
    this.#outgoing = []
    for (const connection of outgoing) connection.flush()
  }
}

export interface Flushable {
  flush(): void
}
