import type { LoadBalancer } from '../../config/config.ts'
import { createDeadline, type Deadline } from './deadline.ts'
import type { HealthEvent, Reason } from './event.ts'
import { judgeProbe, type ProbeResult, watchHealth } from './health.ts'
import { createReplica, type Replica, type ReplicaAddress } from './replica.ts'

/** Why a replica gets no new requests. `unchecked`: it has not been healthy yet. */
export type Away = Extract<Reason, 'draining' | 'unready' | 'replaced'> | 'unchecked'

export interface Member {
  readonly replica: Replica
  away: Away | undefined
  /** Not in the last list of `set`: forgotten once its connections are gone. */
  removed: boolean
  /** Ends what is still open when the draining time is over. */
  cutting: Deadline | undefined
  stopChecks(): void
}

export interface Pool {
  /** Replicas that take requests, in the order they were given. */
  ready(): readonly Replica[]
  /** How many replicas the endpoint group has, healthy or not. */
  size(): number
  /** Everyone who is in the group or still has connections. */
  members(): readonly Member[]
  set(addresses: readonly ReplicaAddress[]): void
  /** No new requests from now on; what is open stays for the draining time. */
  drain(name: string): void
  /** Takes a drain back. */
  admit(name: string): void
  /** The settings have changed. */
  rearm(): void
  close(): void
}

export interface PoolOptions {
  settings(): LoadBalancer
  readonly readyPath: string
  readonly checkEveryMs: number
  onHealth(event: HealthEvent): void
}

/** Until it is healthy for the first time a replica is checked this often, so that a start is not held up. */
const firstChecksEveryMs = 200
/** A busy laptop gives a healthy replica this long to answer, however often it is asked. */
const leastCheckTimeoutMs = 2000

/** The endpoint group: who is in it, who of them takes requests, and how someone leaves. */
export function createPool({ settings, readyPath, checkEveryMs, onHealth }: PoolOptions): Pool {
  let members: readonly Member[] = []
  let ready: readonly Replica[] = []
  let closed = false

  const refresh = () => {
    ready = members.filter(member => member.away === undefined).map(member => member.replica)
  }

  const forget = (member: Member) => {
    member.stopChecks()
    member.cutting?.clear()
    member.replica.backends.close()
    members = members.filter(other => other !== member)
  }

  // Google's default for the draining time is 0: what is open ends in that moment. Who is on the way out already
  // keeps the time that was given first.
  const leave = (member: Member, away: Exclude<Away, 'unchecked'>) => {
    member.away = away
    refresh()
    if (member.cutting !== undefined) return
    const leftAt = performance.now()
    const cut = () => {
      for (const use of [...member.replica.uses]) use.cut(away)
    }
    if (settings().draining > 0) {
      member.cutting = createDeadline(() => leftAt + settings().draining * 1000, cut)
    } else cut()
  }

  // Whoever comes back within the draining time keeps what is open. Google does not say; it is the same endpoint.
  const join = (member: Member) => {
    member.away = undefined
    member.cutting?.clear()
    member.cutting = undefined
    refresh()
  }

  const learn = (member: Member, result: ProbeResult) => {
    const { replica } = member
    const before = replica.health
    replica.health = judgeProbe(before, result.ok)
    replica.lastCheck = result
    const { healthy } = replica.health
    if (before.checked && before.healthy === healthy) return
    if (healthy && (member.away === 'unchecked' || member.away === 'unready')) join(member)
    else if (!healthy && member.away === undefined) leave(member, 'unready')
    onHealth({ type: 'health', at: result.at, replica: replica.name, healthy, found: result.found })
  }

  const enter = (address: ReplicaAddress): Member => {
    const replica = createReplica(address)
    const member: Member = {
      replica,
      away: 'unchecked',
      removed: false,
      cutting: undefined,
      stopChecks: watchHealth(
        { ...address, path: readyPath, timeoutMs: Math.max(checkEveryMs, leastCheckTimeoutMs) },
        {
          everyMs: () =>
            member.away === 'unchecked' ? Math.min(firstChecksEveryMs, checkEveryMs) : checkEveryMs,
          onResult: result => learn(member, result),
        },
      ),
    }
    return member
  }

  const inGroup = () => members.filter(member => !member.removed)
  const named = (name: string) => inGroup().filter(member => member.replica.name === name)

  return {
    ready: () => ready,
    size: () => members.reduce((sum, { away, removed }) => sum + (removed || away === 'draining' ? 0 : 1), 0),
    members() {
      for (const member of members) if (member.removed && member.replica.uses.size === 0) forget(member)
      return members
    },
    set(addresses) {
      if (closed) return
      const before = inGroup()
      const after = addresses.map(
        address => before.find(({ replica }) => isAt(replica, address)) ?? enter(address),
      )
      const gone = before.filter(member => !after.includes(member))
      members = [...after, ...members.filter(member => !after.includes(member))]
      refresh()
      for (const member of gone) {
        member.removed = true
        member.stopChecks()
        const replaced = addresses.some(({ name }) => name === member.replica.name)
        leave(member, replaced ? 'replaced' : 'draining')
      }
    },
    drain(name) {
      for (const member of named(name)) if (member.away !== 'draining') leave(member, 'draining')
    },
    admit(name) {
      for (const member of named(name)) {
        if (member.away !== 'draining') continue
        if (member.replica.health.healthy) join(member)
        else if (member.replica.health.checked) member.away = 'unready'
        else member.away = 'unchecked'
      }
    },
    rearm() {
      for (const { replica, cutting } of members) {
        cutting?.rearm()
        for (const use of replica.uses) use.rearm()
      }
    },
    close() {
      closed = true
      for (const member of members) forget(member)
      refresh()
    },
  }
}

function isAt(replica: Replica, { name, host, port }: ReplicaAddress): boolean {
  return replica.name === name && replica.host === host && replica.port === port
}
