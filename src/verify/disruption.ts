import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { FanOut } from '../config/config.ts'
import type { Check } from '../report/report.ts'
import { type Book, DisruptionClient } from './disruption-client.ts'
import { judgeDisruption } from './judge-disruption.ts'
import type { Ledger } from './ledger.ts'
import { openContext } from './open-context.ts'
import type { VerifyOptions } from './options.ts'
import { pause } from './run-sessions.ts'

export interface DisruptionOptions {
  readonly verify: VerifyOptions & { readonly fanOut: FanOut }
  /** `rollout`: becomes part of the checks' ids. */
  readonly name: string
  /** For people: `Rollout restart`. */
  readonly title: string
  readonly clients: number
  /** Does it, and resolves when the target says that it is over. */
  readonly disrupt: () => Promise<void>
  readonly onProgress: (text: string) => void
}

/** Messages of all clients together, a second. */
const messagesPerSecond = 8
const calmBeforeMs = 2_000
const calmAfterMs = 3_000
/** The longest that the official client waits between two attempts is 5 s, with half of that on top. */
const longestReturnMs = 30_000

/**
 * Clients talk in a room while something is disrupted; every message that the server acknowledged goes into a ledger, and
 * in the end a fresh client asks for what is missing. Rejects with the signal's reason when that is aborted.
 */
export async function watchDisruption(
  options: DisruptionOptions,
  signal: AbortSignal,
): Promise<{ readonly checks: Check[]; readonly ledger: Ledger }> {
  const { verify, clients: count, disrupt, onProgress } = options
  const own = new AbortController()
  // Every pause of every client listens.
  setMaxListeners(0, own.signal)
  const stop = () => own.abort(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  const context = openContext(verify, own.signal, () => undefined)
  const book: Book = {
    room: `verify-${randomBytes(4).toString('hex')}`,
    messages: [],
    heard: new Map(),
    doubled: [],
    replayed: new Set(),
    gaps: [],
  }
  const clients = Array.from(
    { length: count },
    (_, number) => new DisruptionClient(context, verify.fanOut, book, number),
  )
  const names = () => [...new Set(clients.flatMap(client => client.replica ?? []))].sort()
  try {
    onProgress(`${count} clients connect`)
    await Promise.all(clients.map(client => client.connect()))
    const replicasBefore = names()
    const talking = new AbortController()
    const either = AbortSignal.any([own.signal, talking.signal])
    const talk = talkAll(clients, either)
    await pause(calmBeforeMs, own.signal)
    const beganMs = context.now()
    onProgress(`${options.title} begins`)
    await disrupt()
    const endedMs = context.now()
    await allBack(clients, own.signal, onProgress)
    await pause(calmAfterMs, own.signal)
    // Some notice late that nobody answers any more.
    await allBack(clients, own.signal, onProgress)
    talking.abort()
    await talk
    const replicasAfter = names()
    // What never came live may still be in the history.
    const auditor = new DisruptionClient(context, verify.fanOut, book, count)
    await auditor.connect()
    await auditor.stop()
    await Promise.all(clients.map(client => client.stop()))
    const { room: _room, ...kept } = book
    const ledger: Ledger = { clients: count, ...kept, beganMs, endedMs, replicasBefore, replicasAfter }
    return { checks: judgeDisruption(options.name, options.title, ledger), ledger }
  } finally {
    signal.removeEventListener('abort', stop)
    own.abort()
    context.dialer.close()
  }
}

/** The clients speak in turn. */
async function talkAll(clients: readonly DisruptionClient[], signal: AbortSignal): Promise<void> {
  const open = new Set<Promise<void>>()
  for (let turn = 0; !signal.aborted; turn++) {
    const said = clients[turn % clients.length]?.say() ?? Promise.resolve()
    open.add(said)
    void said.finally(() => open.delete(said))
    await pause(1000 / messagesPerSecond, signal).catch(() => undefined)
  }
  await Promise.allSettled(open)
}

async function allBack(
  clients: readonly DisruptionClient[],
  signal: AbortSignal,
  onProgress: (text: string) => void,
): Promise<void> {
  const deadline = performance.now() + longestReturnMs
  for (;;) {
    const away = clients.filter(client => !client.isConnected).length
    if (away === 0 || performance.now() > deadline) return
    onProgress(`${away} of ${clients.length} clients are still away`)
    await pause(200, signal)
  }
}
