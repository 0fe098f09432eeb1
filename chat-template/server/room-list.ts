import { lobby, type Room, type Store } from './store/store.ts'
import type { Clock } from './types.ts'

/** Public rooms in the list. */
const mostListed = 100
/** Every page asks every 15 s: thousands of them get one answer of the store, at most this old in milliseconds. */
const listMs = 1_000

export interface Listed {
  rooms: Room[]
  /** There are others, which were used longer ago. */
  more: boolean
}

/** The public rooms that were used last, and always the lobby: who makes rooms must not push it out. */
export class RoomList {
  readonly #store: Store
  readonly #clock: Clock
  #listed: Promise<Listed> | undefined
  #at = 0

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** Rejects with StoreUnavailable; the next call asks again. */
  get(): Promise<Listed> {
    const now = this.#clock.now()
    if (this.#listed !== undefined && Math.abs(now - this.#at) < listMs) return this.#listed
    const listed = this.#read()
    listed.catch(() => {
      if (this.#listed === listed) this.#listed = undefined
    })
    this.#listed = listed
    this.#at = now
    return listed
  }

  /** A room was made here: who made it wants to see it. */
  forget(): void {
    this.#listed = undefined
  }

  async #read(): Promise<Listed> {
    const found = await this.#store.publicRooms(mostListed + 1)
    const rooms = found.slice(0, mostListed)
    const more = found.length > mostListed
    if (rooms.some(({ id }) => id === lobby.id)) return { rooms, more }
    const first = await this.#store.room(lobby.id)
    return { rooms: first === undefined ? rooms : [...rooms.slice(0, mostListed - 1), first], more }
  }
}
