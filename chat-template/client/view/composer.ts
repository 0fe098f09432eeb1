import { limits } from '../../shared/limits.ts'
import { h, icon } from './dom.ts'

export interface ComposerOptions {
  send: (text: string) => void
  typing: (on: boolean) => void
  /** Edits the newest own message. */
  editLast: () => void
  keeper: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
}

const typingEveryMs = 2_000

/** Where one writes. What is written is kept per room, over a change of room, a reload and a crash. */
export class Composer {
  readonly element: HTMLFormElement
  readonly #input: HTMLTextAreaElement
  readonly #count: HTMLElement
  readonly #mode: HTMLElement
  readonly #options: ComposerOptions
  #room = ''
  #editing: { text: string; done: (text: string) => void } | undefined
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
    this.#input.value = this.#options.keeper.getItem(this.#draftKey()) ?? ''
    this.#grow()
  }

  focus(): void {
    this.#input.focus()
  }

  edit(text: string, done: (text: string) => void): void {
    this.#editing = { text: this.#input.value, done }
    this.#mode.replaceChildren('Editing your message. ', h('kbd', {}, 'Esc'), ' to leave it as it is.')
    this.#mode.hidden = false
    this.#input.value = text
    this.#grow()
    this.#input.focus()
    this.#input.setSelectionRange(text.length, text.length)
  }

  #stopEditing(): void {
    if (this.#editing === undefined) return
    this.#input.value = this.#editing.text
    this.#editing = undefined
    this.#mode.hidden = true
    this.#grow()
  }

  #submit(): void {
    const text = this.#input.value.trim()
    if (text === '') return
    const editing = this.#editing
    if (editing !== undefined) {
      this.#stopEditing()
      editing.done(text)
      return
    }
    this.#input.value = ''
    this.#options.keeper.removeItem(this.#draftKey())
    this.#toldAt = 0
    this.#grow()
    this.#options.send(text)
  }

  #written(): void {
    this.#grow()
    if (this.#editing !== undefined) return
    try {
      this.#options.keeper.setItem(this.#draftKey(), this.#input.value)
    } catch {
      // The storage is full or forbidden: the draft lives as long as the page.
    }
    const now = Date.now()
    if (this.#input.value === '') this.#tell(false, 0)
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
    } else if (event.key === 'Escape') this.#stopEditing()
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

  #draftKey(): string {
    return `draft:${this.#room}`
  }
}
