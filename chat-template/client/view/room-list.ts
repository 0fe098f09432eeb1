import { h, icon, iconButton, plural } from './dom.ts'

export interface SidebarRoom {
  id: string
  title: string
  private: boolean
  people: number
  unread: number
}

type Act = (room: string) => void

/** Links to rooms, updated in place: a new element would take the focus, and a click that is half done, with it. */
export class RoomList {
  readonly element = h('ul', { class: 'rooms' })
  readonly #open: Act
  readonly #leave: Act | undefined
  readonly #links = new Map<string, RoomLink>()

  /** `leave`: only from rooms that one is in. */
  constructor(open: Act, leave?: Act) {
    this.#open = open
    this.#leave = leave
  }

  show(rooms: SidebarRoom[], current?: string): void {
    const wanted = new Set(rooms.map(room => room.id))
    for (const [id, { element }] of this.#links) {
      if (wanted.has(id)) continue
      element.remove()
      this.#links.delete(id)
    }
    let next = this.element.firstElementChild
    for (const room of rooms) {
      const link = this.#links.get(room.id) ?? new RoomLink(room, this.#open, this.#leave)
      this.#links.set(room.id, link)
      link.show(room, room.id === current)
      if (link.element === next) next = next.nextElementSibling
      else this.element.insertBefore(link.element, next)
    }
  }
}

class RoomLink {
  readonly element: HTMLElement
  readonly #link: HTMLAnchorElement
  readonly #title = h('span', { class: 'title' })
  readonly #unread = h('span', { class: 'unread' })
  readonly #count = h('span')
  readonly #people = h('span', { class: 'people' }, icon('people'), this.#count)
  readonly #leave: HTMLButtonElement | undefined
  #icon = icon('hash')
  #private = false

  constructor(room: SidebarRoom, open: Act, leave: Act | undefined) {
    const click = (event: Event) => {
      event.preventDefault()
      open(room.id)
    }
    this.#people.append(h('span', { class: 'hidden' }, ' here'))
    const href = `/r/${encodeURIComponent(room.id)}`
    this.#link = h('a', { href, on: { click } }, this.#icon, this.#title, this.#unread, this.#people)
    this.#link.dataset.room = room.id
    this.#leave = leave && iconButton('close', '', () => leave(room.id), 'leave')
    this.element = h('li', {}, this.#link, this.#leave)
  }

  show(room: SidebarRoom, current: boolean): void {
    const { title, people, unread } = room
    this.#link.className = `room${unread > 0 ? ' has-unread' : ''}`
    if (current) this.#link.setAttribute('aria-current', 'page')
    else this.#link.removeAttribute('aria-current')
    this.#showKind(room.private)
    this.#title.textContent = title
    this.#unread.hidden = unread === 0
    this.#unread.textContent = unread > 99 ? '99+' : String(unread)
    this.#unread.setAttribute('aria-label', plural(unread, 'unread message'))
    this.#people.hidden = unread > 0
    this.#people.title = `${plural(people, 'person', 'people')} here`
    this.#count.textContent = String(people)
    if (this.#leave === undefined) return
    this.#leave.title = `Leave ${title}`
    this.#leave.setAttribute('aria-label', `Leave ${title}`)
  }

  /** Known only when the room has answered. */
  #showKind(hidden: boolean): void {
    if (this.#private === hidden) return
    this.#private = hidden
    const drawn = icon(hidden ? 'lock' : 'hash')
    this.#icon.replaceWith(drawn)
    this.#icon = drawn
  }
}
