import { describe, expect, it } from 'vitest'
import { judge } from '../../../src/verify/judge.ts'
import type { Fault, Observations } from '../../../src/verify/observations.ts'
import { astray, observations, request, sessions, withSessions } from '../../support/socketio-observations.ts'

type Case = readonly [name: string, seen: Observations, expected: Readonly<Record<string, unknown>>]

const three = ['chat-0', 'chat-1', 'chat-2']
const one = ['chat-1', 'chat-1', 'chat-1']
const base = observations()
const pinned = withSessions(
  sessions('in-session.with-cookie', one),
  sessions('in-session.without-cookie', one),
  sessions('refresh', one),
  sessions('upgrade', one),
  sessions('spread', one),
)
const noPolling = {
  pollingRefused: { kind: 'answer', status: 400, code: 0, message: 'Transport unknown' } as Fault,
}
const { polling: _, ...websocketOnly } = { ...base.target, ...noPolling }
const wanted = (over: Partial<Observations['wanted']>): Observations['wanted'] => ({
  ...base.wanted,
  ...over,
})
const withoutHeld = [
  ...sessions('in-session.with-cookie', three),
  ...sessions('in-session.without-cookie', three),
]
const reset: Fault = { kind: 'closed', message: 'closed without an answer (ECONNRESET)' }
const broken = { fault: reset, requests: [request({ fault: reset })] }

const cases: readonly Case[] = [
  [
    'all is well',
    base,
    {
      'in-session.with-cookie': 'pass',
      'in-session.without-cookie': 'pass',
      'refresh.host': 'pass',
      'spread.replicas': 'pass',
      'idle.silent-socket': 'pass',
      'fan-out.delivery': 'skip',
    },
  ],
  [
    'one session of three went astray',
    observations({
      sessions: withSessions([
        ...sessions('in-session.with-cookie', ['a', 'b']),
        ...sessions('in-session.with-cookie', ['c'], astray),
      ]),
    }),
    { 'in-session.with-cookie': 'fail', 'in-session.without-cookie': 'warn' },
  ],
  [
    'sessions broke off otherwise',
    observations({ sessions: withSessions(sessions('in-session.with-cookie', three, broken)) }),
    { 'in-session.with-cookie': 'fail', 'in-session.without-cookie': 'warn' },
  ],
  [
    'websocket only without affinity',
    observations({
      target: websocketOnly,
      sessions: [...sessions('refresh', three), ...sessions('spread', three)],
    }),
    {
      'handshake.polling': 'skip',
      'handshake.upgrade': 'skip',
      'in-session.with-cookie': 'skip',
      'in-session.without-cookie': 'skip',
      'refresh.host': 'skip',
      'spread.replicas': 'pass',
    },
  ],
  [
    'websocket only, but affinity was asked for',
    observations({
      target: websocketOnly,
      wanted: wanted({ affinity: 'cookie' }),
      sessions: [...sessions('refresh', three), ...sessions('spread', three)],
    }),
    { 'refresh.host': 'fail' },
  ],
  [
    'one replica where three are expected',
    observations({ sessions: pinned }),
    { 'in-session.without-cookie': 'warn', 'spread.replicas': 'warn', 'refresh.host': 'pass' },
  ],
  [
    'one replica, by client address as wanted',
    observations({ sessions: pinned, wanted: wanted({ affinity: 'client-ip' }) }),
    { 'in-session.without-cookie': 'pass', 'spread.replicas': 'skip' },
  ],
  [
    'one replica as expected',
    observations({ sessions: pinned, wanted: wanted({ expectedReplicas: 1 }) }),
    { 'in-session.without-cookie': 'pass', 'spread.replicas': 'skip' },
  ],
  [
    'several replicas that share sessions',
    observations({ sessions: withSessions(withoutHeld, sessions('refresh', three)) }),
    { 'in-session.with-cookie': 'pass', 'in-session.without-cookie': 'pass', 'refresh.host': 'warn' },
  ],
  [
    'more replicas than expected',
    observations({ wanted: wanted({ expectedReplicas: 1 }) }),
    { 'spread.replicas': 'warn' },
  ],
  [
    'a cookie that does not survive a reload',
    observations({ sessions: withSessions(sessions('refresh', three)) }),
    { 'refresh.host': 'fail' },
  ],
  [
    'fresh clients that do not connect',
    observations({ sessions: withSessions(sessions('spread', three, broken)) }),
    { 'spread.replicas': 'fail' },
  ],
  [
    'replicas without names',
    observations(
      { sessions: withSessions(sessions('refresh', [undefined]), sessions('spread', [undefined])) },
      { identityWorks: false },
    ),
    { 'refresh.host': 'skip', 'spread.replicas': 'warn' },
  ],
  [
    'an upgrade that is refused',
    observations({ sessions: withSessions(sessions('upgrade', three, broken)) }),
    { 'handshake.upgrade': 'fail' },
  ],
  [
    'polling only',
    observations(
      {},
      { polling: { ...base.target.polling!, open: { ...base.target.polling!.open, upgrades: [] } } },
    ),
    { 'handshake.upgrade': 'skip' },
  ],
]

describe('the verdict', () => {
  for (const [name, seen, expected] of cases) {
    it(`when there is ${name}`, () => {
      const found = Object.fromEntries(judge(seen).map(check => [check.id, check.status]))
      expect(found).toMatchObject(expected)
    })

    it(`has stable ids and a hint for every failure: ${name}`, () => {
      const checks = judge(seen)
      expect(checks.map(check => check.id)).toEqual([
        'handshake.polling',
        'handshake.upgrade',
        'handshake.websocket-only',
        'in-session.with-cookie',
        'in-session.without-cookie',
        'refresh.host',
        'spread.replicas',
        'fan-out.delivery',
        'idle.silent-socket',
      ])
      for (const check of checks) if (check.status === 'fail') expect(check.hint, check.id).toBeTruthy()
    })
  }
})

describe('a lost session', () => {
  it('names who refused it and who had issued it', () => {
    const lost = sessions('in-session.with-cookie', ['chat-0'], astray)
    const check = judge(observations({ sessions: withSessions(lost) })).find(
      ({ id }) => id === 'in-session.with-cookie',
    )
    expect(check?.why).toMatch(
      /^RT008: .* Proof: POST sid=sid-\d+-\S*… answered 400 \{"code":1,"message":"Session ID unknown"\} by chat-1; the session was issued by chat-0$/,
    )
    expect(check?.data).toMatchObject({ sessions: 1, astray: 1, requests: 2 })
  })

  it('is put down to a cookie that browsers refuse, when there is one', () => {
    const lost = sessions('in-session.with-cookie', three, astray)
    const cookies = [
      { name: 'GCLB', attributes: 'Secure', rejected: 'Secure, but the address is plain http' },
    ]
    const seen = observations(
      { sessions: withSessions(lost) },
      { polling: { ...base.target.polling!, cookies } },
    )
    const check = judge(seen).find(({ id }) => id === 'in-session.with-cookie')
    expect(check?.why).toContain('cookie GCLB is set, but a browser does not send it back')
  })
})

describe('messages between replicas', () => {
  const fanOut = { send: ['m'], receive: 'm' }
  const facts = (across: number | undefined, within: number | undefined, rounds = 1) => {
    const time = (tookMs: number | undefined) => (tookMs === undefined ? {} : { tookMs })
    return {
      deliveries: [
        { from: 'a', to: 'b', ...time(across) },
        { from: 'a', to: 'a', ...time(within) },
      ],
      refusals: [],
      waitedMs: 1500,
      rounds,
    }
  }
  for (const [name, fanOutFacts, status, why] of [
    ['that all come', facts(2, 1), 'pass', undefined],
    ['that come on the second try', facts(2, 1, 2), 'warn', /RT032/],
    ['that stay on their replica', facts(undefined, 1, 2), 'fail', /RT032.*a → b/],
    ['that nobody hears', facts(undefined, undefined, 2), 'fail', /own replica either/],
  ] as const) {
    it(name, () => {
      const seen = observations({ fanOut: fanOutFacts, wanted: wanted({ fanOut }) })
      const check = judge(seen).find(({ id }) => id === 'fan-out.delivery')
      expect(check?.status).toBe(status)
      if (why !== undefined) expect(check?.why).toMatch(why)
    })
  }
})

describe('a socket that is cut', () => {
  const idle = (
    silent: Fault | undefined,
    busy: Fault | undefined,
    livedMs = 2000,
  ): Observations['idle'] => ({
    sockets: [
      { kind: 'silent', way: 'websocket', livedMs, ...(silent && { fault: silent }) },
      { kind: 'busy', way: 'websocket', livedMs, ...(busy && { fault: busy }) },
    ],
  })
  for (const [name, facts, idleSec, status, text] of [
    ['only when silent', idle(reset, undefined), 3, 'fail', 'RT002'],
    ['in any case', idle(reset, reset), 3, 'fail', 'RT003'],
    ['at once', idle(reset, reset, 1), 3, 'fail', 'as soon as'],
    ['never, within a short time', idle(undefined, undefined), 3, 'pass', '--idle 35'],
    ['never, within a long time', idle(undefined, undefined), 35, 'pass', 'longer limits were not checked'],
  ] as const) {
    it(name, () => {
      const check = judge(observations({ idle: facts, wanted: wanted({ idleSec }) })).at(-1)
      expect(check?.status).toBe(status)
      expect(`${check?.why ?? ''} ${check?.found}`).toContain(text)
    })
  }
})
