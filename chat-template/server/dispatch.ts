import * as v from 'valibot'
import { type Failure, type RequestName, requests } from '../shared/events.ts'
import type { Context, Handler } from './context.ts'
import { handlers } from './handlers.ts'
import { Refusal } from './refusal.ts'
import { StoreUnavailable } from './store/store.ts'
import type { ChatSocket } from './types.ts'

/** Work that one connection may have open at once; beyond it the client is asking faster than it can be served. */
const mostOpen = 100
/** Refusals in a row after which a client is not mistaken but hostile. */
export const mostStrikes = 200

/** What only the store can do, and not by reading. */
const writes = new Set<RequestName>(['message:send', 'message:edit', 'message:delete', 'room:create'])

type AnyReply = ((reply: unknown) => void) | undefined

/**
 * The only way from a packet to a handler: known event, within the rate, valid payload, errors caught. It is one
 * function for all connections, so that a connection costs no closures of its own.
 */
export function createDispatch(context: Context) {
  return function dispatch(this: ChatSocket, event: string, ...args: unknown[]): void {
    const last = args.at(-1)
    const reply = (typeof last === 'function' ? last : undefined) as AnyReply
    void answer(context, this, event, args[0], reply)
  }
}

/** Never rejects and never throws: what a client sends must not end the process. */
async function answer(
  context: Context,
  socket: ChatSocket,
  event: string,
  raw: unknown,
  reply: AnyReply,
): Promise<void> {
  const { data } = socket
  const started = performance.now()
  data.open++
  try {
    takeToken(context, socket)
    const name = known(event)
    const result = v.safeParse(requests[name], raw)
    if (!result.success) throw new Refusal('invalid', explain(result.issues[0]))
    // The table's types say that handler and payload belong together; TypeScript cannot follow that through a union.
    const handler = handlers[name] as unknown as Handler<RequestName>
    const done = await handler(context, socket, result.output as never)
    // The first one was told already.
    data.strikes = Math.min(data.strikes, 1)
    // A repetition may have been answered without a write.
    if (writes.has(name) && !('duplicate' in done && done.duplicate)) context.health.writes.done()
    context.metrics.answered(name, (performance.now() - started) / 1_000)
    reply?.({ ok: true, ...done })
  } catch (error) {
    const failure = toFailure(error)
    context.metrics.refused(failure.error)
    if (error instanceof StoreUnavailable) noteStore(context, event as RequestName, error)
    strike(context, socket, event, failure, error)
    reply?.(failure)
  } finally {
    data.open--
  }
}

function known(event: string): RequestName {
  if (typeof event === 'string' && Object.hasOwn(requests, event)) return event as RequestName
  throw new Refusal('unknown-event', 'There is no such event')
}

/** A bucket of `eventBurst` that fills with `eventsPerSecond`. */
function takeToken({ config, clock }: Context, { data }: ChatSocket): void {
  const now = clock.now()
  const gained = (Math.max(0, now - data.tokensAt) / 1_000) * config.eventsPerSecond
  data.tokens = Math.min(config.eventBurst, data.tokens + gained)
  data.tokensAt = now
  if (data.tokens < 1 || data.open > mostOpen) {
    throw new Refusal(
      'rate',
      'Too fast',
      Math.ceil((1_000 * (1 - Math.min(0, data.tokens))) / config.eventsPerSecond),
    )
  }
  data.tokens--
}

function explain(issue: v.BaseIssue<unknown> | undefined): string {
  const path = issue?.path?.map(part => String(part.key)).join('.') ?? 'payload'
  return `${path.slice(0, 40)}: ${(issue?.message ?? 'is not valid').slice(0, 120)}`
}

function toFailure(error: unknown): Failure {
  if (error instanceof Refusal) {
    const { code, message, retryAfterMs } = error
    return { ok: false, error: code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  }
  if (error instanceof StoreUnavailable) {
    return { ok: false, error: 'unavailable', message: 'Not stored, try again', retryAfterMs: 1_000 }
  }
  return { ok: false, error: 'internal', message: 'Something went wrong here' }
}

/** Only known events come as far as the store. */
function noteStore({ metrics, health, strangers }: Context, event: RequestName, cause: StoreUnavailable) {
  metrics.storeFailed(event)
  if (writes.has(event)) health.writes.failed()
  strangers.note(`store ${event}`, 'the store did not do what was asked', { event, cause }, 'warn')
}

/**
 * A line for the first refusal of a connection and one when it is cut, and of all connections together one a minute for
 * each reason: a flood must not become a flood of lines.
 */
function strike(context: Context, socket: ChatSocket, event: string, failure: Failure, error: unknown): void {
  const { data } = socket
  const fields = {
    connection: socket.id,
    user: data.user.id,
    event: String(event).slice(0, 40),
    error: failure.error,
  }
  if (failure.error === 'internal') context.log.error('a handler failed', { ...fields, cause: error })
  if (failure.error === 'unavailable') return
  data.strikes++
  if (data.strikes === 1)
    context.strangers.note(`refused ${failure.error}`, 'refused', { ...fields, message: failure.message })
  if (data.strikes === mostStrikes) {
    context.strangers.note('flood', 'cut a client that goes on after many refusals', fields, 'warn')
    context.metrics.cut('flood')
    socket.conn.close()
  }
}
