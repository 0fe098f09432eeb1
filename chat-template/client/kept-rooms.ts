import type { Keeper } from './outbox.ts'

const key = 'rooms'

/**
 * The rooms to be in again after a reload. All tabs share the list: each change reads it anew and adds or takes out one
 * room, so that what another tab has entered stays in it. Nothing else leads back to a private room.
 */
export class KeptRooms {
  readonly #keeper: Pick<Keeper, 'getItem' | 'setItem'>

  constructor(keeper: Pick<Keeper, 'getItem' | 'setItem'>) {
    this.#keeper = keeper
  }

  get ids(): string[] {
    try {
      const rooms: unknown = JSON.parse(this.#keeper.getItem(key) ?? '[]')
      return Array.isArray(rooms) ? rooms.filter(room => typeof room === 'string') : []
    } catch {
      return []
    }
  }

  add(id: string): void {
    const { ids } = this
    if (!ids.includes(id)) this.#write([...ids, id])
  }

  remove(id: string): void {
    const { ids } = this
    if (ids.includes(id)) this.#write(ids.filter(room => room !== id))
  }

  #write(ids: string[]): void {
    try {
      this.#keeper.setItem(key, JSON.stringify(ids))
    } catch {
      // The storage is full or forbidden: the list stays as it was, and the page goes on.
    }
  }
}
