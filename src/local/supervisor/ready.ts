import { UserError } from '../../errors.ts'
import type { Host } from '../../run/host.ts'
import type { FrontDoor } from '../front-door/front-door.ts'
import type { SupervisorSpec } from '../state.ts'
import type { Child } from './child.ts'

/** A replica that ended this often in a row before it was ready will not get there by itself. */
const hopelessCrashes = 3
/** The same answer for so long is worth telling while it is waited for. */
const tellAfterMs = 10_000
const shownLines = 15

export interface ReadyOptions {
  readonly spec: SupervisorSpec
  readonly frontDoor: FrontDoor
  /** Told what is in the way, and undefined when that has gone. */
  readonly onWaiting: (text: string | undefined) => void
  readonly signal: AbortSignal
}

/** Those of the children that the front door sends no new traffic to. */
export function notReady(frontDoor: FrontDoor, children: readonly Child[]): Child[] {
  const { replicas } = frontDoor.status()
  const healthy = new Set(replicas.filter(one => one.healthy && !one.draining).map(one => one.name))
  return children.filter(child => !healthy.has(child.name))
}

/**
 * Resolves when all children take traffic; rejects with a UserError, showing its last words, when one keeps crashing or is
 * not ready in time.
 */
export async function untilReady(
  host: Host,
  options: ReadyOptions,
  children: () => readonly Child[],
): Promise<void> {
  const { spec, frontDoor, onWaiting, signal } = options
  const deadline = host.now() + spec.readyTimeoutMs
  let said = ''
  let since = host.now()
  for (;;) {
    const waiting = notReady(frontDoor, children())
    const [first] = waiting
    if (first === undefined) return onWaiting(undefined)
    const hopeless = waiting.find(child => child.crashes() >= hopelessCrashes)
    if (hopeless !== undefined) throw await crashed(hopeless)
    const now = answerOf(options, first)
    if (now !== said) [said, since] = [now, host.now()]
    if (host.now() - since >= tellAfterMs) onWaiting(`${first.name}: ${said}`)
    if (host.now() > deadline) throw await late(options, waiting, first, said)
    await host.sleep(20, signal)
  }
}

/** `GET /readyz answers HTTP 404`. */
function answerOf({ frontDoor, spec }: ReadyOptions, child: Child): string {
  const check = frontDoor.status().replicas.find(one => one.name === child.name)?.lastCheck?.found
  if (check === undefined) return `GET ${spec.readyPath} was not asked yet`
  return check === 'ECONNREFUSED'
    ? `nothing listens on its port ${child.state().port} (GET ${spec.readyPath}: ECONNREFUSED)`
    : `GET ${spec.readyPath} answers ${check}`
}

async function crashed(child: Child): Promise<UserError> {
  const { lastEnd } = child.state()
  const words = await child.words()
  return new UserError(`${child.name} ended ${hopelessCrashes} times before it was ready (${lastEnd})`, {
    code: 'replica.crashed',
    hint: words.includes('EADDRINUSE')
      ? `let the app listen on the port that the variable PORT names: each replica gets its own; rtdeploy logs ${child.name}`
      : `rtdeploy logs ${child.name}`,
    details: lastLines(words),
  })
}

async function late(
  { spec }: ReadyOptions,
  waiting: readonly Child[],
  first: Child,
  said: string,
): Promise<UserError> {
  const names = waiting.map(child => child.name).join(', ')
  const seconds = spec.readyTimeoutMs / 1000
  return new UserError(`not ready after ${seconds} s: ${names}; ${said}`, {
    code: 'replica.not-ready',
    hint: `${remedy(spec, said)}rtdeploy logs ${first.name}`,
    details: lastLines(await first.words()),
  })
}

function remedy(spec: SupervisorSpec, said: string): string {
  if (/HTTP [34]\d\d$/.test(said))
    return `app.ready in rtdeploy.yaml, now ${spec.readyPath}, should be a path that answers 200; `
  if (said.includes('ECONNREFUSED')) return 'let the app listen on the port that the variable PORT names; '
  return ''
}

function lastLines(words: string): string[] {
  const text = words.trimEnd()
  return text === '' ? [] : text.split('\n').slice(-shownLines)
}
