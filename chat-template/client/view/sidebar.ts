import type { Person, RoomSummary } from '../../shared/events.ts'
import { limits } from '../../shared/limits.ts'
import { avatar, h, icon, iconButton, plural } from './dom.ts'

export interface SidebarOptions {
  open: (room: string) => void
  leave: (room: string) => void
  /** Resolves with what went wrong, if anything did. */
  create: (title: string, hidden: boolean) => Promise<string | undefined>
  rename: () => void
}

export interface SidebarRoom {
  id: string
  title: string
  private: boolean
  people: number
  unread: number
}

/** The rooms one is in, the others, and a way to make one. */
export class Sidebar {
  readonly element: HTMLElement
  readonly #mine = h('ul', { class: 'rooms' })
  readonly #others = h('ul', { class: 'rooms' })
  readonly #othersTitle = h('h2', {}, 'More rooms')
  readonly #name = h('button', { type: 'button', class: 'me', title: 'Change your name' })
  readonly #options: SidebarOptions
  #signature = ''

  constructor(options: SidebarOptions) {
    this.#options = options
    this.#name.addEventListener('click', options.rename)
    const head = h(
      'div',
      { class: 'side-head' },
      h('img', { src: '/icon.svg', alt: '', width: 28, height: 28 }),
      'Chat',
    )
    head.append(iconButton('plus', 'New room', () => this.#ask()))
    const lists = h(
      'div',
      { class: 'lists' },
      h('h2', {}, 'Your rooms'),
      this.#mine,
      this.#othersTitle,
      this.#others,
    )
    const foot = h('div', { class: 'side-foot' }, this.#name)
    this.element = h(
      'nav',
      { class: 'sidebar', id: 'sidebar', attrs: { 'aria-label': 'Rooms' } },
      head,
      lists,
      foot,
    )
  }

  show(mine: SidebarRoom[], others: RoomSummary[], current: string | undefined, me: Person): void {
    if (this.#name.dataset.name !== me.name) {
      this.#name.dataset.name = me.name
      const hint = h('span', { class: 'hidden' }, ', change your name')
      this.#name.replaceChildren(
        avatar(me.id, me.name),
        h('span', { class: 'title' }, me.name),
        hint,
        icon('edit'),
      )
    }
    const signature = JSON.stringify([mine, others, current])
    if (signature === this.#signature) return
    this.#signature = signature
    const focused = (document.activeElement as HTMLElement | null)?.dataset?.room
    this.#mine.replaceChildren(...mine.map(room => this.#item(room, room.id === current, true)))
    this.#others.replaceChildren(...others.map(room => this.#item({ ...room, unread: 0 }, false, false)))
    this.#othersTitle.hidden = others.length === 0
    if (focused !== undefined)
      this.element.querySelector<HTMLElement>(`[data-room="${CSS.escape(focused)}"]`)?.focus()
  }

  #item(room: SidebarRoom, current: boolean, joined: boolean): HTMLElement {
    const open = (event: Event) => {
      event.preventDefault()
      this.#options.open(room.id)
    }
    const unread =
      room.unread > 0
        ? h('span', { class: 'unread' }, room.unread > 99 ? '99+' : String(room.unread))
        : undefined
    unread?.setAttribute('aria-label', plural(room.unread, 'unread message'))
    const people = h('span', { class: 'people', title: `${plural(room.people, 'person', 'people')} here` })
    people.append(icon('people'), h('span', {}, String(room.people)), h('span', { class: 'hidden' }, ' here'))
    const link = h(
      'a',
      {
        href: `/r/${encodeURIComponent(room.id)}`,
        class: `room${room.unread > 0 ? ' has-unread' : ''}`,
        on: { click: open },
      },
      icon(room.private ? 'lock' : 'hash'),
      h('span', { class: 'title' }, room.title),
      unread ?? people,
    )
    link.dataset.room = room.id
    if (current) link.setAttribute('aria-current', 'page')
    const item = h('li', {}, link)
    if (joined)
      item.append(iconButton('close', `Leave ${room.title}`, () => this.#options.leave(room.id), 'leave'))
    return item
  }

  /** Asks for the title of a new room. */
  #ask(): void {
    const title = h('input', {
      id: 'room-title',
      maxLength: limits.title,
      required: true,
      placeholder: 'Weekend plans',
    })
    const hidden = h('input', { type: 'checkbox', id: 'room-private' })
    const problem = h('p', { class: 'problem', attrs: { role: 'alert' } })
    const submit = async (event: Event) => {
      event.preventDefault()
      const failure = await this.#options.create(title.value.trim(), hidden.checked)
      if (failure === undefined) dialog.close()
      else problem.textContent = failure
    }
    const cancel: HTMLButtonElement = h(
      'button',
      { type: 'button', class: 'secondary', on: { click: () => dialog.close() } },
      'Cancel',
    )
    const form = h(
      'form',
      { class: 'dialog-form', on: { submit } },
      h('h2', { class: 'dialog-title', id: 'room-heading' }, 'New room'),
      h('label', { class: 'form-label', htmlFor: 'room-title' }, 'Title'),
      title,
      h('label', { class: 'check' }, hidden, h('span', {}, 'Private: only who has the link can find it')),
      problem,
      h(
        'div',
        { class: 'buttons' },
        cancel,
        h('button', { type: 'submit', class: 'primary' }, 'Create room'),
      ),
    )
    const dialog: HTMLDialogElement = h(
      'dialog',
      { attrs: { 'aria-labelledby': 'room-heading' }, on: { close: () => dialog.remove() } },
      form,
    )
    document.body.append(dialog)
    dialog.showModal()
  }
}
