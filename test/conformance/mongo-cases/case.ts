import { type Db, MongoBulkWriteError, type MongoClient, MongoServerError } from 'mongodb'
import { expect } from 'vitest'

/** What a case gets: an empty database of its own. */
export interface CaseContext {
  readonly db: Db
  readonly client: MongoClient
  /** How long the server may take to notice an expired document. */
  readonly ttlWithinMs: number
}

/** One behaviour of MongoDB that the embedded server, a real one and whatever stands in for it must show. */
export interface Case {
  /** A sentence. */
  readonly name: string
  readonly run: (context: CaseContext) => Promise<void>
  /** Why a server is known not to do it. The case then must fail there, so a mended server is noticed. */
  readonly deviates?: {
    readonly standIn: string
    /** It fails only now and then, so it is not run there at all. */
    readonly sometimes?: boolean
  }
}

/** The error that a server answered, for a promise that must be rejected with one. */
export async function serverError(promise: Promise<unknown>): Promise<MongoServerError> {
  const outcome = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  expect(outcome, 'a server error').toBeInstanceOf(MongoServerError)
  return outcome as MongoServerError
}

/** The same for a batch of writes. */
export async function bulkError(promise: Promise<unknown>): Promise<MongoBulkWriteError> {
  const outcome = await serverError(promise)
  expect(outcome).toBeInstanceOf(MongoBulkWriteError)
  return outcome as MongoBulkWriteError
}

/** Asks again until the answer is true. Fails after the time. */
export async function eventually(within: number, ask: () => Promise<boolean>): Promise<void> {
  const endsAt = performance.now() + within
  while (!(await ask())) {
    if (performance.now() > endsAt) throw new Error(`not within ${within} ms`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
