import type { Context } from './context.ts'
import { faultOf } from './fault.ts'
import type { Fault } from './observations.ts'
import type { Session } from './session.ts'
import type { CheckId } from './titles.ts'

/** Does the work of one session and closes it. A fault is kept in its record and given back, anything else goes on up. */
export async function runSession(session: Session, work: () => Promise<void>): Promise<Fault | undefined> {
  const fault = await attempt(session, work)
  await session.close()
  return fault
}

/** As `runSession`, but leaves the session open. */
export async function attempt(session: Session, work: () => Promise<void>): Promise<Fault | undefined> {
  try {
    await work()
  } catch (error) {
    const fault = faultOf(error)
    session.fault ??= fault
  }
  return session.fault
}

/**
 * Runs tasks, at most `width` at a time, and tells the progress of one check. After a timeout no more are begun: a
 * server that gives no answer should cost one wait in each check, not dozens.
 */
export async function inParallel(
  context: Context,
  check: CheckId,
  width: number,
  tasks: readonly (() => Promise<Fault | undefined>)[],
): Promise<void> {
  let next = 0
  let done = 0
  const of = tasks.length
  const worker = async (): Promise<void> => {
    for (let task = tasks[next]; task !== undefined; task = tasks[next]) {
      next += 1
      context.signal.throwIfAborted()
      const fault = await task()
      if (fault?.kind === 'timeout') next = of
      done += 1
      context.onProgress({ check, done, of })
    }
  }
  context.onProgress({ check, done, of })
  await Promise.all(Array.from({ length: Math.min(width, of) }, worker))
  if (done < of) context.onProgress({ check, done: of, of })
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
