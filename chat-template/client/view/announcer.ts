import { h } from './dom.ts'

/** Said in full of one frame; who comes back to fifty messages is told how many more there are. */
const most = 3

/** For who listens instead of looking: all that has come in since the last frame, since the next text takes its place. */
export class Announcer {
  readonly element = h('div', { class: 'hidden', attrs: { 'aria-live': 'polite', role: 'status' } })
  #texts: string[] = []

  say(text: string): void {
    this.#texts.push(text.slice(0, 300))
    if (this.#texts.length === 1) requestAnimationFrame(() => this.#show())
  }

  #show(): void {
    const texts = this.#texts.slice(0, most)
    const more = this.#texts.length - texts.length
    if (more > 0) texts.push(`and ${more} more`)
    this.#texts = []
    this.element.replaceChildren(...texts.map(text => h('p', {}, text)))
  }
}
