import { describe, expect, it } from 'vitest'
import { Drafts } from '../client/drafts.ts'
import { KeptRooms } from '../client/kept-rooms.ts'
import type { Keeper } from '../client/outbox.ts'
import { limits } from '../shared/limits.ts'
import { keeper } from './person.ts'

/** A storage that takes nothing any more. */
function full(of: Keeper = keeper()): Keeper {
  return {
    ...of,
    setItem: () => {
      throw new Error('QuotaExceededError')
    },
  }
}

describe('the rooms of several tabs', () => {
  it('are all kept, whichever tab entered or left one', () => {
    const storage = keeper()
    const [one, other] = [new KeptRooms(storage), new KeptRooms(storage)]
    one.add('lobby')
    other.add('lobby')
    one.add('p-of-one')
    other.add('side')
    expect(new KeptRooms(storage).ids).toEqual(['lobby', 'p-of-one', 'side'])
    one.remove('lobby')
    other.add('p-of-other')
    expect(new KeptRooms(storage).ids).toEqual(['p-of-one', 'side', 'p-of-other'])
  })

  it('are as many as one may be in', () => {
    const storage = keeper()
    const ids = Array.from({ length: limits.rooms }, (_, at) => `room-${at}`)
    for (const id of ids) new KeptRooms(storage).add(id)
    expect(new KeptRooms(storage).ids).toEqual(ids)
  })

  it('stay as they were in a full storage, and survive nonsense', () => {
    const storage = keeper()
    new KeptRooms(storage).add('lobby')
    const rooms = new KeptRooms(full(storage))
    rooms.add('side')
    rooms.remove('lobby')
    expect(rooms.ids).toEqual(['lobby'])
    for (const nonsense of ['{"broken', '7', '[1, null]']) {
      storage.setItem('rooms', nonsense)
      expect(new KeptRooms(storage).ids).toEqual([])
    }
  })
})

describe('what several tabs have half written', () => {
  const key = 'draft:lobby'
  /** A browser: each tab has a storage of its own and one that it shares with the others. */
  const browser = () => {
    const shared = keeper()
    const tab = (own = keeper()) => ({
      drafts: new Drafts(own, shared),
      reload: () => new Drafts(own, shared),
    })
    return { shared, tab }
  }

  it('is there after a reload, and in the next tab when this one was closed', () => {
    const { tab } = browser()
    const one = tab()
    one.drafts.set(key, 'half a thought')
    expect(one.reload().get(key)).toBe('half a thought')
    expect(tab().drafts.get(key)).toBe('half a thought')
    one.drafts.remove(key)
    expect(one.reload().get(key)).toBe('')
    expect(tab().drafts.get(key)).toBe('')
  })

  it.each(['before', 'after'])('outlasts what another tab sends that was opened %s', when => {
    const { tab } = browser()
    const one = tab()
    const early = tab()
    early.drafts.get(key)
    one.drafts.set(key, 'half a thought')
    const other = when === 'before' ? early : tab()
    for (const text of ['o', 'ok', '']) other.drafts.set(key, text)
    expect(one.reload().get(key)).toBe('half a thought')
    expect(other.drafts.get(key)).toBe('')
  })

  it('is not lost with its tab because another one has sent something', () => {
    const { tab } = browser()
    const other = tab()
    other.drafts.get(key)
    tab().drafts.set(key, 'half a thought')
    for (const text of ['o', 'ok', '']) other.drafts.set(key, text)
    expect(tab().drafts.get(key)).toBe('half a thought')
  })

  it('lives as long as the page in a full storage, and no half of it comes back later', () => {
    const own = keeper()
    const shared = keeper()
    let room = true
    const filling = (of: Keeper): Keeper => ({
      ...of,
      setItem: (name, text) => (room ? of : full()).setItem(name, text),
    })
    const drafts = new Drafts(filling(own), filling(shared))
    drafts.set(key, 'half')
    room = false
    drafts.set(key, 'half a thought')
    drafts.set('draft:side', 'elsewhere')
    expect([drafts.get(key), drafts.get('draft:side')]).toEqual(['half a thought', 'elsewhere'])
    drafts.remove(key)
    expect([drafts.get(key), new Drafts(own, shared).get(key)]).toEqual(['', ''])
  })
})
