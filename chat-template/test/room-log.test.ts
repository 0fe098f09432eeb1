import { describe, expect, it } from 'vitest'
import { Outbox } from '../client/outbox.ts'
import { RoomLog } from '../client/room-log.ts'
import type { Change, Entry, Message } from '../shared/events.ts'
import { mulberry32 } from './fuzz.ts'
import { keeper } from './person.ts'

const message = (seq: number, text = `text ${seq}`): Message => ({
  seq,
  clientMsgId: `m${seq}`,
  from: 'ada',
  name: 'Ada',
  text,
  at: seq,
})
const change = (seq: number, of: number, text: string | null): Change => ({ seq, of, text, at: seq })
const shown = (log: RoomLog) => log.messages.map(({ seq, text, deleted }) => [seq, deleted ? null : text])

describe('what a client has of a room', () => {
  it('is the same for the same entries, in whatever order and however often they come', () => {
    const entries: Entry[] = [
      ...[1, 2, 3, 5, 6, 8, 10].map(seq => message(seq)),
      change(4, 2, 'changed once'),
      change(7, 2, 'changed twice'),
      change(9, 3, null),
    ]
    const straight = new RoomLog()
    straight.settle(0)
    straight.add(entries.toSorted((a, b) => a.seq - b.seq))
    for (let seed = 0; seed < 200; seed++) {
      const random = mulberry32(seed)
      const mixed = [...entries, ...entries].sort(() => random() - 0.5)
      const log = new RoomLog()
      log.settle(0)
      for (const entry of mixed) log.add([entry])
      expect([seed, shown(log)]).toEqual([seed, shown(straight)])
      expect(log.settled).toBe(10)
    }
    expect(shown(straight)).toContainEqual([2, 'changed twice'])
    expect(shown(straight)).toContainEqual([3, null])
  })

  it('goes on only as far as there is no gap, and over a place that is known to stay empty', () => {
    const log = new RoomLog()
    expect(log.settled).toBe(-1)
    log.settle(3)
    log.add([message(5), message(6)])
    expect([log.settled, log.hasGap]).toEqual([3, true])
    log.settle(4)
    expect([log.settled, log.hasGap]).toEqual([6, false])
  })

  it('sees no gap in a place of which it was told that no message took it, whenever that is', () => {
    const log = new RoomLog()
    log.settle(3)
    log.add([message(6)])
    expect(log.add([{ seq: 4, void: true }, message(5)]).map(({ seq }) => seq)).toEqual([5])
    log.add([{ seq: 7, void: true }])
    log.add([{ seq: 2, void: true }])
    expect([log.settled, log.hasGap, shown(log).map(([seq]) => seq)]).toEqual([7, false, [5, 6]])
  })

  it('says which messages are new, once', () => {
    const log = new RoomLog()
    expect(log.add([message(1), message(2)])).toHaveLength(2)
    expect(log.add([message(2), message(3)]).map(({ seq }) => seq)).toEqual([3])
  })
})

describe('what waits to be sent', () => {
  const item = (id: string, at: number) =>
    ({ id, room: 'lobby', kind: 'send', text: id, at, state: 'queued' }) as const

  it('is there again after a reload, in its order, and no longer on its way', () => {
    const storage = keeper()
    const before = new Outbox(storage)
    before.add(item('b', 2))
    before.add(item('a', 1))
    before.update('a', { state: 'sending' })
    before.update('b', { state: 'failed', note: 'refused' })
    const after = new Outbox(storage)
    expect(after.items).toMatchObject([
      { id: 'a', state: 'queued' },
      { id: 'b', state: 'failed' },
    ])
    expect(after.next(() => true)?.id).toBe('a')
    after.remove('a')
    expect(new Outbox(storage).items).toHaveLength(1)
  })

  it('of two tabs does not overwrite each other, and survives nonsense and a full storage', () => {
    const storage = keeper()
    const [one, other] = [new Outbox(storage), new Outbox(storage)]
    one.add(item('a', 1))
    other.add(item('b', 2))
    storage.setItem('out:x', '{"broken')
    storage.setItem('out:y', '{"id":7}')
    expect(new Outbox(storage).items.map(({ id }) => id)).toEqual(['a', 'b'])
    const full = new Outbox({
      ...keeper(),
      setItem: () => {
        throw new Error('QuotaExceededError')
      },
    })
    full.add(item('a', 1))
    expect(full.items).toHaveLength(1)
  })
})
