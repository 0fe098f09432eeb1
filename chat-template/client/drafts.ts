import type { Keeper } from './outbox.ts'

type Place = Pick<Keeper, 'getItem' | 'setItem' | 'removeItem'>

/**
 * What is half written. Each tab has its own, over a reload; what all tabs share is for the next one, after a tab was
 * closed. A tab leaves alone what another one has put there.
 */
export class Drafts {
  readonly #tab: Place
  readonly #shared: Place
  /** What this page has read or written last; all that there is when the storage is full or forbidden. */
  readonly #texts = new Map<string, string>()

  constructor(tab: Place, shared: Place) {
    this.#tab = tab
    this.#shared = shared
  }

  /** Empty when there is none. */
  get(key: string): string {
    const text = this.#texts.get(key) ?? this.#tab.getItem(key) ?? this.#shared.getItem(key) ?? ''
    this.#texts.set(key, text)
    return text
  }

  set(key: string, text: string): void {
    const before = this.get(key)
    this.#texts.set(key, text)
    keep(this.#tab, key, text)
    const shared = this.#shared.getItem(key) ?? before
    if (shared === before) keep(this.#shared, key, text)
  }

  remove(key: string): void {
    this.set(key, '')
  }
}

function keep(place: Place, key: string, text: string): void {
  try {
    place.setItem(key, text)
    if (text !== '') return
  } catch {
    // The storage is full or forbidden. An older half of it must not come back when all of it is sent.
  }
  place.removeItem(key)
}
