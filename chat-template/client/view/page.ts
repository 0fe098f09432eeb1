import type { Listed, Person } from '../../shared/events.ts'
import type { Chat } from '../chat.ts'
import type { Drafts } from '../drafts.ts'
import type { RoomState } from '../room-state.ts'
import { Announcer } from './announcer.ts'
import { Composer } from './composer.ts'
import { Connection, type Line } from './connection.ts'
import { avatar, h, icon, iconButton, plural } from './dom.ts'
import { Messages } from './messages.ts'
import { Sidebar } from './sidebar.ts'

export interface PageOptions {
  chat: Chat
  drafts: Drafts
  /** Whom the cookie knows, until the server has said it again. */
  me: Person
  line: () => Line
  open: (room: string) => void
  leave: (room: string) => void
  create: (title: string, hidden: boolean) => Promise<string | undefined>
  rename: () => void
  loadOlder: (room: string) => Promise<void>
}

/** The whole page: rooms at the side, one room in the middle, who is in it at the other side. */
export class Page {
  readonly connection = new Connection()
  readonly #sidebar: Sidebar
  readonly #messages: Messages
  readonly #composer: Composer
  readonly #title = h('h1', {})
  readonly #count = h('span', {})
  readonly #people = h('ul', { class: 'people-list' })
  readonly #typing = h('p', { class: 'typing', attrs: { 'aria-live': 'polite' } })
  readonly #heard = new Announcer()
  readonly #room = h('section', { class: 'room-pane' })
  readonly #empty = h('div', { class: 'empty' })
  readonly #shell: HTMLElement
  readonly #options: PageOptions
  #current: string | undefined

  constructor(root: HTMLElement, options: PageOptions) {
    this.#options = options
    const { chat, drafts } = options
    const change = (seq: number, text: string) =>
      this.#composer.edit(seq, text, changed => changed !== text && chat.edit(this.#current!, seq, changed))
    this.#messages = new Messages({
      edit: change,
      remove: seq => chat.remove(this.#current!, seq),
      retry: id => chat.retry(id),
      discard: id => chat.discard(id),
      loadOlder: options.loadOlder,
      seen: () => this.#seen(),
    })
    this.#composer = new Composer({
      drafts,
      send: text => {
        chat.send(this.#current!, text)
        this.#messages.toNewest()
      },
      typing: on => chat.typing(this.#current!, on),
      editLast: () => {
        const messages = chat.rooms.get(this.#current!)?.log.messages ?? []
        const own = messages.findLast(message => message.from === chat.you?.id && !message.deleted)
        if (own !== undefined) change(own.seq, own.text)
      },
    })
    this.#sidebar = new Sidebar(options)
    const panel = h(
      'aside',
      { class: 'people-pane', attrs: { 'aria-label': 'People here' } },
      h('h2', {}, 'Here now'),
      this.#people,
    )
    const peopleButton = h('button', {
      type: 'button',
      class: 'people-button',
      on: { click: () => this.#toggle('people') },
    })
    peopleButton.append(icon('people'), this.#count)
    const head = h(
      'header',
      {},
      iconButton('menu', 'Rooms', () => this.#toggle('rooms'), 'menu'),
      this.#title,
    )
    head.append(
      this.connection.badge,
      iconButton('link', 'Copy the link to this room', () => void this.#copyLink()),
      peopleButton,
    )
    this.#room.append(this.#messages.element, this.#typing, this.#composer.element)
    const main = h('main', { id: 'main' }, head, this.connection.banner, this.#room, this.#empty)
    main.append(this.connection.said, this.#heard.element)
    const veil = h('div', { class: 'veil', on: { click: () => this.#close() } })
    const skip = h('a', { class: 'skip', href: '#composer' }, 'Skip to the message field')
    this.#shell = h('div', { class: 'shell' }, skip, this.#sidebar.element, main, panel, veil)
    this.#shell.addEventListener('keydown', event => event.key === 'Escape' && this.#close())
    root.replaceChildren(this.#shell)
    document.addEventListener('visibilitychange', () => this.#seen())
  }

  /** Draws what has changed. */
  show(current: string | undefined, listed: Listed): void {
    const { chat, me } = this.#options
    const entered = current !== this.#current
    this.#current = current
    this.connection.show(chat, this.#options.line())
    const mine = [...chat.rooms.values()].filter(room => room.state !== 'missing')
    const rooms = mine.map(({ id, summary, count, unread }) => {
      const known = summary ?? listed.rooms.find(room => room.id === id)
      return {
        id,
        title: known?.title ?? id,
        private: known?.private ?? false,
        people: count || (known?.people ?? 0),
        unread,
      }
    })
    const others = listed.rooms.filter(room => !chat.rooms.has(room.id))
    this.#sidebar.show(rooms, { rooms: others, more: listed.more }, current, chat.you ?? me)
    const room = current === undefined ? undefined : chat.rooms.get(current)
    this.#showRoom(room, entered)
    this.#showTitle(mine)
  }

  /** For who listens instead of looking. */
  announce(text: string): void {
    this.#heard.say(text)
  }

  /** For everybody, for a moment. */
  note(text: string): void {
    this.announce(text)
    const toast = h('div', { class: 'toast' }, text)
    document.body.append(toast)
    setTimeout(() => toast.remove(), 2_500)
  }

  closePanels(): void {
    this.#close()
  }

  #showRoom(room: RoomState | undefined, entered: boolean): void {
    const { chat } = this.#options
    const there = room !== undefined && room.state !== 'missing' && room.state !== 'refused'
    this.#room.hidden = !there
    this.#empty.hidden = there
    this.#title.textContent = room?.summary?.title ?? room?.id ?? 'Chat'
    if (!there) {
      this.#showEmpty(room)
      return
    }
    const waiting = chat.outbox.items.filter(item => item.room === room.id)
    this.#messages.show(room, waiting, chat.you ?? this.#options.me)
    this.#composer.open(room.id, room.summary?.title ?? room.id)
    if (entered && matchMedia('(hover: hover)').matches) this.#composer.focus()
    this.#count.textContent = String(room.count)
    this.#count.parentElement!.setAttribute('aria-label', `${plural(room.count, 'person', 'people')} here`)
    const more = room.count - room.people.length
    const people = room.people.map(({ id, name }) =>
      h(
        'li',
        {},
        avatar(id, name),
        h('span', { class: 'title' }, name),
        id === chat.you?.id && h('span', { class: 'you' }, 'you'),
      ),
    )
    if (more > 0) people.push(h('li', { class: 'muted' }, `and ${more} more`))
    this.#people.replaceChildren(...people)
    const names = room.typing.map(person => person.name)
    const typing =
      names.length === 0 ? '' : names.length > 3 ? 'Several people are typing' : `${list(names)} typing`
    if (this.#typing.textContent !== typing) this.#typing.textContent = typing
  }

  #showEmpty(room: RoomState | undefined): void {
    const text =
      room === undefined
        ? 'Choose a room, or make one.'
        : room.state === 'missing'
          ? `There is no room “${room.id}”. The link may be old, or mistyped.`
          : `You cannot enter “${room.id}”.`
    if (this.#empty.textContent?.startsWith(text)) return
    const back = h('button', { type: 'button', class: 'secondary' }, 'Go to the lobby')
    back.addEventListener('click', () => this.#options.open('lobby'))
    const emblem = h('span', { class: 'emblem' }, icon('hash'))
    this.#empty.replaceChildren(h('div', { class: 'intro' }, emblem, h('p', {}, text), back))
  }

  #showTitle(rooms: RoomState[]): void {
    const unread = rooms.reduce((sum, room) => sum + room.unread, 0)
    const title = `${unread > 0 ? `(${unread}) ` : ''}${this.#title.textContent ?? 'Chat'}`
    if (document.title !== title) document.title = title
  }

  #seen(): void {
    const room = this.#options.chat.rooms.get(this.#current ?? '')
    if (room === undefined || document.hidden || room.unread === 0) return
    room.unread = 0
    this.#showTitle([...this.#options.chat.rooms.values()])
  }

  async #copyLink(): Promise<void> {
    const copied = await navigator.clipboard?.writeText(location.href).then(
      () => true,
      () => false,
    )
    this.note(copied ? 'Link copied' : location.href)
  }

  #toggle(panel: 'rooms' | 'people'): void {
    const open = this.#shell.dataset.open === panel
    this.#close()
    if (open) return
    this.#shell.dataset.open = panel
    if (panel === 'rooms') this.#sidebar.element.querySelector<HTMLElement>('a')?.focus()
  }

  #close(): void {
    delete this.#shell.dataset.open
  }
}

function list(names: string[]): string {
  const be = names.length === 1 ? 'is' : 'are'
  return `${names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`} ${be}`
}
