import type { Listed, Person } from '../../shared/events.ts'
import { limits } from '../../shared/limits.ts'
import { avatar, h, icon, iconButton } from './dom.ts'
import { RoomList, type SidebarRoom } from './room-list.ts'

export interface SidebarOptions {
  open: (room: string) => void
  leave: (room: string) => void
  /** Resolves with what went wrong, if anything did. */
  create: (title: string, hidden: boolean) => Promise<string | undefined>
  rename: () => void
}

/** The rooms one is in, the others, and a way to make one. */
export class Sidebar {
  readonly element: HTMLElement
  readonly #mine: RoomList
  readonly #others: RoomList
  readonly #othersTitle = h('h2', {}, 'More rooms')
  readonly #unlisted = h('p', { class: 'unlisted' }, 'There are others, reached by their link.')
  readonly #name = h('button', { type: 'button', class: 'me', title: 'Change your name' })
  readonly #options: SidebarOptions
  #signature = ''

  constructor(options: SidebarOptions) {
    this.#options = options
    this.#mine = new RoomList(options.open, options.leave)
    this.#others = new RoomList(options.open)
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
      this.#mine.element,
      this.#othersTitle,
      this.#others.element,
      this.#unlisted,
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

  show(mine: SidebarRoom[], others: Listed, current: string | undefined, me: Person): void {
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
    const held = document.activeElement as HTMLElement | null
    this.#mine.show(mine, current)
    this.#others.show(others.rooms.map(room => ({ ...room, unread: 0 })))
    this.#othersTitle.hidden = others.rooms.length === 0
    this.#unlisted.hidden = !others.more
    this.#keepFocus(held)
  }

  /** What has the keyboard keeps it in another place, and hands it to the same room's link in the other list. */
  #keepFocus(held: HTMLElement | null): void {
    if (held === null || held === document.activeElement) return
    const { room } = held.dataset
    if (this.element.contains(held)) held.focus()
    else if (room !== undefined)
      this.element.querySelector<HTMLElement>(`[data-room="${CSS.escape(room)}"]`)?.focus()
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
