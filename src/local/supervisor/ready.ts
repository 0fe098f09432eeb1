import { join } from 'node:path'
import { UserError } from '../../errors.ts'
import type { Host } from '../../run/host.ts'
import type { FrontDoor } from '../front-door/front-door.ts'
import type { SupervisorSpec } from '../state.ts'
import type { Child } from './child.ts'

/** A replica that ended this often in a row before it was ready will not get there by itself. */
const hopelessCrashes = 3
const shownLines = 15

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
  spec: SupervisorSpec,
  frontDoor: FrontDoor,
  children: () => readonly Child[],
  signal: AbortSignal,
): Promise<void> {
  const deadline = host.now() + spec.readyTimeoutMs
  for (;;) {
    const waiting = notReady(frontDoor, children())
    const [first] = waiting
    if (first === undefined) return
    const hopeless = waiting.find(child => child.crashes() >= hopelessCrashes)
    if (hopeless !== undefined) throw await crashed(host, spec, hopeless)
    if (host.now() > deadline) throw await late(host, spec, frontDoor, waiting, first)
    await host.sleep(20, signal)
  }
}

async function crashed(host: Host, spec: SupervisorSpec, child: Child): Promise<UserError> {
  const { lastEnd } = child.state()
  return new UserError(`${child.name} ended ${hopelessCrashes} times before it was ready (${lastEnd})`, {
    code: 'replica.crashed',
    hint: `rtdeploy logs ${child.name}`,
    details: await lastLines(host, spec, child),
  })
}

async function late(
  host: Host,
  spec: SupervisorSpec,
  frontDoor: FrontDoor,
  waiting: readonly Child[],
  first: Child,
): Promise<UserError> {
  const check = frontDoor.status().replicas.find(one => one.name === first.name)?.lastCheck?.found
  const names = waiting.map(child => child.name).join(', ')
  return new UserError(`not ready after ${spec.readyTimeoutMs / 1000} s: ${names}`, {
    code: 'replica.not-ready',
    hint: `rtdeploy logs ${first.name}`,
    details: [
      `GET ${spec.readyPath} of ${first.name}: ${check ?? 'not asked yet'}`,
      ...(await lastLines(host, spec, first)),
    ],
  })
}

async function lastLines(host: Host, spec: SupervisorSpec, child: Child): Promise<string[]> {
  const text = ((await host.readFile(join(spec.logs, `${child.name}.log`))) ?? '').trimEnd()
  return text === '' ? [] : text.split('\n').slice(-shownLines)
}
