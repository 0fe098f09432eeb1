import { join } from 'node:path'
import type { GkeNames } from '../config/gke-names.ts'
import type { Existing } from '../facts/gke-existing.ts'
import type { Verb } from '../report/report.ts'
import { gcloud } from '../tools/gcloud.ts'
import { terraformImport, terraformPush, terraformUnlock, type Workspace } from '../tools/terraform.ts'
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
  /** It was made, and the run died before the state knew of it. */
  | { readonly kind: 'unknown'; readonly existing: readonly Existing[] }

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
        steps: damage.existing.map(({ address, id, title }) => ({
          id: `state.import:${address}`,
          title: `take in ${title}, which an earlier run made`,
          action: { kind: 'run', command: terraformImport(workspace, address, id) },
        })),
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
