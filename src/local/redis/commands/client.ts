import { type Command, container } from '../command.ts'
import { CommandError, errors } from '../command-error.ts'
import { bigInteger } from '../numbers.ts'
import { bulkOrNull, error, integer, ok, verbatim } from '../reply.ts'
import type { Session } from '../session.ts'

/** What may stand in a name: printable ASCII without blanks (networking.c, validateClientAttr). */
const nameForm = /^[!-~]*$/

const notAnId = 'ERR client-id should be greater than 0'

/** CLIENT: names, the list of connections, and cutting one of them. */
export const clientCommands: readonly Command[] = [
  container('client', [
    { name: 'id', arity: 2, run: session => integer(session.id) },
    {
      name: 'getname',
      arity: 2,
      run: ({ name, resp }) => bulkOrNull(name === '' ? undefined : name, resp),
    },
    {
      name: 'setname',
      arity: 3,
      run: (session, [, , name]) => {
        setName(session, name)
        return ok
      },
    },
    {
      name: 'setinfo',
      arity: 4,
      run: (session, [, , attribute, value]) => setInfo(session, attribute, value),
    },
    { name: 'info', arity: 2, run: session => verbatim(describe(session), session.resp) },
    {
      name: 'list',
      arity: 2,
      run: ({ instance, resp }) => verbatim([...instance.sessions.values()].map(describe).join(''), resp),
    },
    { name: 'kill', arity: 4, run: (session, [, , filter, value]) => kill(session, filter, value) },
    { name: 'no-evict', arity: 3, run: (_session, [, , word]) => onOrOff(word) },
    {
      name: 'tracking',
      arity: -3,
      run: (_session, [, , word]) => {
        if (word.toUpperCase() !== 'ON') return onOrOff(word)
        return error("ERR rtdeploy's embedded Redis does not track the keys that clients cache")
      },
    },
  ]),
]

/** Throws Redis' error for a name with blanks or control characters. */
export function setName(session: Session, name: string): void {
  if (!nameForm.test(name)) {
    throw new CommandError('ERR Client names cannot contain spaces, newlines or special characters.')
  }
  session.name = name
}

/** From Redis 7.2: what library is speaking. */
function setInfo(session: Session, attribute: string, value: string): string {
  const word = attribute.toLowerCase()
  if (word !== 'lib-name' && word !== 'lib-ver') {
    throw new CommandError(`ERR Unrecognized option '${attribute}'`)
  }
  if (!nameForm.test(value)) {
    throw new CommandError(`ERR ${word} cannot contain spaces, newlines or special characters.`)
  }
  if (word === 'lib-name') session.libraryName = value
  else session.libraryVersion = value
  return ok
}

function kill(session: Session, filter: string, value: string): string {
  const { sessions } = session.instance
  const word = filter.toUpperCase()
  if (word !== 'ID' && word !== 'ADDR') throw new CommandError(errors.syntax)
  const wanted = word === 'ID' ? bigInteger(value, notAnId) : undefined
  if (wanted !== undefined && wanted < 1n) throw new CommandError(notAnId)
  let cut = 0
  for (const other of sessions.values()) {
    if (wanted === undefined ? other.address !== value : BigInt(other.id) !== wanted) continue
    if (other !== session) other.destroy()
    else session.closeAfterReplies()
    cut++
  }
  return integer(cut)
}

function onOrOff(word: string): string {
  if (!['ON', 'OFF'].includes(word.toUpperCase())) throw new CommandError(errors.syntax)
  return ok
}

function describe(session: Session): string {
  const { subscriptions, transaction } = session
  const facts = {
    id: session.id,
    addr: session.address,
    name: session.name,
    age: Math.floor((Date.now() - session.connectedAt) / 1000),
    db: 0,
    sub: subscriptions.channel.size,
    psub: subscriptions.pattern.size,
    ssub: subscriptions.shard.size,
    multi: transaction?.queued.length ?? -1,
    user: 'default',
    resp: session.resp,
    'lib-name': session.libraryName,
    'lib-ver': session.libraryVersion,
  }
  const words = Object.entries(facts).map(([name, value]) => `${name}=${value}`)
  return `${words.join(' ')}\n`
}
