import { describe, expect, it } from 'vitest'
import type { Check } from '../../../src/report/report.ts'
import { checkLines } from '../../../src/report/text.ts'
import { judge } from '../../../src/verify/judge.ts'
import type { Fault, Observations } from '../../../src/verify/observations.ts'
import { astray, observations, sessions, withSessions } from '../../support/socketio-observations.ts'

const base = observations().wanted
const wanted = (over: Partial<Observations['wanted']>) => ({ ...base, ...over })
const check = (seen: Observations, id: string) => judge(seen).find(one => one.id === id) as Check
const laptop = ['laptop', 'laptop', 'laptop']
/** Three replicas that all give the name of their machine; without cookies, sessions go astray. */
const oneName = withSessions(
  sessions('in-session.with-cookie', laptop),
  sessions('in-session.without-cookie', laptop, astray),
  sessions('refresh', laptop),
  sessions('upgrade', laptop),
  sessions('spread', laptop),
)
const pinned = withSessions(
  sessions('in-session.with-cookie', laptop),
  sessions('in-session.without-cookie', laptop),
  sessions('refresh', laptop),
  sessions('upgrade', laptop),
  sessions('spread', laptop),
)
const nameless = observations(
  { sessions: withSessions(sessions('refresh', [undefined]), sessions('spread', [undefined])) },
  { identityWorks: false },
)

describe('replicas that all give one name', () => {
  it('are told apart from a single one by sessions that went astray', () => {
    const spread = check(observations({ sessions: oneName }), 'spread.replicas')
    expect(spread.status).toBe('warn')
    expect(spread.why).toContain('several replicas answer')
    expect(spread.why).not.toContain('get no traffic')
    expect(spread.hint).toContain('name')
  })

  it('are said to be possible where nothing tells them from a single one', () => {
    const seen = observations({ sessions: pinned, wanted: wanted({ affinity: 'cookie', inProject: true }) })
    const spread = check(seen, 'spread.replicas')
    expect(spread.why).toContain('only one replica gets traffic, or all give the same name by event:hostname')
    expect(spread.hint).toContain('rtdeploy status')
    expect(spread.hint).toContain('POD_NAME')
  })

  it('keep messages between them from being checked, with that reason', () => {
    const fanOut = { send: ['m'], receive: 'm' }
    const seen = observations({ sessions: oneName, wanted: wanted({ fanOut }) })
    expect(check(seen, 'fan-out.delivery').found).toBe('replicas cannot be told apart: all are called laptop')
  })
})

describe('replicas without names', () => {
  it('are a warning: nothing is proven about them', () => {
    const spread = check(nameless, 'spread.replicas')
    expect([spread.status, spread.found]).toEqual([
      'warn',
      'no replica gave its name (identity event:hostname)',
    ])
    expect(spread.why).toContain('nothing is proven about replicas')
    expect(spread.hint).toContain('--identity')
  })

  it('are no warning when that was said', () => {
    const seen = { ...nameless, wanted: wanted({ identity: 'none' }) }
    expect(check(seen, 'spread.replicas').status).toBe('skip')
  })

  it('are no warning when there is one', () => {
    const seen = { ...nameless, wanted: wanted({ expectedReplicas: 1 }) }
    const spread = check(seen, 'spread.replicas')
    expect([spread.status, spread.found]).toEqual([
      'skip',
      'one replica was expected, so there is nothing to spread',
    ])
  })
})

describe('a check that was skipped', () => {
  const { expectedReplicas: _, ...open } = base
  it.each([
    ['by client address', observations({ sessions: pinned, wanted: wanted({ affinity: 'client-ip' }) })],
    ['of a server somewhere', observations({ sessions: pinned, wanted: open })],
    ['without names', nameless],
    ['without sockets', observations({ idle: { sockets: [] } })],
  ])('says its reason in the text: %s', (_what, seen) => {
    for (const one of judge(seen).filter(({ status }) => status === 'skip')) {
      const text = checkLines(one, (_style, plain) => plain).join(' ')
      expect(text, one.id).toMatch(/not|only|cannot|gave|expected|why|none/)
      if (one.why !== undefined) expect(text).toContain(one.why)
    }
  })
})

describe('a fix', () => {
  const texts = (seen: Observations) =>
    judge(seen)
      .flatMap(({ hint, found, why }) => [hint ?? '', found, why ?? ''])
      .join('\n')
  const lost = withSessions(sessions('in-session.with-cookie', laptop, astray))

  it('names flags and no file where there is none', () => {
    for (const seen of [nameless, observations({ sessions: pinned }), observations({ sessions: lost })])
      expect(texts(seen)).not.toMatch(/rtdeploy\.yaml|verify\.\w/)
    expect(texts(nameless)).toContain('--send')
  })

  it('names keys of rtdeploy.yaml in a project', () => {
    expect(texts({ ...nameless, wanted: wanted({ inProject: true }) })).toContain(
      'verify.fanOut in rtdeploy.yaml',
    )
  })

  it('takes back the flag that is the cause', () => {
    const seen = observations({ sessions: lost, wanted: wanted({ affinity: 'cookie', inProject: true }) })
    expect(check(seen, 'in-session.with-cookie').hint).toContain('run rtdeploy up without --affinity')
    const cut: Fault = { kind: 'closed', message: 'cut' }
    const sockets = (['silent', 'busy'] as const).map(
      kind => ({ kind, way: 'websocket', livedMs: 2000, fault: cut }) as const,
    )
    const balancer = { kind: 'classic', timeoutSec: 2, byFlag: true } as const
    const timed = observations({ idle: { sockets }, wanted: wanted({ affinity: 'cookie', balancer }) })
    expect(check(timed, 'idle.silent-socket').hint).toContain('rtdeploy up without --timeout and --kind')
  })
})

describe('a silent socket under a limit that we know', () => {
  const limit = (kind: 'envoy' | 'classic', timeoutSec: number) =>
    check(
      observations({ wanted: wanted({ balancer: { kind, timeoutSec, byFlag: true } }) }),
      'idle.silent-socket',
    )

  it('is a warning when it will be cut for certain, with the command that shows it', () => {
    const { status, found, why, hint } = limit('classic', 30)
    expect([status, found]).toEqual(['warn', 'open after 3 s; the limit of 30 s was not reached'])
    expect([why, hint]).toEqual([expect.stringContaining('RT003'), expect.stringContaining('--idle 35')])
  })

  it('says that it was not reached when heartbeats may keep it open', () => {
    const { status, found } = limit('envoy', 30)
    expect([status, found]).toEqual(['pass', expect.stringContaining('rtdeploy verify --idle 35')])
  })

  it('is not asked to wait for an hour', () => {
    expect(limit('classic', 86_400).status).toBe('pass')
  })
})
