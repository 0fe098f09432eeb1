import { firstPosition } from './binary-search.ts'

export interface Scored {
  readonly member: string
  readonly score: number
}

/** By score, then by the bytes of the member: the order of Redis' sorted sets. */
function compare(a: Scored, b: Scored): number {
  if (a.score !== b.score) return a.score - b.score
  return a.member < b.member ? -1 : a.member > b.member ? 1 : 0
}

/** Members with scores in order: an array kept sorted, because moving memory beats a tree at a stand-in's sizes. */
export class SortedSet {
  readonly #scores = new Map<string, number>()
  readonly #order: Scored[] = []

  get size(): number {
    return this.#order.length
  }

  /** Lowest first. */
  get entries(): readonly Scored[] {
    return this.#order
  }

  score(member: string): number | undefined {
    return this.#scores.get(member)
  }

  /** Position from the lowest, or undefined. */
  rank(member: string): number | undefined {
    const score = this.#scores.get(member)
    return score === undefined ? undefined : this.#position({ member, score })
  }

  /** Minus zero becomes zero, as in Redis' small sorted sets. */
  put(member: string, given: number): void {
    const score = given === 0 ? 0 : given
    if (this.#scores.get(member) === score) return
    this.delete(member)
    const entry = { member, score }
    this.#scores.set(member, score)
    this.#order.splice(this.#position(entry), 0, entry)
  }

  delete(member: string): boolean {
    const score = this.#scores.get(member)
    if (score === undefined) return false
    this.#order.splice(this.#position({ member, score }), 1)
    return this.#scores.delete(member)
  }

  /** Removes positions from `start` up to but not including `end`; returns how many went. */
  deleteRange(start: number, end: number): number {
    const gone = this.#order.splice(start, Math.max(0, end - start))
    for (const { member } of gone) this.#scores.delete(member)
    return gone.length
  }

  #position(entry: Scored): number {
    return firstPosition(this.#order, other => compare(other, entry) >= 0)
  }
}
