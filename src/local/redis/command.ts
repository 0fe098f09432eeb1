import type { Reply } from './reply.ts'
import type { Session } from './session.ts'

/**
 * The words of a command, its name first. Typed as if the first ones were there, because the arity is checked before
 * a command runs: a command that takes fewer must look at `length` before it reads an optional word.
 */
export type Words = readonly [string, string, string, string, ...string[]]

/**
 * `no-auth`: runs before the password. `in-transaction`: runs at once after MULTI instead of being queued.
 * `while-subscribed`: a RESP2 connection with subscriptions may send it.
 */
export type Flag = 'no-auth' | 'in-transaction' | 'while-subscribed'

export interface Command {
  /** Lower case, without the container: `get`, and `setname` under `client`. */
  readonly name: string
  /** As in `COMMAND INFO`: words that it takes, name and container included; negative: at least so many. */
  readonly arity: number
  readonly flags?: readonly Flag[]
  /** By name; `run` of the container then only sees a lone container, which its arity refuses. */
  readonly subcommands?: readonly Command[]
  run(session: Session, words: Words): Reply
}

interface TableEntry {
  readonly command: Command
  readonly subcommands: ReadonlyMap<string, Command> | undefined
}

/** By name in lower case. */
export type CommandTable = ReadonlyMap<string, TableEntry>

/** A command that only groups others: CLIENT, CONFIG. */
export function container(name: string, subcommands: readonly Command[]): Command {
  return { name, arity: -2, subcommands, run: () => '' }
}

export function fitsArity(command: Command, words: number): boolean {
  return command.arity < 0 ? words >= -command.arity : words === command.arity
}
