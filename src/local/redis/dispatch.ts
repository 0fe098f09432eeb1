import type { Command, Flag, Words } from './command.ts'
import { fitsArity } from './command.ts'
import { CommandError, wrongArity } from './command-error.ts'
import { error, ok, type Reply, simple } from './reply.ts'
import { isSubscriber, type Session } from './session.ts'

/** Names of commands and arguments in error texts are cut there (server.c, commandCheckExistence). */
const shownBytes = 128

/** A browser can be made to send these to a local port: Redis closes such a connection unanswered (CVE-2016-10517). */
const httpWords: ReadonlySet<string> = new Set(['post', 'host:'])

const tooLarge = "ERR the reply is too large for rtdeploy's embedded Redis"

/** Runs one command, or queues it after MULTI, and returns the encoded reply. Never throws a CommandError. */
export function answer(session: Session, words: readonly string[]): Reply {
  const name = (words[0] ?? '').toLowerCase()
  if (name === 'quit') {
    session.closeAfterReplies()
    return ok
  }
  if (httpWords.has(name)) {
    session.destroy()
    return ''
  }
  const found = findCommand(session, name, words)
  const command = typeof found === 'string' ? undefined : found
  const refusal = typeof found === 'string' ? found : refuse(session, found, name, words)
  if (command === undefined || refusal !== undefined) return refused(session, name, refusal ?? '')
  if (session.transaction !== undefined && !has(command, 'in-transaction')) {
    session.transaction.queued.push(words)
    return simple('QUEUED')
  }
  return run(session, command, words)
}

/** Runs a command of a transaction, which was checked when it was queued. */
export function runQueued(session: Session, words: readonly string[]): Reply {
  const found = findCommand(session, (words[0] ?? '').toLowerCase(), words)
  return typeof found === 'string' ? error(found) : run(session, found, words)
}

function run(session: Session, command: Command, words: readonly string[]): Reply {
  session.instance.commandsProcessed++
  try {
    return command.run(session, words as unknown as Words)
  } catch (problem) {
    if (problem instanceof CommandError) return error(problem.message)
    // JavaScript's strings end at 512 MB: a reply that does not fit is an error, not the end of the server.
    if (problem instanceof RangeError) return error(tooLarge)
    throw problem
  }
}

/** The command, or the error text that says what is unknown. */
function findCommand(session: Session, name: string, words: readonly string[]): Command | string {
  const entry = session.instance.commands.get(name)
  if (entry === undefined) return unknownCommand(words)
  if (entry.subcommands === undefined || words.length < 2) return entry.command
  const subcommand = entry.subcommands.get((words[1] ?? '').toLowerCase())
  if (subcommand !== undefined) return subcommand
  return `ERR unknown subcommand '${shown(words[1] ?? '')}'. Try ${name.toUpperCase()} HELP.`
}

function unknownCommand([name = '', ...args]: readonly string[]): string {
  let listed = ''
  for (const arg of args) {
    if (listed.length >= shownBytes) break
    listed += `'${shown(arg, shownBytes - listed.length)}' `
  }
  return `ERR unknown command '${shown(name)}', with args beginning with: ${listed}`
}

/** C's `%.128s`: a zero byte ends it. */
function shown(text: string, length = shownBytes): string {
  const end = text.indexOf('\0')
  return text.slice(0, end === -1 ? length : Math.min(end, length))
}

function refuse(
  session: Session,
  command: Command,
  name: string,
  words: readonly string[],
): string | undefined {
  if (!fitsArity(command, words.length)) {
    return wrongArity(command.name === name ? name : `${name}|${command.name}`)
  }
  if (!session.authenticated && !has(command, 'no-auth')) return 'NOAUTH Authentication required.'
  if (session.resp === 2 && isSubscriber(session) && !has(command, 'while-subscribed')) {
    const full = command.name === name ? name : `${name}|${command.name}`
    return `ERR Can't execute '${full}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`
  }
  return undefined
}

function refused(session: Session, name: string, problem: string): Reply {
  if (session.transaction === undefined) return error(problem)
  session.transaction.failed = true
  if (name !== 'exec') return error(problem)
  session.transaction = undefined
  session.instance.watches.clear(session)
  return error(`EXECABORT Transaction discarded because of: ${problem.replace(/^ERR /, '')}`)
}

function has(command: Command, flag: Flag): boolean {
  return command.flags?.includes(flag) === true
}
