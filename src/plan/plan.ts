import { type Command, type Env, shellLine } from '../command.ts'
import type { ObjectChange } from '../kubernetes/diff.ts'
import { nameOf, type ObjectReference } from '../kubernetes/object.ts'
import type { Verb } from '../report/report.ts'
import type { ProcessId } from '../run/host.ts'
import type { OfCluster } from '../tools/google-balancer.ts'

/** What a step does, as plain data: `--dry-run` prints the very object that is run. */
export type Action =
  /** Runs to its end. */
  | {
      readonly kind: 'run'
      readonly command: Command
      /** Whose lines tell how far it is, and how many resources it changes. */
      readonly tells?: { readonly program: 'terraform'; readonly total: number }
    }
  /** Starts in the background and goes on when we exit. */
  | { readonly kind: 'start'; readonly command: Command; readonly log: string }
  | {
      readonly kind: 'write'
      readonly path: string
      readonly contents: string | Uint8Array
      readonly mode?: number
    }
  | { readonly kind: 'remove'; readonly path: string }
  /** SIGTERM, `graceMs` to go, then SIGKILL; already gone is fine. */
  | { readonly kind: 'end'; readonly process: ProcessId; readonly graceMs: number }
  /** HTTP to a process of ours on this machine. */
  | {
      readonly kind: 'request'
      readonly method: string
      readonly url: string
      readonly headers?: Env
      readonly body?: string
      readonly timeoutMs?: number
    }
  /** Asks until the answer is yes. */
  | { readonly kind: 'wait'; readonly until: Condition; readonly timeoutMs: number; readonly everyMs: number }

/** Something that can be looked at again and again without changing it. */
export type Condition =
  | { readonly kind: 'http'; readonly url: string; readonly status: number }
  | { readonly kind: 'gone'; readonly process: ProcessId }
  /** A JSON file's field; `failsOn` ends the wait at once with the file's `problem`. */
  | {
      readonly kind: 'state'
      readonly path: string
      readonly field: string
      readonly is: string
      readonly failsOn: string
      /** Field that holds the process which writes the file: its death ends the wait too. */
      readonly owner: string
    }
  | ClusterCondition
  | CloudCondition

/** Something in a cluster: the target knows how to look at it, and what makes waiting any longer useless. */
export type ClusterCondition =
  /** All pods are new and available. */
  | {
      readonly kind: 'rollout'
      readonly workloads: readonly ObjectReference[]
      /** How many replicas there are to be at least, by name, where an autoscaler decides. */
      readonly least?: Readonly<Record<string, number>>
    }
  /** The entry point has an address. */
  | { readonly kind: 'address'; readonly entry: ObjectReference }
  /** The entry point lets requests through to the app. */
  | { readonly kind: 'answers'; readonly entry: ObjectReference; readonly path: string }

/** Something in Google Cloud. */
export type CloudCondition =
  /** They answer: Google says that an API is on before it is on everywhere. */
  | {
      readonly kind: 'apis'
      readonly project: string
      readonly region: string
      readonly services: readonly string[]
    }
  /** Google is done with making the cluster, well or not. */
  | {
      readonly kind: 'settled'
      readonly project: string
      readonly location: string
      readonly cluster: string
    }
  /** Cloud Build has built and pushed the image. */
  | { readonly kind: 'built'; readonly project: string; readonly tag: string }
  /** What the cluster's controllers made on the network is gone: it cannot go before. */
  | {
      readonly kind: 'released'
      readonly project: string
      readonly cluster: OfCluster
      readonly namespace: string
    }

export interface Step {
  /** Stable, `noun.verb`: the journal and `--json` speak of steps by it. */
  readonly id: string
  /** As it reads when it is done. */
  readonly title: string
  /** As it reads before and meanwhile, where the title would say too much by then. */
  readonly during?: string
  readonly action: Action
  /** Why there is nothing to do: the step is reported as skipped. */
  readonly skip?: string
  /** Housekeeping: people see it only with --verbose, or when it fails. */
  readonly quiet?: true
  /** What helps when it fails or a wait runs out. */
  readonly hint?: string
  /** What it changes, in words, for the plan. */
  readonly shows?: readonly string[]
}

export interface Plan {
  readonly verb: Verb
  readonly stage: string
  readonly steps: readonly Step[]
  /** What needs nothing of these steps, and is done at the same time. */
  readonly beside?: Plan
  /** What a person has to agree to before it is run, as the first half of a question. */
  readonly asks?: string | undefined
  /** What changes in a cluster, for programs. */
  readonly changes?: readonly ObjectChange[]
}

/** Whether anything would be done. Pure. */
export const hasWork = (plan: Plan): boolean => plan.steps.some(step => step.skip === undefined)

/** The plan in words, a line a step with what it does. Pure. */
export function describePlan(plan: Plan): string {
  if (plan.steps.length === 0) return `${plan.stage}: nothing to do`
  const beside = plan.beside === undefined ? '' : `\nmeanwhile\n${describePlan(plan.beside)}`
  const steps = plan.steps.map(step =>
    [
      `${step.skip === undefined ? '+' : '='} ${step.during ?? step.title}${step.skip === undefined ? '' : ` (${step.skip})`}`,
      `    ${describeAction(step.action)}`,
      ...(step.shows ?? []).map(line => `    ${line}`),
    ].join('\n'),
  )
  return `${steps.join('\n')}${beside}`
}

/** One line that says what an action does, with the line to paste where it is a command. Pure. */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case 'run':
      return `$ ${shellLine(action.command)}`
    case 'start':
      return `$ ${shellLine(action.command)} &   (log: ${action.log})`
    case 'write':
      return `write ${action.path} (${action.contents.length} bytes)`
    case 'remove':
      return `remove ${action.path}`
    case 'end':
      return action.graceMs === 0
        ? `end process ${action.process.pid} by force if it is still there`
        : `end process ${action.process.pid}, by force after ${action.graceMs / 1000} s`
    case 'request':
      return `${action.method} ${action.url}`
    case 'wait':
      return `wait up to ${action.timeoutMs / 1000} s for ${describeCondition(action.until)}`
  }
}

function describeCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'http':
      return `${condition.url} to answer ${condition.status}`
    case 'gone':
      return `process ${condition.process.pid} to end`
    case 'state':
      return `${condition.field} to be ${condition.is} in ${condition.path}`
    case 'rollout':
      return `${condition.workloads.map(nameOf).join(', ')} to be rolled out`
    case 'address':
      return `${nameOf(condition.entry)} to have an address`
    case 'apis':
      return `${condition.services.length} APIs of ${condition.project} to answer`
    case 'settled':
      return `the cluster ${condition.cluster} to be made`
    case 'built':
      return `Cloud Build to push ${condition.tag}`
    case 'released':
      return "the load balancer's parts to be gone"
    case 'answers':
      return `${nameOf(condition.entry)} to answer 200 at ${condition.path}`
  }
}
