import { limits } from '../../shared/limits.ts'
import type { Drafts } from '../drafts.ts'
import { h, icon } from './dom.ts'

export interface ComposerOptions {
  send: (text: string) => void
  typing: (on: boolean) => void
  /** Edits the newest own message. */
  editLast: () => void
  drafts: Drafts
}

const typingEveryMs = 2_000

/** Where one writes. What is half written is kept, per room and edited message, over a change of room and a reload. */
export class Composer {
  readonly element: HTMLFormElement
  readonly #input: HTMLTextAreaElement
  readonly #count: HTMLElement
  readonly #mode: HTMLElement
  readonly #options: ComposerOptions
  #room = ''
  #editing: { key: string; text: string; done: (text: string) => void } | undefined
  #toldAt = 0

  constructor(options: ComposerOptions) {
    this.#options = options
    this.#input = h('textarea', {
      id: 'composer',
      rows: 1,
      maxLength: limits.text,
      placeholder: 'Write a message',
      attrs: { 'aria-label': 'Message', enterkeyhint: 'send' },
      on: { input: () => this.#written(), keydown: (event: KeyboardEvent) => this.#key(event) },
    })
    this.#count = h('span', { class: 'count', attrs: { 'aria-live': 'polite' } })
    this.#mode = h('p', { class: 'mode', hidden: true })
    const button = h(
      'button',
      { type: 'submit', class: 'primary send', attrs: { 'aria-label': 'Send' } },
      icon('send'),
    )
    const line = h('div', { class: 'line' }, this.#input, this.#count, button)
    const submit = (event: Event) => {
      event.preventDefault()
      this.#submit()
    }
    this.element = h('form', { class: 'composer', on: { submit } }, this.#mode, line)
  }

  open(room: string, title: string): void {
    this.#input.placeholder = `Message ${title}`
    if (this.#room === room) return
    this.#stopEditing()
    this.#room = room
    this.#fill(this.#draft)
  }

  focus(): void {
    this.#input.focus()
  }

  /** Instead of a new message, until it is saved or Escape is pressed; what was half changed before goes on. */
  edit(seq: number, text: string, done: (text: string) => void): void {
    const key = `edit:${this.#room}:${seq}`
    this.#editing = { key, text, done }
    this.#mode.replaceChildren('Editing your message. ', h('kbd', {}, 'Esc'), ' to leave it as it is.')
    this.#mode.hidden = false
    const begun = this.#options.drafts.get(key) || text
    this.#fill(begun)
    this.#input.focus()
    this.#input.setSelectionRange(begun.length, begun.length)
  }

  #stopEditing(): void {
    if (this.#editing === undefined) return
    this.#editing = undefined
    this.#mode.hidden = true
    this.#fill(this.#draft)
  }

  /** Saved, or left as it is: nothing of it is to come back. */
  #endEditing(): void {
    if (this.#editing !== undefined) this.#options.drafts.remove(this.#editing.key)
    this.#stopEditing()
  }

  #submit(): void {
    const text = this.#input.value.trim()
    if (text === '') return
    const editing = this.#editing
    if (editing !== undefined) {
      this.#endEditing()
      editing.done(text)
      return
    }
    this.#draft = ''
    this.#fill('')
    this.#toldAt = 0
    this.#options.send(text)
  }

  #written(): void {
    this.#grow()
    const { value } = this.#input
    const editing = this.#editing
    if (editing !== undefined) {
      this.#options.drafts.set(editing.key, value === editing.text ? '' : value)
      return
    }
    this.#draft = value
    const now = Date.now()
    if (value === '') this.#tell(false, 0)
    else if (now - this.#toldAt > typingEveryMs) this.#tell(true, now)
  }

  #tell(on: boolean, at: number): void {
    this.#toldAt = at
    this.#options.typing(on)
  }

  #key(event: KeyboardEvent): void {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault()
      this.#submit()
    } else if (event.key === 'Escape') this.#endEditing()
    else if (event.key === 'ArrowUp' && this.#input.value === '') {
      event.preventDefault()
      this.#options.editLast()
    }
  }

  #grow(): void {
    const left = limits.text - this.#input.value.length
    this.#count.textContent = left < 200 ? String(left) : ''
    this.#input.style.height = 'auto'
    this.#input.style.height = `${Math.min(this.#input.scrollHeight, 200)}px`
  }

  #fill(text: string): void {
    this.#input.value = text
    this.#grow()
  }

  /** The new message of this room, also while an old one is being changed. */
  get #draft(): string {
    return this.#options.drafts.get(`draft:${this.#room}`)
  }

  set #draft(text: string) {
    this.#options.drafts.set(`draft:${this.#room}`, text)
  }
}
