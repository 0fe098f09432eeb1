import { inspect } from 'node:util'

/** A value that must not be shown: prints as `[secret]` in strings, JSON and inspection. */
export class Secret {
  readonly #value: string
  constructor(value: string) {
    this.#value = value
  }
  /** The real value; only the code that hands it to a program or a server may ask. */
  reveal(): string {
    return this.#value
  }
  toString(): string {
    return '[secret]'
  }
  toJSON(): string {
    return '[secret]'
  }
  [inspect.custom](): string {
    return '[secret]'
  }
}

export type Env = Readonly<Record<string, string | Secret>>

/** A program and its arguments as data; it runs without a shell, so nothing in it is ever quoted or expanded. */
export interface Command {
  readonly program: string
  readonly args: readonly (string | Secret)[]
  /** Absolute folder to run in; the project's folder when absent. */
  readonly cwd?: string
  /** Added to the environment the program inherits. */
  readonly env?: Env
  readonly stdin?: string | Secret
}

/** Something to read: how to ask, and how to understand the answer. Asking never changes anything. */
export interface Query<T> {
  readonly command: Command
  /** Throws an `Error` that says what was expected when `stdout` is not what the program documents. */
  parse(stdout: string): T
}

const plain = /^[\w@%+=:,./-]+$/

/** One line that a person can paste into a POSIX shell. Secrets stay hidden, so such a line needs them filled in. */
export function shellLine(command: Pick<Command, 'program' | 'args'>): string {
  const words = [command.program, ...command.args.map(String)]
  return words.map(word => (plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}
