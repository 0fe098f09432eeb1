/** Something that was done here and that the server has not confirmed. */
export interface Outgoing {
  /** Made once: the server knows a repeated one by it. */
  id: string
  room: string
  kind: 'send' | 'edit' | 'delete'
  text: string
  /** The message that is edited or deleted. */
  seq?: number
  at: number
  /** `failed`: the server will not have it; only a person can decide what to do. */
  state: 'queued' | 'sending' | 'failed'
  /** Why it is still here, when that is known. */
  note?: string
  /** How often the server broke on it. */
  broke?: number
}

/** localStorage, or whatever stands in for it. */
export type Keeper = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

const prefix = 'out:'

/**
 * What waits to be sent, kept over a reload. Every item has a key of its own, so two tabs do not overwrite each other;
 * if both send the same item the server stores it once.
 */
export class Outbox {
  readonly #keeper: Keeper
  #items: Outgoing[]

  constructor(keeper: Keeper) {
    this.#keeper = keeper
    const keys = Array.from({ length: keeper.length }, (_, at) => keeper.key(at) ?? '')
    this.#items = keys
      .filter(key => key.startsWith(prefix))
      .flatMap(key => read(keeper.getItem(key)))
      .sort((a, b) => a.at - b.at)
  }

  get items(): readonly Outgoing[] {
    return this.#items
  }

  /** The oldest one that is to be sent; the order in which things were done is the order in which they are sent. */
  next(ready: (room: string) => boolean): Outgoing | undefined {
    return this.#items.find(item => item.state !== 'failed' && ready(item.room))
  }

  add(item: Outgoing): void {
    this.#items.push(item)
    this.#keep(item)
  }

  update(id: string, change: Partial<Outgoing>): void {
    const item = this.#items.find(candidate => candidate.id === id)
    if (item === undefined) return
    Object.assign(item, change)
    this.#keep(item)
  }

  /** True when it was there. */
  remove(id: string): boolean {
    const before = this.#items.length
    this.#items = this.#items.filter(item => item.id !== id)
    this.#keeper.removeItem(prefix + id)
    return this.#items.length !== before
  }

  #keep(item: Outgoing): void {
    try {
      this.#keeper.setItem(prefix + item.id, JSON.stringify(item))
    } catch {
      // The storage is full or forbidden: the item lives as long as the page.
    }
  }
}

function read(text: string | null): Outgoing[] {
  if (text === null) return []
  try {
    const item: unknown = JSON.parse(text)
    return isOutgoing(item) ? [{ ...item, state: item.state === 'failed' ? 'failed' : 'queued' }] : []
  } catch {
    return []
  }
}

function isOutgoing(item: unknown): item is Outgoing {
  const { id, room, kind, text } = (item ?? {}) as Record<string, unknown>
  const known = kind === 'send' || kind === 'edit' || kind === 'delete'
  return typeof id === 'string' && typeof room === 'string' && typeof text === 'string' && known
}
