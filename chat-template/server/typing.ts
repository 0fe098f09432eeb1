import type { Person } from '../shared/events.ts'
import type { Clock, User } from './types.ts'

/** Who said so and was not heard of again has stopped after this long. */
const typingMs = 4_000

/** Who is writing in which room; forgotten by itself. */
export class Typing {
  readonly #rooms = new Map<string, Map<string, { name: string; until: number }>>()
  readonly #clock: Clock
  readonly #changed: (room: string) => void

  constructor(clock: Clock, changed: (room: string) => void) {
    this.#clock = clock
    this.#changed = changed
  }

  set(room: string, { id, name }: User, on: boolean): void {
    const people = this.#rooms.get(room)
    if (!on) {
      if (people?.delete(id)) this.#changed(room)
      if (people?.size === 0) this.#rooms.delete(room)
      return
    }
    const known = people?.has(id) ?? false
    const now = people ?? new Map()
    now.set(id, { name, until: this.#clock.now() + typingMs })
    this.#rooms.set(room, now)
    if (!known) this.#changed(room)
  }

  has(room: string, id: string): boolean {
    return this.#rooms.get(room)?.has(id) ?? false
  }

  people(room: string): Person[] {
    return [...(this.#rooms.get(room) ?? [])].map(([id, { name }]) => ({ id, name })).slice(0, 5)
  }

  /** To be called about once a second. */
  expire(): void {
    const now = this.#clock.now()
    for (const [room, people] of this.#rooms) {
      for (const [id, { until }] of people) {
        if (until >= now) continue
        people.delete(id)
        this.#changed(room)
      }
      if (people.size === 0) this.#rooms.delete(room)
    }
  }
}
