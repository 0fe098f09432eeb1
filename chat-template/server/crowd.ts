import type { Person } from '../shared/events.ts'

interface Present {
  name: string
  /** Replicas that say so. */
  replicas: number
}

/** Who is in which room by all replicas together. What is asked of it costs the same in a room of five or of thousands. */
export class Crowd {
  readonly #rooms = new Map<string, Map<string, Present>>()

  /** One replica's word about one person was `before` and is `after`: a name, or undefined for not in the room. */
  set(room: string, id: string, before: string | undefined, after: string | undefined): void {
    const people = this.#rooms.get(room) ?? new Map<string, Present>()
    const known = people.get(id)
    const replicas = (known?.replicas ?? 0) + Number(after !== undefined) - Number(before !== undefined)
    const name = after ?? known?.name
    if (replicas > 0 && name !== undefined) people.set(id, { name, replicas })
    else people.delete(id)
    if (people.size > 0) this.#rooms.set(room, people)
    else this.#rooms.delete(room)
  }

  count(room: string): number {
    return this.#rooms.get(room)?.size ?? 0
  }

  /** Up to `most` people, by name: all of them, or those who have been there longest. */
  people(room: string, most: number): Person[] {
    const some: Person[] = []
    for (const [id, { name }] of this.#rooms.get(room) ?? []) {
      if (some.length === most) break
      some.push({ id, name })
    }
    return some.sort((a, b) => a.name.localeCompare(b.name))
  }
}
