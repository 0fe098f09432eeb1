import type { Context } from './context.ts'
import { faultOf } from './fault.ts'
import type { Session } from './session.ts'

/** Does the work of one session; a fault is kept in its record, everything else goes on up. Closes it in any case. */
export async function runSession(session: Session, work: () => Promise<void>): Promise<void> {
  await attempt(session, work)
  await session.close()
}

/** As `runSession`, but leaves the session open. */
export async function attempt(session: Session, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const fault = faultOf(error)
    session.fault ??= fault
  }
}

/** Runs tasks, at most `width` at a time, and tells the progress of one check. */
export async function inParallel(
  context: Context,
  check: string,
  width: number,
  tasks: readonly (() => Promise<void>)[],
): Promise<void> {
  let next = 0
  let done = 0
  const of = tasks.length
  const worker = async (): Promise<void> => {
    for (let task = tasks[next]; task !== undefined; task = tasks[next]) {
      next += 1
      context.signal.throwIfAborted()
      await task()
      done += 1
      context.onProgress({ check, done, of })
    }
  }
  context.onProgress({ check, done, of })
  await Promise.all(Array.from({ length: Math.min(width, of) }, worker))
}

/** Waits; rejects with the signal's reason when it is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
