import type { GkeNames } from '../config/gke-names.ts'
import type { Verb } from '../report/report.ts'
import { getCredentials } from '../tools/gcloud.ts'
import { terraformApply, type Workspace } from '../tools/terraform.ts'
import type { PlannedChange } from '../tools/terraform-plan.ts'
import { countChanges, describeChanges, nameChanges, takesAway } from './gke-describe.ts'
import type { Plan, Step } from './plan.ts'

export interface ProvisionFacts {
  readonly verb: Verb
  readonly names: GkeNames
  readonly workspace: Workspace
  readonly changes: readonly PlannedChange[]
  /** Our kubeconfig leads to the cluster that is there. */
  readonly connected: boolean
  readonly kubeconfig: string
  /** What we noted of pushed images: worth nothing in a repository that is made anew. */
  readonly imageNote: string
  /** `--yes` */
  readonly agreed: boolean
}

/** Applies exactly what was planned and shown, then logs in to the cluster. Pure. */
export function planProvision(facts: ProvisionFacts): Plan {
  const { verb, names, workspace, changes, kubeconfig } = facts
  const made = (type: string) =>
    changes.some(change => change.type === type && ['create', 'replace'].includes(change.action))
  const stale = !facts.connected || made('google_container_cluster')
  const steps: Step[] = [
    {
      id: 'terraform.apply',
      title: changes.length === 0 ? 'infrastructure' : `infrastructure: ${countChanges(changes)}`,
      action: {
        kind: 'run',
        command: terraformApply(workspace),
        tells: { program: 'terraform', total: changes.length },
      },
      ...(changes.length === 0 ? { skip: 'up to date' } : { shows: describeChanges(changes) }),
    },
    ...(made('google_artifact_registry_repository')
      ? [
          {
            id: 'image.forget',
            quiet: true as const,
            title: 'forget what was pushed to an earlier repository',
            action: { kind: 'remove' as const, path: facts.imageNote },
          },
        ]
      : []),
    {
      id: 'cluster.login',
      title: `log in to the cluster ${names.cluster}`,
      action: {
        kind: 'run',
        command: getCredentials(names.project, names.cluster, names.location, kubeconfig),
      },
      ...(stale ? {} : { skip: 'up to date' }),
    },
  ]
  const away = takesAway(changes)
  const asks = `this takes away or replaces ${nameChanges(away)} in ${names.project}, with what is in there`
  return { verb, stage: 'provision', steps, ...(away.length === 0 || facts.agreed ? {} : { asks }) }
}
