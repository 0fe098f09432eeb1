import type { Query } from '../command.ts'

/** `npm --version` and its like: "11.19.1"; `git --version`: "git version 2.39.5 (Apple Git-154)". */
export function versionOf(program: string): Query<string | undefined> {
  return {
    command: { program, args: ['--version'] },
    parse: stdout => /\d+(?:\.\d+)+[\w.+-]*/.exec(stdout)?.[0],
  }
}
