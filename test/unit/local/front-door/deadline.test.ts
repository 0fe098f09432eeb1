import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDeadline, timeoutAt } from '../../../../src/local/front-door/deadline.ts'

const at = fc.double({ min: 0, max: 1e9, noNaN: true })
const timeout = fc.integer({ min: 1, max: 2 ** 31 - 1 })

describe('the backend service timeout', () => {
  it('counts from the start for a request and for a classic WebSocket, whatever moves', () => {
    fc.assert(
      fc.property(at, at, timeout, (startedAt, lastByteAt, seconds) => {
        const due = startedAt + seconds * 1000
        const life = { startedAt, lastByteAt }
        expect(timeoutAt({ kind: 'classic', timeout: seconds }, { ...life, upgraded: true })).toBe(due)
        expect(timeoutAt({ kind: 'classic', timeout: seconds }, { ...life, upgraded: false })).toBe(due)
        expect(timeoutAt({ kind: 'envoy', timeout: seconds }, { ...life, upgraded: false })).toBe(due)
      }),
    )
  })

  it('counts from the last byte for a WebSocket under Envoy', () => {
    fc.assert(
      fc.property(at, at, timeout, (startedAt, lastByteAt, seconds) => {
        const life = { startedAt, lastByteAt, upgraded: true }
        expect(timeoutAt({ kind: 'envoy', timeout: seconds }, life)).toBe(lastByteAt + seconds * 1000)
      }),
    )
  })
})

describe('a deadline', () => {
  const expired = (due: () => number) =>
    new Promise<number>(resolve => createDeadline(due, () => resolve(performance.now())))

  it('expires once it is due, not before', async () => {
    const due = performance.now() + 30
    expect(await expired(() => due)).toBeGreaterThanOrEqual(due)
    expect(await expired(() => 0)).toBeGreaterThan(0)
  })

  it('follows a due moment that has moved later by itself', async () => {
    let due = performance.now() + 5
    const later = due + 60
    const waiting = expired(() => due)
    due = later
    expect(await waiting).toBeGreaterThanOrEqual(later)
  })

  it('expires earlier once it is told that the moment has moved', async () => {
    let due = performance.now() + 1e9
    await new Promise<void>(resolve => {
      const deadline = createDeadline(() => due, resolve)
      due = 0
      deadline.rearm()
    })
  })

  it('stays silent once it has been cleared or has expired, whoever rearms it', async () => {
    let calls = 0
    const cleared = createDeadline(
      () => performance.now() + 1e6,
      () => {
        calls += 1
      },
    )
    cleared.clear()
    cleared.rearm()
    const once = createDeadline(
      () => 0,
      () => {
        calls += 1
      },
    )
    await expired(() => performance.now() - 1)
    once.rearm()
    await expired(() => performance.now() - 1)
    expect(calls).toBe(1)
  })

  it('waits out a moment 68 years away instead of overflowing', async () => {
    let expiredEarly = false
    const deadline = createDeadline(
      () => performance.now() + (2 ** 31 - 1) * 1000,
      () => {
        expiredEarly = true
      },
    )
    await expired(() => performance.now() - 1)
    expect(expiredEarly).toBe(false)
    deadline.clear()
  })
})
