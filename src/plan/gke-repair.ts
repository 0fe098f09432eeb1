import { join } from 'node:path'
import type { GkeNames } from '../config/gke-names.ts'
import type { Existing } from '../facts/gke-existing.ts'
import type { Verb } from '../report/report.ts'
import { gcloud } from '../tools/gcloud.ts'
import {
  terraformImport,
  terraformPush,
  terraformUnlock,
  terraformUntaint,
  type Workspace,
} from '../tools/terraform.ts'
import type { StateLock } from '../tools/terraform-failures.ts'
import type { Plan, Step } from './plan.ts'

/** What an earlier run left that Terraform cannot go on from by itself. */
export type Damage =
  /** The state that could not be saved. */
  | { readonly kind: 'unsaved'; readonly file: string }
  /** The lock of a Terraform that is proven dead. */
  | { readonly kind: 'lock'; readonly lock: StateLock }
  /** Google could not finish the cluster: it cannot be repaired, only made anew. */
  | { readonly kind: 'broken' }
  /** It was made, and the run ended before the state knew of it, or knew of its end. */
  | {
      readonly kind: 'unknown'
      /** Not in the state. */
      readonly existing: readonly Found[]
      /** In the state as half made. */
      readonly tainted: readonly Found[]
    }
  /** Google is still making the cluster that an earlier run began. */
  | { readonly kind: 'making' }

type Found = Pick<Existing, 'address' | 'id' | 'title'>

/** As long as Terraform waits: templates/terraform. */
const settleTimeoutMs = 40 * 60_000

/** Puts right what an earlier run left; no steps when it left nothing. Pure. */
export function planRepair(
  verb: Verb,
  workspace: Workspace,
  names: GkeNames,
  damage: Damage | undefined,
  agreed: boolean,
): Plan {
  const plan = { verb, stage: 'repair' }
  switch (damage?.kind) {
    case undefined:
      return { ...plan, steps: [] }
    case 'unsaved':
      return { ...plan, steps: unsavedSteps(workspace, damage.file) }
    case 'lock': {
      const { id, who } = damage.lock
      const step: Step = {
        id: 'state.unlock',
        title: `take the lock of the state from ${who}, whose Terraform is dead`,
        action: { kind: 'run', command: terraformUnlock(workspace, id) },
      }
      return { ...plan, steps: [step] }
    }
    case 'broken': {
      const { cluster, location, project } = names
      const args = ['container', 'clusters', 'delete', cluster, `--location=${location}`, '--quiet']
      const step: Step = {
        id: 'cluster.remove-broken',
        title: `remove the cluster ${cluster}, which Google could not finish`,
        action: { kind: 'run', command: gcloud(project, args) },
      }
      const asks = `the cluster ${cluster} is there, but broken: it is removed with all that is in it, and made anew`
      return { ...plan, steps: [step], ...(agreed ? {} : { asks }) }
    }
    case 'unknown':
      return {
        ...plan,
        steps: [
          ...damage.existing.map(({ address, id, title }) => ({
            id: `state.import:${address}`,
            title: `take in ${title}, which an earlier run made`,
            action: { kind: 'run' as const, command: terraformImport(workspace, address, id) },
          })),
          ...damage.tainted.map(({ address, title }) => ({
            id: `state.untaint:${address}`,
            title: `keep ${title}, whose making an earlier run did not see to its end`,
            action: { kind: 'run' as const, command: terraformUntaint(workspace, address) },
          })),
        ],
      }
    case 'making': {
      const { project, location, cluster } = names
      const step: Step = {
        id: 'cluster.settle',
        title: `wait until Google has made the cluster ${cluster}, which an earlier run began`,
        action: {
          kind: 'wait',
          until: { kind: 'settled', project, location, cluster },
          timeoutMs: settleTimeoutMs,
          everyMs: 2000,
        },
        hint: `https://console.cloud.google.com/kubernetes/list?project=${project}`,
      }
      return { ...plan, steps: [step] }
    }
  }
}

function unsavedSteps(workspace: Workspace, file: string): Step[] {
  return [
    {
      id: 'state.push',
      title: 'save the state that an earlier run could not save',
      action: { kind: 'run', command: terraformPush(workspace, file) },
      hint: `keep ${join(workspace.folder, 'errored.tfstate')}: it knows what was made`,
    },
    {
      id: 'state.forget',
      quiet: true,
      title: 'remove errored.tfstate, which is saved now',
      action: { kind: 'remove', path: file },
    },
  ]
}
