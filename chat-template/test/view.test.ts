import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Chat } from '../client/chat.ts'
import { Drafts } from '../client/drafts.ts'
import { Announcer } from '../client/view/announcer.ts'
import { Composer } from '../client/view/composer.ts'
import { Connection } from '../client/view/connection.ts'
import { Sidebar } from '../client/view/sidebar.ts'
import { type FakeElement, fake, fakeDocument } from './fake-dom.ts'
import { keeper } from './person.ts'

const ada = { id: 'ada', name: 'Ada' }
beforeEach(fakeDocument)
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('the field where one writes', () => {
  const send = vi.fn()
  const done = vi.fn()
  let composer: Composer
  let field: FakeElement
  beforeEach(() => {
    vi.resetAllMocks()
    open(new Drafts(keeper(), keeper()))
  })
  const open = (drafts: Drafts) => {
    composer = new Composer({ drafts, send, typing: () => undefined, editLast: () => undefined })
    composer.open('lobby', 'Lobby')
    field = fake(composer.element).querySelectorAll('textarea')[0]!
  }
  const write = (text: string) => {
    field.value = text
    field.happen('input')
  }
  const press = (key: string) => field.happen('keydown', { key })

  it('has the draft again after two edits and Escape, and after a message of another room', () => {
    write('half a thought')
    composer.edit(1, 'the first', done)
    composer.edit(2, 'the second', done)
    press('Escape')
    expect(field.value).toBe('half a thought')
    composer.edit(1, 'the first', done)
    composer.open('side', 'Side')
    expect(field.value).toBe('')
    composer.open('lobby', 'Lobby')
    expect(field.value).toBe('half a thought')
    press('Enter')
    expect(send).toHaveBeenCalledExactlyOnceWith('half a thought')
    expect([field.value, done.mock.calls]).toEqual(['', []])
  })

  it('goes on with a change that was left half written, over another one, another room and a reload', () => {
    const [tab, shared] = [keeper(), keeper()]
    open(new Drafts(tab, shared))
    composer.edit(1, 'a tpyo', done)
    write('a typo, and m')
    composer.edit(2, 'another', done)
    expect(field.value).toBe('another')
    composer.open('side', 'Side')
    composer.edit(1, 'of the side room', done)
    expect(field.value).toBe('of the side room')
    open(new Drafts(tab, shared))
    expect(field.value).toBe('')
    composer.edit(1, 'a tpyo', done)
    expect(field.value).toBe('a typo, and m')
  })

  it('begins with the message itself when the change before was saved or left', () => {
    composer.edit(1, 'a tpyo', done)
    write('a typo')
    press('Enter')
    expect(done).toHaveBeenCalledExactlyOnceWith('a typo')
    composer.edit(1, 'a typo', done)
    expect(field.value).toBe('a typo')
    write('never mind')
    press('Escape')
    composer.edit(1, 'a typo', done)
    expect(field.value).toBe('a typo')
  })
})

describe('the connection', () => {
  it('says by which transport and how fast, and neither while there is none', () => {
    const connection = new Connection()
    const show = (online: boolean, roundTripMs?: number) => {
      const chat = {
        online,
        healthy: true,
        replica: 'chat-2',
        offlineSince: Date.now(),
        outbox: { items: [] },
      }
      connection.show(chat as unknown as Chat, { transport: 'polling', roundTripMs })
      return fake(connection.badge).children.map(({ textContent }) => textContent)
    }
    expect(show(true)).toEqual(['', 'chat-2', 'polling'])
    expect(show(true, 42)).toEqual(['', 'chat-2', 'polling · 42 ms'])
    expect(show(false, 42)).toEqual(['', 'offline', ''])
  })

  it('is told once for each change to who listens, and counts the seconds where nobody has to', () => {
    vi.useFakeTimers()
    const connection = new Connection()
    const said: string[] = []
    const show = (chat: Partial<Chat>) => {
      const line = { transport: 'websocket', roundTripMs: 1 }
      connection.show({ outbox: { items: [] }, ...chat } as unknown as Chat, line)
      const now = fake(connection.said).textContent
      if (now !== (said.at(-1) ?? '')) said.push(now)
    }
    const offline = { online: false, offlineSince: Date.now() }
    show({ online: true, healthy: true })
    show(offline)
    expect(said).toEqual([])
    const counted = new Set<string>()
    for (let seconds = 0; seconds < 5; seconds++) {
      vi.advanceTimersByTime(1_000)
      show(offline)
      counted.add(fake(connection.banner).textContent)
    }
    expect(counted.size).toBe(5)
    for (const name of ['role', 'aria-live']) expect(fake(connection.banner).getAttribute(name)).toBeNull()
    show({ online: true, healthy: true })
    show({ online: true, healthy: false })
    expect(said).toEqual([
      expect.stringContaining('no connection'),
      expect.stringContaining('as usual'),
      expect.stringContaining('is away'),
    ])
    expect(fake(connection.said).getAttribute('role')).toBe('status')
  })
})

describe('what is said to who listens', () => {
  it('is all of a frame: three of them, and how many more', () => {
    let frame: () => void = () => undefined
    vi.stubGlobal('requestAnimationFrame', (draw: () => void) => {
      frame = draw
    })
    const announcer = new Announcer()
    const heard = () => fake(announcer.element).children.map(({ textContent }) => textContent)
    for (const text of ['Ada: one', 'Grace: two']) announcer.say(text)
    frame()
    expect(heard()).toEqual(['Ada: one', 'Grace: two'])
    for (let at = 1; at <= 7; at++) announcer.say(`Ada: ${at}`)
    frame()
    expect(heard()).toEqual(['Ada: 1', 'Ada: 2', 'Ada: 3', 'and 4 more'])
    expect(fake(announcer.element).getAttribute('aria-live')).toBe('polite')
  })
})

describe('the list of rooms', () => {
  const room = (id: string, more = {}) => ({ id, title: id, private: false, people: 1, unread: 0, ...more })
  const open = vi.fn()
  const leave = vi.fn()
  const rooms = () => {
    const sidebar = new Sidebar({ open, leave, create: async () => undefined, rename: () => undefined })
    const show = (
      mine: ReturnType<typeof room>[],
      others: ReturnType<typeof room>[] = [],
      current = 'lobby',
      more = false,
    ) => sidebar.show(mine, { rooms: others.map(other => ({ ...other, head: 0 })), more }, current, ada)
    const all = (name: string) => fake(sidebar.element).querySelectorAll(name)
    return { show, all, links: () => all('.rooms').flatMap(list => list.querySelectorAll('a')) }
  }

  it('says that there are rooms which it does not have', () => {
    const { show, all } = rooms()
    const hint = () => all('.unlisted').map(({ hidden }) => hidden)
    show([room('lobby')], [room('side')])
    expect(hint()).toEqual([true])
    show([room('lobby')], [room('side')], 'lobby', true)
    expect(hint()).toEqual([false])
  })

  it('keeps what one is about to press while counts, titles and unread messages change', () => {
    const { show, all, links } = rooms()
    show([room('lobby'), room('side')])
    const [before, buttons] = [links(), all('.leave')]
    buttons[1]!.focus()
    show([room('lobby', { people: 7, unread: 120 }), room('side', { title: 'Side room', private: true })])
    expect([...links(), ...all('.leave')].map((now, at) => now === [...before, ...buttons][at])).toEqual([
      true,
      true,
      true,
      true,
    ])
    expect(document.activeElement).toBe(buttons[1])
    expect(buttons[1]!.getAttribute('aria-label')).toBe('Leave Side room')
    expect(all('.unread').map(({ hidden, textContent }) => [hidden, textContent])).toEqual([
      [false, '99+'],
      [true, '0'],
    ])
    expect(all('.people').map(({ hidden }) => hidden)).toEqual([true, false])
    expect(links().map(link => link.getAttribute('aria-current'))).toEqual(['page', null])
    buttons[1]!.happen('click')
    expect(leave).toHaveBeenCalledExactlyOnceWith('side')
    before[0]!.happen('click')
    expect(open).toHaveBeenCalledExactlyOnceWith('lobby')
  })

  it('follows the order in which rooms are listed, and moves a room that one enters', () => {
    const { show, links } = rooms()
    const ids = () => links().map(link => link.dataset.room)
    show([room('lobby')], [room('a'), room('b'), room('c')])
    const a = links()[1]
    show([room('lobby')], [room('c'), room('a'), room('d'), room('b')])
    expect(ids()).toEqual(['lobby', 'c', 'a', 'd', 'b'])
    expect(links()[2]).toBe(a)
    show([room('lobby'), room('d')], [room('b'), room('c')])
    expect(ids()).toEqual(['lobby', 'd', 'b', 'c'])
  })
})
