/** What a command answers instead of its result. The message is the whole error line of Redis, error word first. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

export const errors = {
  syntax: 'ERR syntax error',
  notInteger: 'ERR value is not an integer or out of range',
  notFloat: 'ERR value is not a valid float',
  wrongType: 'WRONGTYPE Operation against a key holding the wrong kind of value',
  noSuchKey: 'ERR no such key',
  overflow: 'ERR increment or decrement would overflow',
  outOfRange: 'ERR value is out of range, must be positive',
} as const

export function wrongArity(command: string): string {
  return `ERR wrong number of arguments for '${command}' command`
}
