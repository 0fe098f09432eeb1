import { describe, expect, it, vi } from 'vitest'
import { beatMs, Presence, type PresenceNews } from '../server/presence.ts'
import { Typing } from '../server/typing.ts'

/** Replicas that hear one another at once, or not at all. */
function replicas(count: number) {
  const clock = { time: 0, now: () => clock.time }
  const lost = new Set<Presence>()
  const sent: PresenceNews[] = []
  const all: Presence[] = []
  for (let at = 0; at < count; at++) {
    const send = (news: PresenceNews) => {
      sent.push(news)
      if (lost.has(all[at]!)) return
      for (const other of all)
        if (other !== all[at] && !lost.has(other)) other.hear(JSON.parse(JSON.stringify(news)))
    }
    all.push(new Presence({ id: `r${at}`, clock, send, changed: () => undefined }))
  }
  return { all: all as [Presence, Presence, ...Presence[]], clock, lost, sent }
}
const names = (presence: Presence) => presence.people('lobby', 50).map(({ name }) => name)

describe('who is here', () => {
  it('counts people and not connections, on all replicas', () => {
    const { all } = replicas(3)
    const [one, two] = all
    for (const presence of all) presence.beat()
    one.enter('lobby', { id: 'a', name: 'Ada' })
    one.enter('lobby', { id: 'a', name: 'Ada' })
    two.enter('lobby', { id: 'a', name: 'Ada' })
    two.enter('lobby', { id: 'g', name: 'Grace' })
    for (const presence of all)
      expect([presence.count('lobby'), names(presence)]).toEqual([2, ['Ada', 'Grace']])
    one.exit('lobby', 'a')
    one.exit('lobby', 'a')
    expect(names(all[2]!)).toEqual(['Ada', 'Grace'])
    two.exit('lobby', 'a')
    for (const presence of all) expect(names(presence)).toEqual(['Grace'])
  })

  it('is right again after news was lost, by the next beat', () => {
    const { all, lost, clock } = replicas(2)
    const [one, two] = all
    one.beat()
    lost.add(two)
    clock.time += beatMs
    one.enter('lobby', { id: 'a', name: 'Ada' })
    lost.clear()
    expect(names(two)).toEqual([])
    one.beat()
    expect(names(two)).toEqual(['Ada'])
  })

  it('forgets a replica that says good-bye at once, and a silent one after three beats', () => {
    const { all, clock, lost } = replicas(3)
    const [one, two] = all
    for (const presence of all) presence.beat()
    one.enter('lobby', { id: 'a', name: 'Ada' })
    two.enter('lobby', { id: 'g', name: 'Grace' })
    one.bye()
    expect(names(all[2]!)).toEqual(['Grace'])
    lost.add(two)
    clock.time = 9_000
    all[2]!.beat()
    expect(names(all[2]!)).toEqual(['Grace'])
    clock.time = 10_000
    all[2]!.beat()
    expect([names(all[2]!), all[2]!.peers]).toEqual([[], 0])
  })

  it('does no more for a join to a room of thousands than to one of fifty', () => {
    const { all, lost } = replicas(2)
    const [one, two] = all
    for (let at = 0; at < 5_000; at++) two.enter('lobby', { id: `p${at}`, name: `Person ${at % 977}` })
    one.enter('lobby', { id: 'a', name: 'Ada' })
    lost.add(two)
    const compared = vi.spyOn(String.prototype, 'localeCompare')
    const looked = vi.spyOn(Map.prototype, 'set')
    for (let at = 0; at < 20; at++) {
      one.enter('lobby', { id: `late ${at}`, name: 'Late' })
      expect([one.count('lobby'), one.people('lobby', 50).length]).toEqual([5_002 + at, 50])
    }
    const work = [compared.mock.calls.length, looked.mock.calls.length]
    vi.restoreAllMocks()
    expect(work[0]).toBeLessThan(20 * 50 * 10)
    expect(work[1]).toBeLessThan(20 * 10)
  })

  it('asks a replica for all it knows once in a while, however much there is that it cannot follow', () => {
    const { all, lost, clock, sent } = replicas(3)
    const [one, two] = all
    const count = (kind: PresenceNews['kind']) => sent.filter(news => news.kind === kind).length
    // The third hears everything, and its questions go nowhere.
    const change = { kind: 'change', from: 'r0', room: 'lobby', name: 'Ada' } as const
    lost.add(one)
    for (let at = 0; at < 300; at++) all[2]!.hear({ ...change, version: 10 + at, id: `p${at}` })
    expect(count('ask')).toBe(1)
    // The others have heard the question, and will hear the answer.
    two.hear({ ...change, version: 400, id: 'g' })
    expect(count('ask')).toBe(1)
    clock.time += beatMs
    all[2]!.hear({ ...change, version: 401, id: 'h' })
    expect(count('ask')).toBe(2)
    for (let at = 0; at < 50; at++) one.hear({ kind: 'ask', from: `other ${at}`, of: 'r0' })
    expect(count('all')).toBe(1)
  })

  it('says nothing after its good-bye: the exits that follow it would make it known again', () => {
    const { all, clock, sent } = replicas(3)
    const [one] = all
    for (const presence of all) presence.beat()
    for (let at = 0; at < 100; at++) one.enter('lobby', { id: `p${at}`, name: 'Somebody' })
    clock.time += beatMs
    sent.length = 0
    one.bye()
    for (let at = 0; at < 100; at++) one.exit('lobby', `p${at}`)
    one.beat()
    expect(sent).toEqual([{ kind: 'bye', from: 'r0' }])
    expect([all[1]!.peers, all[2]!.peers, all[2]!.count('lobby')]).toEqual([1, 1, 0])
  })
})

describe('who is writing', () => {
  it('is told once and forgotten by itself', () => {
    const clock = { time: 0, now: () => clock.time }
    const changed: string[] = []
    const typing = new Typing(clock, room => changed.push(room))
    typing.set('lobby', { id: 'a', name: 'Ada' }, true)
    typing.set('lobby', { id: 'a', name: 'Ada' }, true)
    expect([typing.people('lobby').length, changed.length]).toEqual([1, 1])
    clock.time = 5_000
    typing.expire()
    expect([typing.people('lobby').length, changed.length]).toEqual([0, 2])
    typing.set('lobby', { id: 'a', name: 'Ada' }, false)
    expect(changed).toHaveLength(2)
  })
})
