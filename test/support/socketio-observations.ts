import type {
  Fault,
  Observations,
  Purpose,
  RequestRecord,
  SessionRecord,
} from '../../src/verify/observations.ts'

export const unknownSession: Fault = {
  kind: 'answer',
  status: 400,
  code: 1,
  message: 'Session ID unknown',
}

export function request(over: Partial<RequestRecord> = {}): RequestRecord {
  return { kind: 'post', connection: 1, atMs: 10, tookMs: 2, status: 200, ...over }
}

let nextId = 0

/** Sessions of one purpose; `replicas` names who issued each. */
export function sessions(
  purpose: Purpose,
  replicas: readonly (string | undefined)[],
  over: Partial<SessionRecord> = {},
): SessionRecord[] {
  return replicas.map(replica => {
    nextId += 1
    return {
      id: nextId,
      purpose,
      sid: `sid-${nextId}-abcdef`,
      ...(replica === undefined ? {} : { replica }),
      requests: [request({ kind: 'handshake' }), request(), request({ kind: 'upgrade', status: 101 })],
      ...over,
    }
  })
}

/** A session that met a replica which does not know it. */
export const astray: Partial<SessionRecord> = {
  fault: unknownSession,
  requests: [
    request({ kind: 'handshake' }),
    request({ status: 400, fault: unknownSession, answeredBy: 'chat-1' }),
  ],
}

const open = {
  sid: 'abc',
  upgrades: ['websocket'],
  pingInterval: 25_000,
  pingTimeout: 20_000,
  maxPayload: 1e6,
}

/** Three replicas behind a cookie, everything well, unless said otherwise. */
export function observations(
  over: Partial<Observations> = {},
  target: Partial<Observations['target']> = {},
): Observations {
  const three = ['chat-0', 'chat-1', 'chat-2']
  return {
    target: {
      url: 'http://127.0.0.1:3000',
      socketPath: '/socket.io/',
      namespace: '/',
      polling: { open, tookMs: 3, cookies: [{ name: 'GCLB', attributes: 'Path=/' }] },
      websocket: { open, tookMs: 2 },
      identityWorks: true,
      ...target,
    },
    wanted: { identity: 'event:hostname', expectedReplicas: 3, idleSec: 3 },
    sessions: [
      ...sessions('in-session.with-cookie', three),
      ...sessions('in-session.without-cookie', three, astray),
      ...sessions('refresh', ['chat-1', 'chat-1', 'chat-1']),
      ...sessions('upgrade', three),
      ...sessions('spread', three),
    ],
    idle: {
      sockets: [
        { kind: 'silent', way: 'websocket', livedMs: 3000 },
        { kind: 'busy', way: 'websocket', livedMs: 3000 },
      ],
    },
    connections: 42,
    tookMs: 3100,
    ...over,
  }
}

/** The sessions of `observations()` with those of some purposes put in place of its own. */
export function withSessions(...replaced: readonly (readonly SessionRecord[])[]): readonly SessionRecord[] {
  const purposes = new Set(replaced.flat().map(session => session.purpose))
  return [...observations().sessions.filter(session => !purposes.has(session.purpose)), ...replaced.flat()]
}
