import { refusals } from './engine-io.ts'
import { describeFault } from './fault.ts'
import type { Fault, Observations, Purpose, RequestRecord, SessionRecord } from './observations.ts'

export function sessionsOf(observations: Observations, purpose: Purpose): readonly SessionRecord[] {
  return observations.sessions.filter(session => session.purpose === purpose)
}

/** The server's `Session ID unknown`: a request came to a replica that did not issue the session. */
export function isUnknownSession(fault: Fault | undefined): boolean {
  return fault?.kind === 'answer' && fault.code === refusals.unknownSession
}

export function wentAstray(session: SessionRecord): boolean {
  return isUnknownSession(session.fault)
}

/** A session went astray: more than one replica gets traffic, whatever they call themselves. */
export function severalAnswer(observations: Observations): boolean {
  return observations.sessions.some(wentAstray)
}

/** Replicas by name, with how many sessions each has issued; in the order of their names. */
export function replicaCounts(sessions: readonly SessionRecord[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>()
  for (const { replica } of sessions) {
    if (replica !== undefined) counts.set(replica, (counts.get(replica) ?? 0) + 1)
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => compareNames(a, b)))
}

/** `chat-2` before `chat-10`; the same on every machine. */
export function compareNames(a: string, b: string): number {
  const number = (name: string): number => Number(/\d+$/.exec(name)?.[0] ?? -1)
  const stem = (name: string): string => name.replace(/\d+$/, '')
  if (stem(a) !== stem(b)) return stem(a) < stem(b) ? -1 : 1
  return number(a) - number(b)
}

/** Every replica that was seen in any way. */
export function replicasSeen(observations: Observations): readonly string[] {
  return Object.keys(replicaCounts(observations.sessions))
}

const verbs: Readonly<Record<RequestRecord['kind'], string>> = {
  handshake: 'GET',
  poll: 'GET',
  post: 'POST',
  upgrade: 'the upgrade to WebSocket',
  websocket: 'the WebSocket handshake',
}

/** `POST sid=AbC… answered 400 {"code":1,...} by chat-1; the session was issued by chat-0` */
export function proofOf(session: SessionRecord): string {
  const request = session.requests.find(record => record.fault !== undefined)
  const sid = session.sid === undefined ? '' : ` sid=${session.sid.slice(0, 8)}…`
  const fault = request?.fault ?? session.fault
  if (fault === undefined) return ''
  const subject = request === undefined ? 'the session' : `${verbs[request.kind]}${sid}`
  const by = request?.answeredBy === undefined ? '' : ` by ${request.answeredBy}`
  const outcome =
    fault.kind === 'answer' ? `answered ${describeFault(fault)}${by}` : `failed: ${describeFault(fault)}`
  const issued = session.replica === undefined ? '' : `; the session was issued by ${session.replica}`
  return `${subject} ${outcome}${issued}`
}

/** `1 session`, `3 sessions` */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** The proof that tells most: one that names both replicas. */
export function bestProof(sessions: readonly SessionRecord[]): string {
  const broken = sessions.filter(session => session.fault !== undefined)
  const named = broken.find(
    session => session.replica !== undefined && session.requests.some(answeredWrongly),
  )
  const session = named ?? broken.find(candidate => candidate.replica !== undefined) ?? broken[0]
  return session === undefined ? '' : proofOf(session)
}

function answeredWrongly(record: RequestRecord): boolean {
  return record.fault !== undefined && record.answeredBy !== undefined
}
