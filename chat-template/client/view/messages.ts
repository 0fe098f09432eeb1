import type { Message, Person } from '../../shared/events.ts'
import type { Outgoing } from '../outbox.ts'
import type { RoomState } from '../room-state.ts'
import { h, plural } from './dom.ts'
import { type Row, type RowActions, renderRow, rowsFor } from './rows.ts'

/** Rows in the page at most: with 10,000 messages in a room it still lays out only these. */
const most = 300
const step = 100
const nearPx = 300

export interface MessagesOptions extends RowActions {
  loadOlder: (room: string) => Promise<void>
  seen: () => void
}

/** The scrolling list: a window over the messages that follows the newest one unless somebody is reading above. */
export class Messages {
  readonly element: HTMLElement
  readonly #list = h('ol', { class: 'rows' })
  readonly #scroll: HTMLElement
  readonly #newer: HTMLButtonElement
  readonly #options: MessagesOptions
  readonly #shown = new Map<string, { element: HTMLElement; signature: string }>()
  #room: RoomState | undefined
  #waiting: readonly Outgoing[] = []
  #you: Person = { id: '', name: '' }
  /** First and last place in the window; without a last one it follows the newest. */
  #from = 0
  #to: number | undefined
  #unseen = 0
  #newest = -1

  constructor(options: MessagesOptions) {
    this.#options = options
    const props = {
      class: 'scroll',
      tabIndex: 0,
      attrs: { role: 'log', 'aria-live': 'off', 'aria-label': 'Messages' },
    }
    this.#scroll = h('div', props, this.#list)
    this.#newer = h('button', {
      type: 'button',
      class: 'newer',
      hidden: true,
      on: { click: () => this.toNewest() },
    })
    this.element = h('div', { class: 'messages' }, this.#scroll, this.#newer)
    this.#scroll.addEventListener('scroll', () => this.#scrolled(), { passive: true })
    this.#scroll.addEventListener('keydown', event => this.#move(event))
    new ResizeObserver(() => {
      if (this.#to === undefined) this.#scroll.scrollTop = this.#scroll.scrollHeight
      this.#fill()
    }).observe(this.#scroll)
  }

  show(room: RoomState, waiting: readonly Outgoing[], you: Person): void {
    const other = this.#room?.id !== room.id
    this.#waiting = waiting
    this.#you = you
    this.#room = room
    const { messages } = room.log
    const last = messages.at(-1)?.seq ?? -1
    if (other) {
      this.#shown.clear()
      this.#list.replaceChildren()
      this.#newest = last
      this.#unseen = 0
    }
    if (other || this.#to === undefined) this.#follow(messages, other)
    else if (last > this.#newest)
      this.#unseen += messages.filter(message => message.seq > this.#newest).length
    this.#newest = Math.max(this.#newest, last)
    this.#render(other || this.#to === undefined)
    this.#fill()
  }

  toNewest(): void {
    if (this.#room === undefined) return
    this.#follow(this.#room.log.messages)
    this.#render(true)
  }

  /** Moves to the newest message only for who is there anyway, or has just written one. */
  #follow(messages: Message[], other = false): void {
    // Rows that fill a tall page stay, as long as they are not too many.
    const stay = !other && this.#to === undefined && messages.length - this.#first <= most
    const from = messages.at(-most / 2)?.seq ?? 0
    this.#from = stay ? Math.min(this.#from, from) : from
    this.#to = undefined
    this.#unseen = 0
    this.#options.seen()
  }

  /** A list that does not fill its place cannot be scrolled: what is above has to come by itself. */
  #fill(): void {
    if (this.#room?.state === 'joined' && this.#scroll.scrollTop < nearPx) void this.#up(this.#room)
  }

  /** The place of the first message in the window among all that are here. */
  get #first(): number {
    return Math.max(0, this.#room?.log.messages.findIndex(({ seq }) => seq >= this.#from) ?? 0)
  }

  #window(messages: Message[]): Message[] {
    const to = this.#to
    const inside = messages.filter(({ seq }) => seq >= this.#from && (to === undefined || seq <= to))
    // Who reads above while many write below: what they write waits outside.
    if (to !== undefined && inside.length > most + step) this.#to = inside[most - 1]!.seq
    return to !== undefined && inside.length > most + step ? inside.slice(0, most) : inside
  }

  #render(toBottom: boolean): void {
    const room = this.#room
    if (room === undefined) return
    const anchor = toBottom ? undefined : this.#anchor()
    const window = this.#window(room.log.messages)
    const newest = this.#to === undefined || window.at(-1) === room.log.messages.at(-1)
    const begun = room.log.settled >= 0 && !room.older && window[0] === room.log.messages[0]
    const rows = rowsFor(window, newest ? this.#waiting : [], this.#you, begun ? room.summary : undefined)
    this.#reconcile(rows)
    if (toBottom) this.#scroll.scrollTop = this.#scroll.scrollHeight
    else if (anchor !== undefined) {
      const now = this.#shown.get(anchor.key)?.element
      if (now !== undefined) this.#scroll.scrollTop += now.offsetTop - anchor.top
    }
    this.#newer.hidden = this.#to === undefined
    this.#newer.textContent =
      this.#unseen > 0 ? `${plural(this.#unseen, 'new message')} ↓` : 'Jump to newest ↓'
  }

  #reconcile(rows: Row[]): void {
    const wanted = new Set(rows.map(row => row.key))
    for (const [key, { element }] of this.#shown) {
      if (wanted.has(key)) continue
      element.remove()
      this.#shown.delete(key)
    }
    let next = this.#list.firstElementChild
    for (const row of rows) {
      const known = this.#shown.get(row.key)
      let element = known?.element
      if (known === undefined || known.signature !== row.signature) {
        element = renderRow(row, this.#options)
        known?.element.replaceWith(element)
        if (known?.element === next) next = element
        this.#shown.set(row.key, { element, signature: row.signature })
      }
      if (element === next) next = next?.nextElementSibling ?? null
      else this.#list.insertBefore(element!, next)
    }
  }

  /** A message that is in sight and will still be there: what is read must not jump. */
  #anchor(): { key: string; top: number } | undefined {
    const top = this.#scroll.scrollTop
    let best: { key: string; top: number } | undefined
    for (const [key, { element }] of this.#shown) {
      const inSight = key.startsWith('m ') && element.offsetTop + element.offsetHeight > top
      if (inSight && element.offsetTop < (best?.top ?? Number.POSITIVE_INFINITY))
        best = { key, top: element.offsetTop }
    }
    return best
  }

  #scrolled(): void {
    const room = this.#room
    if (room === undefined) return
    const { scrollTop, scrollHeight, clientHeight } = this.#scroll
    const { messages } = room.log
    const window = this.#window(messages)
    const last = window.at(-1)
    const below = scrollHeight - scrollTop - clientHeight
    const complete = last === messages.at(-1)
    if (below < 40 && complete) {
      if (this.#to !== undefined) {
        this.#to = undefined
        this.#unseen = 0
        this.#options.seen()
        this.#render(false)
      }
    } else if (this.#to === undefined && last !== undefined) {
      this.#to = Number.MAX_SAFE_INTEGER
      this.#render(false)
    }
    if (scrollTop < nearPx) void this.#up(room)
    else if (below < nearPx && !complete && last !== undefined) this.#down(messages, messages.indexOf(last))
  }

  async #up(room: RoomState): Promise<void> {
    const { messages } = room.log
    if (this.#first === 0 && room.older) {
      await this.#options.loadOlder(room.id)
      // Somebody has gone to another room meanwhile: the window is that one's now.
      if (this.#room !== room) return
    }
    const at = this.#first
    // Who follows the newest message keeps it, however tall the page is.
    const least = this.#to === undefined ? messages.length - most : 0
    const from = Math.max(0, at - step, least)
    if (from >= at) return
    this.#from = from === 0 ? 0 : messages[from]!.seq
    if (messages.length - from > most) this.#to = messages[from + most - 1]!.seq
    this.#render(this.#to === undefined)
    this.#fill()
  }

  #down(messages: Message[], last: number): void {
    const to = Math.min(messages.length - 1, last + step)
    this.#to = to === messages.length - 1 ? Number.MAX_SAFE_INTEGER : messages[to]!.seq
    this.#from = messages[Math.max(0, to - most + 1)]!.seq
    this.#render(false)
  }

  /** Arrow keys go from message to message; only the one in hand is in the tab order. */
  #move(event: KeyboardEvent): void {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (step === undefined) return
    const rows = [...this.#list.querySelectorAll<HTMLElement>('[data-seq]')]
    const here = rows.findIndex(row => row.contains(document.activeElement))
    const next = rows[here === -1 ? rows.length - 1 : here + step]
    if (next === undefined) return
    event.preventDefault()
    for (const row of rows) {
      for (const stop of [row, ...row.querySelectorAll('button')]) stop.tabIndex = row === next ? 0 : -1
    }
    next.focus()
    next.scrollIntoView({ block: 'nearest' })
  }
}
