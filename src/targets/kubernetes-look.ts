import { exitCodes, UserError } from '../errors.ts'
import { readLastWords, readSnapshot } from '../facts/cluster-rollout.ts'
import { readLive } from '../facts/cluster-running.ts'
import { diagnose } from '../kubernetes/diagnose.ts'
import { diagnoseEntry } from '../kubernetes/diagnose-entry.ts'
import type { Finding } from '../kubernetes/finding.ts'
import { redact } from '../kubernetes/masking.ts'
import { workloadOf } from '../kubernetes/snapshot.ts'
import { describeRollout, rolloutState } from '../kubernetes/workloads.ts'
import type { ClusterCondition } from '../plan/plan.ts'
import type { Host } from '../run/host.ts'
import type { Look } from '../run/wait-for.ts'
import { type Cluster, kubectlLine } from '../tools/kubectl.ts'

export interface LookOptions {
  /** From rtdeploy.yaml; the entry point's own when absent. */
  readonly url: string | undefined
  /** Values that must not be shown, should an app have written one into its log. */
  readonly secrets: () => readonly string[]
}

type Of<Kind> = Extract<ClusterCondition, { kind: Kind }>
type Tell = Parameters<Look>[1]

/** In a row: the balancer's probers do not all know a pod at the same moment. */
const answersInARow = 3

/** A control plane that is being upgraded or made larger is away for a minute or two. */
const silentMs = 3 * 60_000

/** What passes by itself sooner is not worth a line. */
const tellAfterMs = 4000

/** Looks at a cluster for a plan that waits, and gives up as soon as it is certain that waiting is of no use. */
export function lookAt(host: Host, cluster: Cluster, options: LookOptions): Look {
  const seen = new Map<string, number>()
  let answered = 0

  /** By our own clock: the cluster's may differ, and what counts is how long we have seen it. */
  const certain = (findings: readonly Finding[]): Finding | undefined => {
    const keys = new Set(findings.map(keyOfFinding))
    for (const key of seen.keys()) if (!keys.has(key)) seen.delete(key)
    for (const key of keys) if (!seen.has(key)) seen.set(key, host.now())
    return findings.find(finding => host.now() - (seen.get(keyOfFinding(finding)) ?? 0) >= finding.graceMs)
  }

  const rollout = async (until: Of<'rollout'>, tell: Tell): Promise<boolean> => {
    const snapshot = await readSnapshot(host, cluster)
    const states = until.workloads.flatMap(workload => {
      const object = workloadOf(snapshot, workload)
      return object === undefined ? [] : [rolloutState(object, until.least?.[workload.name])]
    })
    if (states.length === until.workloads.length && states.every(state => state.done)) {
      tell(describeRollout(states))
      return true
    }
    const findings = diagnose(snapshot, until.workloads)
    const problem = certain(findings)
    const lasting = findings.find(
      finding => host.now() - (seen.get(keyOfFinding(finding)) ?? 0) >= tellAfterMs,
    )
    tell([describeRollout(states), ...(lasting === undefined ? [] : [lasting.message])].join('; '))
    if (problem !== undefined) throw await rolloutError(host, cluster, problem, options.secrets())
    return false
  }

  const address = async (until: Of<'address'>, tell: Tell): Promise<boolean> => {
    const live = await readLive(host, cluster, { objects: [until.entry] })
    if (live.address !== undefined) return true
    const findings =
      live.entry === undefined ? [] : diagnoseEntry(live.entry, (await readSnapshot(host, cluster)).events)
    if (findings[0] !== undefined) tell(findings[0].message)
    const problem = certain(findings)
    if (problem !== undefined) throw await rolloutError(host, cluster, problem, options.secrets())
    return false
  }

  const answers = async (until: Of<'answers'>, tell: Tell): Promise<boolean> => {
    const url = options.url ?? (await readLive(host, cluster, { objects: [until.entry] })).url
    if (url === undefined) return false
    const answer = await host.request(`${url}${until.path}`, { timeoutMs: 5000 })
    answered = answer?.status === 200 ? answered + 1 : 0
    const words = answer?.body.trim().split('\n')[0]?.slice(0, 80)
    tell(
      `${url}${until.path} ${answer === undefined ? 'does not answer yet' : `answers ${answer.status} ${words}`}`,
    )
    return answered >= answersInARow
  }

  const look: Look = (until, tell) => {
    switch (until.kind) {
      case 'rollout':
        return rollout(until, tell)
      case 'address':
        return address(until, tell)
      case 'answers':
        return answers(until, tell)
      default:
        throw new TypeError(`${until.kind} is nothing of a cluster`)
    }
  }
  let silentSince: number | undefined
  return async (until, tell) => {
    try {
      const reached = await look(until, tell)
      silentSince = undefined
      return reached
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'cluster.unreachable') throw error
      silentSince ??= host.now()
      if (host.now() - silentSince > silentMs) throw error
      tell(error.message)
      return false
    }
  }
}

/** What was forgiven for ever until now begins to count now. */
const keyOfFinding = ({ code, subject, graceMs }: Finding) =>
  `${code} ${subject}${Number.isFinite(graceMs) ? '' : ' forgiven'}`

async function rolloutError(
  host: Host,
  cluster: Cluster,
  { code, message, proof, show, logs }: Finding,
  secrets: readonly string[],
): Promise<UserError> {
  const words = logs === undefined ? [] : await readLastWords(host, cluster, logs)
  const heading = words.length === 0 ? [] : [`last lines of ${logs?.pod}:`]
  return new UserError(redact(message, secrets), {
    code,
    hint: kubectlLine(cluster, ...show),
    details: [...proof, ...heading, ...words.map(line => `  ${line}`)].map(line => redact(line, secrets)),
    exitCode: exitCodes.stepFailed,
  })
}
