import { recordLabels, recordNames } from './names.ts'
import { type KubernetesObject, numberAt, textAt } from './object.ts'

/** Who holds the lock of an app in its namespace. */
export interface Holder {
  /** `user@machine` */
  readonly who: string
  readonly machine: string
  readonly pid: number
  /** From the process table; tells a pid from its later namesakes. */
  readonly startedAt: string
  /** In which the pid counts; see `Host.processTable`. */
  readonly table?: string
  /** `rtdeploy up` */
  readonly command: string
  /** Different for each run. */
  readonly token: string
}

export interface LiveLease {
  /** Undefined when it is free. */
  readonly holder: Holder | undefined
  readonly identity: string
  /** Milliseconds since 1970, by the holder's clock. */
  readonly renewed: number
  readonly acquired: number
  readonly resourceVersion: string
}

/** After so long without a sign of life a holder counts as dead; it gives one every third of that. */
export const leaseSeconds = 15
const holderKey = 'rtdeploy.dev/holder'

/** The API's MicroTime: RFC 3339 with six digits of a second. */
export const microTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z')

/** Shown by `kubectl get lease`; unique to a run. Pure. */
export const identityOf = ({ who, pid, command, token }: Holder): string =>
  `${who} pid ${pid} (${command}) ${token.slice(0, 8)}`

/** The Lease while it is held. `version`: of the one that is replaced. Pure. */
export function formatLease(name: string, holder: Holder, now: number, version?: string): KubernetesObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: recordNames(name).lease,
      labels: recordLabels(name, 'lease'),
      annotations: { [holderKey]: JSON.stringify(holder) },
      ...(version === undefined ? {} : { resourceVersion: version }),
    },
    spec: {
      holderIdentity: identityOf(holder),
      leaseDurationSeconds: leaseSeconds,
      acquireTime: microTime(now),
      renewTime: microTime(now),
    },
  }
}

export function parseLease(lease: KubernetesObject): LiveLease {
  const identity = textAt(lease, 'spec', 'holderIdentity') ?? ''
  const time = (field: string) => Date.parse(textAt(lease, 'spec', field) ?? '') || 0
  return {
    identity,
    holder: identity === '' ? undefined : parseHolder(lease, identity),
    renewed: time('renewTime'),
    acquired: time('acquireTime'),
    resourceVersion: textAt(lease, 'metadata', 'resourceVersion') ?? '',
  }
}

function parseHolder(lease: KubernetesObject, identity: string): Holder {
  const stranger = { who: identity, machine: '', pid: 0, startedAt: '', command: '', token: '' }
  try {
    const value = JSON.parse(lease.metadata.annotations?.[holderKey] ?? '') as Partial<Holder>
    return { ...stranger, ...value }
  } catch {
    return stranger
  }
}

/** By its own clock and ours it has been silent for too long; not enough to take it, since clocks differ. Pure. */
export function looksDead({ renewed }: LiveLease, lease: KubernetesObject, now: number): boolean {
  const seconds = numberAt(lease, 'spec', 'leaseDurationSeconds') ?? leaseSeconds
  return Math.abs(now - renewed) > seconds * 1000
}

/** A JSON patch that changes nothing unless we still hold it. Pure. */
export const patchIfHeld = (holder: Holder, changes: Readonly<Record<string, unknown>>): string =>
  JSON.stringify([
    { op: 'test', path: '/spec/holderIdentity', value: identityOf(holder) },
    ...Object.entries(changes).map(([path, value]) => ({ op: 'replace', path, value })),
  ])
