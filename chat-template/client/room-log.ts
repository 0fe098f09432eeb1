import type { Change, Empty, Entry, Message } from '../shared/events.ts'

/** A change whose message is not here (yet); more than this many are not worth keeping. */
const mostLate = 1_000

/**
 * What this client has of one room, in the order that all clients share. It does not matter how often or in which
 * order entries come in: the same entries always give the same list.
 */
export class RoomLog {
  /** Lowest first. */
  readonly messages: Message[] = []
  /** Everything up to here is known; -1 until the first page. */
  settled = -1
  readonly #ahead = new Set<number>()
  readonly #late = new Map<number, Change>()
  readonly #changedBy = new Map<number, number>()

  /** True when something above a gap has arrived. */
  get hasGap(): boolean {
    return this.settled >= 0 && this.#ahead.size > 0
  }

  get oldest(): number {
    return this.messages[0]?.seq ?? this.settled + 1
  }

  /** Adds what is new. Returns the messages that were not here before. */
  add(entries: readonly (Entry | Empty)[]): Message[] {
    const added: Message[] = []
    for (const entry of entries) {
      if (entry.seq > this.settled) this.#ahead.add(entry.seq)
      if ('void' in entry) continue
      if (!('from' in entry)) this.#change(entry)
      else if (this.#insert(entry)) added.push(entry)
    }
    this.#advance()
    return added
  }

  /** The server says that nothing up to `through` is missing any more. */
  settle(through: number): void {
    if (through > this.settled) this.settled = through
    for (const seq of this.#ahead) if (seq <= this.settled) this.#ahead.delete(seq)
    this.#advance()
  }

  /** Forgets everything: the next page is the newest one. */
  reset(): void {
    this.messages.length = 0
    this.settled = -1
    this.#ahead.clear()
    this.#late.clear()
    this.#changedBy.clear()
  }

  find(seq: number): Message | undefined {
    const at = this.#position(seq)
    return this.messages[at]?.seq === seq ? this.messages[at] : undefined
  }

  #advance(): void {
    if (this.settled < 0) return
    while (this.#ahead.delete(this.settled + 1)) this.settled++
  }

  #insert(message: Message): boolean {
    const at = this.#position(message.seq)
    if (this.messages[at]?.seq === message.seq) return false
    const copy = { ...message }
    this.messages.splice(at, 0, copy)
    const late = this.#late.get(message.seq)
    if (late !== undefined) this.#change(late)
    this.#late.delete(message.seq)
    return true
  }

  #change(change: Change): void {
    const message = this.find(change.of)
    if (message === undefined) {
      const known = this.#late.get(change.of)
      if (known !== undefined && known.seq > change.seq) return
      if (this.#late.size < mostLate) this.#late.set(change.of, change)
      return
    }
    if ((this.#changedBy.get(change.of) ?? 0) > change.seq) return
    this.#changedBy.set(change.of, change.seq)
    message.text = change.text ?? ''
    if (change.text === null) message.deleted = true
    else message.edited = true
  }

  /** Where `seq` stands or would stand. Most entries are the newest: look there first. */
  #position(seq: number): number {
    let low = 0
    let high = this.messages.length
    if (high > 0 && this.messages[high - 1]!.seq < seq) return high
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.messages[middle]!.seq < seq) low = middle + 1
      else high = middle
    }
    return low
  }
}
