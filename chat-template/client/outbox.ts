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
  /** Why it is still here, when the server said so. */
  note?: string
}

/** The part of localStorage that is needed. */
export interface Keeper {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

/** What waits to be sent, kept over a reload. */
export class Outbox {
  readonly #keeper: Keeper
  readonly #key: string
  #items: Outgoing[]

  constructor(keeper: Keeper, key = 'outbox') {
    this.#keeper = keeper
    this.#key = key
    this.#items = read(keeper.getItem(key)).map(item => ({ ...item, state: item.state === 'failed' ? 'failed' : 'queued' }))
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
    this.#keep()
  }

  update(id: string, change: Partial<Outgoing>): void {
    const item = this.#items.find(candidate => candidate.id === id)
    if (item === undefined) return
    Object.assign(item, change)
    this.#keep()
  }

  /** True when it was there. */
  remove(id: string): boolean {
    const before = this.#items.length
    this.#items = this.#items.filter(item => item.id !== id)
    if (this.#items.length === before) return false
    this.#keep()
    return true
  }

  #keep(): void {
    this.#keeper.setItem(this.#key, JSON.stringify(this.#items))
  }
}

function read(text: string | null): Outgoing[] {
  if (text === null) return []
  try {
    const items: unknown = JSON.parse(text)
    return Array.isArray(items) ? items.filter(isOutgoing) : []
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}

function isOutgoing(item: unknown): item is Outgoing {
  const { id, room, kind, text } = (item ?? {}) as Record<string, unknown>
  const known = kind === 'send' || kind === 'edit' || kind === 'delete'
  return typeof id === 'string' && typeof room === 'string' && typeof text === 'string' && known
}
