import { describe, expect, it } from 'vitest'
import { Presence, type PresenceNews } from '../server/presence.ts'
import { Typing } from '../server/typing.ts'

/** Replicas that hear one another at once, or not at all. */
function replicas(count: number) {
  const clock = { time: 0, now: () => clock.time }
  const lost = new Set<Presence>()
  const all: Presence[] = []
  for (let at = 0; at < count; at++) {
    const send = (news: PresenceNews) => {
      if (lost.has(all[at]!)) return
      for (const other of all)
        if (other !== all[at] && !lost.has(other)) other.hear(JSON.parse(JSON.stringify(news)))
    }
    all.push(new Presence({ id: `r${at}`, clock, send, changed: () => undefined }))
  }
  return { all: all as [Presence, Presence, ...Presence[]], clock, lost }
}
const names = (presence: Presence) => presence.people('lobby').map(({ name }) => name)

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
    const { all, lost } = replicas(2)
    const [one, two] = all
    one.beat()
    lost.add(two)
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
