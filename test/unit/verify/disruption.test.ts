import { describe, expect, it } from 'vitest'
import { judgeDisruption } from '../../../src/verify/judge-disruption.ts'
import { addUp, type Gap, type Ledger, wasConnected } from '../../../src/verify/ledger.ts'

const heardBy = (...clients: number[]) => new Map(clients.map(client => [client, 20]))
const message = (id: string, acked = true, by = 0) => ({
  id,
  by,
  sentMs: 10,
  ...(acked ? { ackedMs: 15 } : {}),
})
const gap = (more: Partial<Gap> = {}): Gap => ({
  client: 1,
  lostMs: 100,
  backMs: 1_300,
  from: 'a',
  to: 'b',
  fault: { kind: 'closed', message: 'closed by the server' },
  failed: [],
  ...more,
})
const ledger = (more: Partial<Ledger> = {}): Ledger => ({
  clients: 3,
  messages: [message('m')],
  heard: new Map([['m', heardBy(0, 1, 2)]]),
  doubled: [],
  replayed: new Set(),
  gaps: [],
  beganMs: 0,
  endedMs: 1000,
  replicasBefore: ['a'],
  replicasAfter: ['b'],
  ...more,
})
const judged = (more: Partial<Ledger>) => judgeDisruption('rollout', 'Rollout restart', ledger(more))
const [messages, connections, balancer] = [0, 1, 2]

describe('the ledger', () => {
  it('counts what was promised and kept', () => {
    expect(addUp(ledger())).toMatchObject({ acknowledged: 1, lost: [], missed: 0, unanswered: 0 })
  })

  it('counts as lost what nobody else heard and nobody found later', () => {
    expect(addUp(ledger({ heard: new Map([['m', heardBy(0)]]) })).lost).toEqual(['m'])
    expect(addUp(ledger({ heard: new Map([['m', heardBy(0)]]), replayed: new Set(['m']) }))).toMatchObject({
      lost: [],
      onlyReplayed: 1,
    })
  })

  it('promises nothing where nothing was acknowledged', () => {
    expect(addUp(ledger({ messages: [message('m', false)], heard: new Map() }))).toMatchObject({
      lost: [],
      unanswered: 1,
    })
  })

  it('does not hold it against anybody that a client was away', () => {
    const heard = new Map([['m', heardBy(0, 2)]])
    expect(addUp(ledger({ heard })).missed).toBe(1)
    expect(addUp(ledger({ heard, gaps: [gap({ lostMs: 5, backMs: 400 })] })).missed).toBe(0)
    expect(wasConnected(ledger({ gaps: [gap({ lostMs: 5 })] }), 1, 2_000, 3_000)).toBe(true)
    const { backMs: _back, ...away } = gap()
    expect(wasConnected(ledger({ gaps: [away] }), 1, 90_000, 90_001)).toBe(false)
  })

  it('takes a client that lost its connection for away since the last that it heard', () => {
    const silent = ledger({ gaps: [gap({ lostMs: 45_000, backMs: 46_000 })] })
    expect(wasConnected(silent, 1, 0, 19)).toBe(true)
    expect(wasConnected(silent, 1, 9_000, 10_500)).toBe(false)
    expect(wasConnected(silent, 2, 9_000, 10_500)).toBe(true)
  })
})

describe('judgeDisruption', () => {
  it('passes when nothing was lost and everybody came back soon', () => {
    const checks = judged({ gaps: [gap()] })
    expect(checks.map(check => [check.id, check.status])).toEqual([
      ['disruption.rollout.messages', 'pass'],
      ['disruption.rollout.reconnect', 'pass'],
      ['disruption.rollout.balancer', 'pass'],
    ])
    expect(checks[connections]?.found).toBe(
      '1 losses among 3 clients, back after p50 1200, p95 1200, max 1200 ms; 1 to another replica',
    )
  })

  it('fails for a lost message, warns for one that somebody did not hear live', () => {
    expect(judged({ heard: new Map() })[messages]).toMatchObject({
      status: 'fail',
      why: expect.stringContaining('RT032'),
    })
    expect(judged({ heard: new Map([['m', heardBy(0, 1)]]) })[messages]).toMatchObject({ status: 'warn' })
  })

  it('skips the ledger of an app that acknowledges nothing', () => {
    expect(judged({ messages: [message('m', false)] })[messages]?.status).toBe('skip')
  })

  it('fails when clients stay away, come back late, or are told to go', () => {
    const { backMs: _back, ...away } = gap()
    expect(judged({ gaps: [away] })[connections]).toMatchObject({
      status: 'fail',
      found: '1 of 3 clients did not come back',
    })
    expect(judged({ gaps: [gap({ backMs: 12_000 })] })[connections]?.status).toBe('fail')
    const kicked = gap({ fault: { kind: 'closed', message: 'the server sent DISCONNECT' } })
    expect(judged({ gaps: [kicked] })[connections]).toMatchObject({
      status: 'fail',
      why: expect.stringContaining('RT025'),
    })
  })

  it('tells what the balancer answered, and warns of its errors only', () => {
    const answer = (status: number) => ({ kind: 'answer', status, message: 'no healthy upstream' }) as const
    expect(judged({ gaps: [gap({ failed: [answer(503), answer(503)] })] })[balancer]).toMatchObject({
      status: 'warn',
      found: '2 attempts failed: 503 no healthy upstream ×2',
    })
    expect(judged({ gaps: [gap({ failed: [answer(400)] })] })[balancer]?.status).toBe('pass')
  })
})
