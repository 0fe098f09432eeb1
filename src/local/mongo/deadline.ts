import { MongoError } from './mongo-error.ts'

/** Looks at the clock once in so many steps: asking for the time costs more than looking at a document. */
const stepsPerLook = 128

/** What `maxTimeMS` allows. */
export class Deadline {
  readonly #endsAt: number
  #steps = 0

  /** No limit for 0, as MongoDB has it. */
  constructor(milliseconds: number) {
    this.#endsAt = milliseconds === 0 ? Number.POSITIVE_INFINITY : performance.now() + milliseconds
  }

  /** Throws MaxTimeMSExpired when the time is up. */
  step(): void {
    this.#steps += 1
    if (this.#steps % stepsPerLook === 0 && performance.now() > this.#endsAt) {
      throw new MongoError(50, 'operation exceeded time limit')
    }
  }
}
