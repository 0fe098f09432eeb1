import { randomBytes, randomUUID } from 'node:crypto'
import type { FanOut } from '../config/config.ts'
import { printable } from '../errors.ts'
import type { Context } from './context.ts'
import { emitWithAck } from './conversation.ts'
import { ProbeError } from './fault.ts'
import type { Delivery, FanOutFacts } from './observations.ts'
import type { Session } from './session.ts'
import { eventOf } from './socket-io.ts'

/**
 * Milliseconds, a round each. A message between replicas takes a few; a lost one never comes. What did not come in the
 * first round gets the time of a machine that is busy with a rollout or a drain.
 */
const longestDelivery = [1_500, 5_000]
const longestJoin = 500
const mostReplicas = 5
const rounds = longestDelivery.length

/** Puts `$room`, `$text` and `$id` into every string of an event. */
export function fillIn(value: unknown, names: Readonly<Record<'room' | 'text' | 'id', string>>): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$(room|text|id)\b/g, (_, name: 'room' | 'text' | 'id') => names[name])
  }
  if (Array.isArray(value)) return value.map(part => fillIn(part, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fillIn(part, names)]))
}

/** One open session of each replica, and a second one of the first that has two: the control. */
export function chooseMembers(sessions: readonly Session[]): readonly Session[] {
  const byReplica = new Map<string, Session[]>()
  for (const session of sessions) {
    if (session.replica === undefined || session.fault !== undefined) continue
    byReplica.set(session.replica, [...(byReplica.get(session.replica) ?? []), session])
  }
  const groups = [...byReplica.values()].slice(0, mostReplicas)
  const control = groups.find(group => group.length > 1)?.[1]
  const firsts = groups.flatMap(group => group.slice(0, 1))
  return control === undefined ? firsts : [...firsts, control]
}

/** Sends a message from each replica and waits for it on every other. Undefined when fewer than two can be reached. */
export async function probeFanOut(
  context: Context,
  fanOut: FanOut,
  sessions: readonly Session[],
): Promise<FanOutFacts | undefined> {
  const members = chooseMembers(sessions)
  if (new Set(members.map(member => member.replica)).size < 2) return undefined
  const room = `verify-${randomBytes(4).toString('hex')}`
  const refusals = new Set<string>()
  const emit = async (
    member: Session,
    event: readonly unknown[],
    text: string,
    timeoutMs: number,
  ): Promise<void> => {
    const filled = fillIn(event, { room, text, id: randomUUID() }) as readonly unknown[]
    const refusal = refusalIn((await emitWithAck(member, filled, timeoutMs))?.[0])
    if (refusal !== undefined) refusals.add(`${printable(String(event[0]))}: ${refusal}`)
  }
  const { join } = fanOut
  if (join !== undefined) {
    await Promise.all(members.map(member => settled(emit(member, join, '', longestJoin))))
  }
  let deliveries: readonly Delivery[] = []
  let round = 0
  while (round < rounds && (round === 0 || deliveries.some(delivery => delivery.tookMs === undefined))) {
    const waitMs = longestDelivery[round] ?? 0
    round += 1
    const all = await Promise.all(
      members.map(async sender => {
        const text = `rtdeploy verify ${randomBytes(6).toString('hex')}`
        const others = members.filter(member => member !== sender)
        const sentAt = context.now()
        const heard = others.map(other => hear(other, fanOut.receive, text, waitMs, () => context.now()))
        const sent = settled(emit(sender, fanOut.send, text, waitMs))
        const times = await Promise.all(heard)
        await sent
        return others.map((other, at) => deliveryOf(sender, other, times[at], sentAt))
      }),
    )
    deliveries = all.flat()
    context.onProgress({ check: 'fan-out.delivery', done: round, of: round })
  }
  return { deliveries, refusals: [...refusals], waitedMs: longestDelivery[round - 1] ?? 0, rounds: round }
}

function deliveryOf(sender: Session, other: Session, heardAt: number | undefined, sentAt: number): Delivery {
  const pair = { from: sender.replica ?? '', to: other.replica ?? '' }
  return heardAt === undefined ? pair : { ...pair, tookMs: heardAt - sentAt }
}

/** When the text came, or undefined. */
async function hear(
  session: Session,
  event: string,
  text: string,
  waitMs: number,
  now: () => number,
): Promise<number | undefined> {
  const heard = session.waitFor(
    (engine, packet) => {
      if (packet === undefined || !engine.data.includes(text)) return undefined
      return eventOf(packet)?.name === event ? now() : undefined
    },
    event,
    waitMs,
  )
  return await settled(heard)
}

async function settled<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof ProbeError) return undefined
    throw error
  }
}

/** Many servers answer `{ ok: false }` or `{ error }` where others throw. */
export function refusalIn(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  const fields = new Map<string, unknown>(Object.entries(answer))
  const refused =
    fields.get('ok') === false ||
    fields.get('success') === false ||
    fields.get('status') === 'error' ||
    (fields.get('error') !== undefined && fields.get('error') !== null)
  const words = ['code', 'error', 'message', 'reason'].map(field => fields.get(field))
  const text = words.filter(word => typeof word === 'string' || typeof word === 'number').join(' ')
  return refused ? printable(text === '' ? 'refused' : text.slice(0, 120)) : undefined
}
