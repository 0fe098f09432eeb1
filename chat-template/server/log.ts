import { inspect } from 'node:util'

export const levels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type Level = (typeof levels)[number]
type Fields = Record<string, unknown>

export interface Log {
  debug(message: string, fields?: Fields): void
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
  /** The same log with fields that every line has. */
  with(fields: Fields): Log
}

/** One JSON object a line, the way log collectors read standard output. */
export function createLog(
  level: Level,
  fields: Fields = {},
  write = (line: string) => void process.stdout.write(line),
): Log {
  const at =
    (wanted: Level) =>
    (message: string, more: Fields = {}) => {
      if (levels.indexOf(wanted) < levels.indexOf(level)) return
      const line = { time: new Date().toISOString(), level: wanted, msg: message, ...fields, ...more }
      write(`${JSON.stringify(line, (_, value) => (value instanceof Error ? describe(value) : value))}\n`)
    }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: more => createLog(level, { ...fields, ...more }, write),
  }
}

/** Name, message and cause, without what may stand in a driver's error: addresses keep no password. */
function describe(error: Error): string {
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  const text =
    error.stack === undefined || error.cause ? `${error.name}: ${error.message}${cause}` : error.stack
  return withoutPasswords(typeof text === 'string' ? text : inspect(error))
}

/** Addresses in a text, their user and password taken out. */
export function withoutPasswords(text: string): string {
  return text.replace(/(\w+:\/\/)[^\s/@]*@/g, '$1***@')
}
