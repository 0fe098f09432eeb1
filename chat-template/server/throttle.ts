/**
 * Gathers changes of rooms and calls `flush` for each changed room at most once in `everyMs`. The first change of a
 * quiet room waits too: joins come in bunches.
 */
export class RoomThrottle {
  readonly #due = new Set<string>()
  readonly #everyMs: number
  readonly #flush: (room: string) => void
  #timer: NodeJS.Timeout | undefined

  constructor(everyMs: number, flush: (room: string) => void) {
    this.#everyMs = everyMs
    this.#flush = flush
  }

  mark(room: string): void {
    this.#due.add(room)
    this.#timer ??= setTimeout(() => this.#run(), this.#everyMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#due.clear()
  }

  #run(): void {
    this.#timer = undefined
    const rooms = [...this.#due]
    this.#due.clear()
    for (const room of rooms) this.#flush(room)
  }
}
