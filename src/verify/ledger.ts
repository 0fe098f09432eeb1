import type { Fault } from './observations.ts'

/** One message that a client sent while things were disrupted. Times in milliseconds since the run began. */
export interface SentMessage {
  /** Unique; part of its text. */
  readonly id: string
  readonly by: number
  readonly sentMs: number
  /** Undefined when the server did not say that it has it: then nobody may count on it. */
  readonly ackedMs?: number
}

/** A client that lost its connection. */
export interface Gap {
  readonly client: number
  readonly lostMs: number
  /** Undefined when it never came back. */
  readonly backMs?: number
  readonly fault: Fault
  readonly from?: string
  readonly to?: string
  /** Attempts that failed before one got through, each with what it met. */
  readonly failed: readonly Fault[]
}

/** Everything that was promised, and what became of it. Plain data. */
export interface Ledger {
  readonly clients: number
  readonly messages: readonly SentMessage[]
  /** By message: when each client heard it live. */
  readonly heard: ReadonlyMap<string, ReadonlyMap<number, number>>
  /** Messages that were heard more than once by one client. */
  readonly doubled: readonly string[]
  /** Messages that a client found in what it was told when it joined. */
  readonly replayed: ReadonlySet<string>
  readonly gaps: readonly Gap[]
  /** When the disruption began and when it was over. */
  readonly beganMs: number
  readonly endedMs: number
  /** Replicas that clients were on before and after. */
  readonly replicasBefore: readonly string[]
  readonly replicasAfter: readonly string[]
}

/**
 * Whether a client was connected all the time between two moments. A machine without power says no good-bye: who lost its
 * connection counts as away since the last that it heard. Pure.
 */
export function wasConnected(ledger: Ledger, client: number, fromMs: number, toMs: number): boolean {
  return !ledger.gaps.some(
    gap =>
      gap.client === client &&
      (gap.backMs ?? Number.POSITIVE_INFINITY) >= fromMs &&
      (gap.lostMs <= toMs || lastHeard(ledger, client, gap.lostMs) <= toMs),
  )
}

function lastHeard({ heard }: Ledger, client: number, beforeMs: number): number {
  const times = [...heard.values()].flatMap(by => by.get(client) ?? [])
  return Math.max(0, ...times.filter(time => time <= beforeMs))
}

/** What a message that was acknowledged may still need until it is heard everywhere. */
const settleMs = 1_500

export interface LedgerSums {
  readonly acknowledged: number
  readonly unanswered: number
  /** Acknowledged, and neither heard by anybody else nor found later: gone. */
  readonly lost: readonly string[]
  /** Heard live by nobody who was connected, and found when a client joined. */
  readonly onlyReplayed: number
  /** Pairs of message and client that was connected all the time and did not hear it. */
  readonly missed: number
  readonly doubled: number
}

/** The ledger, added up. Pure. */
export function addUp(ledger: Ledger): LedgerSums {
  const acked = ledger.messages.filter(message => message.ackedMs !== undefined)
  const others = Array.from({ length: ledger.clients }, (_, client) => client)
  let missed = 0
  let onlyReplayed = 0
  const lost: string[] = []
  for (const { id, by, sentMs } of acked) {
    const heard = ledger.heard.get(id) ?? new Map<number, number>()
    const byOthers = [...heard.keys()].some(client => client !== by)
    if (!byOthers && ledger.replayed.has(id)) onlyReplayed += 1
    if (!byOthers && !ledger.replayed.has(id)) lost.push(id)
    missed += others.filter(
      client =>
        client !== by && !heard.has(client) && wasConnected(ledger, client, sentMs, sentMs + settleMs),
    ).length
  }
  return {
    acknowledged: acked.length,
    unanswered: ledger.messages.length - acked.length,
    lost,
    onlyReplayed,
    missed,
    doubled: ledger.doubled.length,
  }
}
