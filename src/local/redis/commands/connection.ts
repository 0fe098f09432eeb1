import { createHash, timingSafeEqual } from 'node:crypto'
import type { Command } from '../command.ts'
import { CommandError, errors, wrongArity } from '../command-error.ts'
import { redisVersion } from '../instance.ts'
import { readBigInteger, toInteger } from '../numbers.ts'
import { array, bulk, integer, map, ok, type Reply, simple } from '../reply.ts'
import { isSubscriber, type Session } from '../session.ts'
import { setName } from './client.ts'
import { leave } from './subscribe.ts'
import { endTransaction } from './transactions.ts'

const wrongPassword = 'WRONGPASS invalid username-password pair or user is disabled.'
const noPassword =
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?'
const helloFirst =
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time'

/** The handshake of a connection, and its state. QUIT is in dispatch.ts, because it works whatever the state. */
export const connectionCommands: readonly Command[] = [
  { name: 'hello', arity: -1, flags: ['no-auth'], run: (session, [, ...words]) => hello(session, words) },
  {
    name: 'auth',
    arity: -2,
    flags: ['no-auth'],
    run: (session, words) => {
      if (words.length > 3) throw new CommandError(errors.syntax)
      if (words.length === 2 && session.instance.password === undefined) throw new CommandError(noPassword)
      authenticate(
        session,
        words.length === 3 ? words[1] : 'default',
        words.length === 3 ? words[2] : words[1],
      )
      return ok
    },
  },
  {
    name: 'ping',
    arity: -1,
    flags: ['while-subscribed'],
    run: (session, [, ...words]) => {
      if (words.length > 1) throw new CommandError(wrongArity('ping'))
      const [message] = words
      if (session.resp === 2 && isSubscriber(session)) return array([bulk('pong'), bulk(message ?? '')])
      return message === undefined ? simple('PONG') : bulk(message)
    },
  },
  { name: 'echo', arity: 2, run: (_session, [, message]) => bulk(message) },
  {
    name: 'select',
    arity: 2,
    run: (_session, [, index]) => {
      if (toInteger(index) !== 0) throw new CommandError('ERR DB index is out of range')
      return ok
    },
  },
  {
    name: 'reset',
    arity: 1,
    flags: ['no-auth', 'in-transaction', 'while-subscribed'],
    run: session => {
      endTransaction(session)
      for (const kind of ['channel', 'pattern', 'shard'] as const) {
        for (const topic of session.subscriptions[kind]) leave(session, kind, topic)
      }
      session.resp = 2
      session.name = ''
      session.authenticated = session.instance.password === undefined
      return simple('RESET')
    },
  },
]

function hello(session: Session, words: readonly string[]): Reply {
  const [version, ...options] = words
  const resp = version === undefined ? session.resp : protocol(version)
  let name: string | undefined
  for (let at = 0; at < options.length; at++) {
    const [option = '', first, second] = options.slice(at, at + 3)
    if (option.toUpperCase() === 'AUTH' && first !== undefined && second !== undefined) {
      authenticate(session, first, second)
      at += 2
    } else if (option.toUpperCase() === 'SETNAME' && first !== undefined) {
      name = first
      at += 1
    } else throw new CommandError(`ERR Syntax error in HELLO option '${option}'`)
  }
  if (!session.authenticated) throw new CommandError(helloFirst)
  if (name !== undefined) setName(session, name)
  session.resp = resp
  const facts: [name: string, value: Reply][] = [
    ['server', bulk('redis')],
    ['version', bulk(redisVersion)],
    ['proto', integer(resp)],
    ['id', integer(session.id)],
    ['mode', bulk('standalone')],
    ['role', bulk('master')],
    ['modules', array([])],
  ]
  return map(
    facts.flatMap(([key, value]) => [bulk(key), value]),
    resp,
  )
}

function protocol(version: string): 2 | 3 {
  const number = readBigInteger(version)
  if (number === undefined) throw new CommandError('ERR Protocol version is not an integer or out of range')
  if (number === 2n || number === 3n) return number === 2n ? 2 : 3
  throw new CommandError('NOPROTO unsupported protocol version')
}

function authenticate(session: Session, user: string, password: string): void {
  const wanted = session.instance.password
  // Without a password the user `default` takes any, as Redis' `nopass` does.
  if (user !== 'default' || (wanted !== undefined && !equal(password, wanted))) {
    throw new CommandError(wrongPassword)
  }
  session.authenticated = true
}

/** In a time that tells nothing of the password. */
function equal(given: string, wanted: string): boolean {
  const digest = (text: string, encoding: 'latin1' | 'utf8') =>
    createHash('sha256').update(text, encoding).digest()
  return timingSafeEqual(digest(given, 'latin1'), digest(wanted, 'utf8'))
}
