import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { newRoom, type RoomState } from '../client/room-state.ts'
import { Messages } from '../client/view/messages.ts'
import { fake, fakeDocument } from './fake-dom.ts'

const ada = { id: 'ada', name: 'Ada' }
beforeEach(fakeDocument)
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('the messages', () => {
  const fill = (room: RoomState, from: number, to: number) => {
    for (let seq = from; seq <= to; seq++)
      room.log.add([{ seq, clientMsgId: `m${seq}`, from: 'grace', name: 'Grace', text: `${seq}`, at: seq }])
    room.log.settle(to)
  }

  const nothing = () => undefined
  const actions = { edit: nothing, remove: nothing, retry: nothing, discard: nothing, seen: nothing }

  it('asks for older ones without being scrolled, as long as there is room for them', async () => {
    const room = newRoom('lobby')
    const messages = new Messages({
      ...actions,
      loadOlder: async () => {
        const { oldest } = room.log
        fill(room, Math.max(1, oldest - 50), oldest - 1)
        room.older = oldest > 51
        messages.show(room, [], ada)
      },
    })
    // The newest page holds nothing but changes.
    room.log.settle(400)
    Object.assign(room, { older: true, state: 'joined' })
    const all = (name: string) => fake(messages.element).querySelectorAll(name)
    const [scroll] = all('.scroll')
    const rowPx = 10
    Object.defineProperties(scroll, {
      clientHeight: { value: 2_300 },
      scrollHeight: { get: () => Math.max(2_300, all('.text').length * rowPx) },
      scrollTop: { get: () => scroll!.scrollHeight - 2_300, set: () => undefined },
    })
    messages.show(room, [], ada)
    await vi.waitUntil(() => all('.text').length * rowPx > 2_300)
    await new Promise(resolve => setTimeout(resolve, 0))
    expect(all('.text').at(-1)!.textContent).toBe('400')
    expect(all('.newer')[0]!.hidden).toBe(true)
    fill(room, 401, 500)
    messages.show(room, [], ada)
    // The store has begun anew: its places are lower than those that were here.
    room.log.reset()
    fill(room, 1, 3)
    room.older = false
    messages.show(room, [], ada)
    expect(all('.text').map(({ textContent }) => textContent)).toEqual(['1', '2', '3'])
  })

  it('leaves the window of a room alone when older ones of the room before come late', async () => {
    let arrive: () => void = () => undefined
    const loadOlder = () =>
      new Promise<void>(resolve => {
        arrive = resolve
      })
    const messages = new Messages({ ...actions, loadOlder })
    const [before, now] = [newRoom('before'), newRoom('now')]
    fill(before, 301, 400)
    before.older = true
    fill(now, 1, 250)
    const all = (name: string) => fake(messages.element).querySelectorAll(name)
    messages.show(before, [], ada)
    const [scroll] = all('.scroll')
    Object.assign(scroll!, { scrollHeight: 10_000, clientHeight: 500 }).happen('scroll')
    messages.show(now, [], ada)
    const shown = all('.text').map(({ textContent }) => textContent)
    expect(shown).toHaveLength(150)
    fill(before, 1, 300)
    before.older = false
    arrive()
    await new Promise(resolve => setTimeout(resolve, 0))
    expect(all('.text').map(({ textContent }) => textContent)).toEqual(shown)
    expect(all('.newer')[0]!.hidden).toBe(true)
  })
})
