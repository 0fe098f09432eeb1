import type { GkeNames } from '../config/gke-names.ts'
import type { OfCluster } from '../tools/google-balancer.ts'
import { terraformApply, terraformOpen, type Workspace } from '../tools/terraform.ts'
import type { PlannedChange } from '../tools/terraform-plan.ts'
import { countChanges, describeChanges } from './gke-describe.ts'
import type { Plan, Step } from './plan.ts'

const releaseTimeoutMs = 10 * 60_000

/** Whose the groups of a load balancer are. */
interface Whose {
  readonly namespace: string
  readonly cluster: OfCluster
}

/** What goes, in words, and what stays since others made it. */
function parts({ given, network, cluster }: GkeNames): string {
  switch (given) {
    case undefined:
      return 'the cluster, its network and its images, with all data in them'
    case 'network':
      return `the cluster and its images, with all data in them; the network ${network} stays`
    case 'cluster':
      return `its address and its images, with all data in them; the cluster ${cluster} stays`
  }
}

/** The app's objects, then the wait until the load balancer that Google made for them has gone. Pure. */
export function planRelease(names: GkeNames, whose: Whose, plan: Plan): Plan {
  const asks = `this removes ${names.base} from ${names.project}: the app, ${parts(names)}`
  return {
    ...plan,
    steps: [...plan.steps, released(names, whose)],
    ...(plan.asks === undefined ? {} : { asks }),
  }
}

function released({ project }: GkeNames, { namespace, cluster }: Whose): Step {
  return {
    id: 'balancer.gone',
    title: 'wait until the load balancer is gone',
    action: {
      kind: 'wait',
      until: { kind: 'released', project, cluster, namespace },
      timeoutMs: releaseTimeoutMs,
      everyMs: 2000,
    },
    hint: `the cluster’s controllers clear up for some minutes: run this again; \`gcloud compute network-endpoint-groups list --project=${project}\` shows what they do not clear up`,
  }
}

/** An earlier run took the app down and did not wait. Pure. */
export function planWait(names: GkeNames, whose: Whose): Plan {
  return { verb: 'down', stage: 'teardown', steps: [released(names, whose)] }
}

/** Takes the protection off the cluster: a change of its own, after which the destroy is planned. Pure. */
export function planOpen(names: GkeNames, workspace: Workspace): Plan {
  const steps: Step[] = [
    {
      id: 'cluster.open',
      title: 'take the protection off the cluster',
      action: { kind: 'run', command: terraformOpen(workspace) },
    },
  ]
  const asks = `this removes ${names.base} from ${names.project}: ${parts(names)}`
  return { verb: 'down', stage: 'teardown', steps, asks }
}

/** Everything in the state. Pure. */
export function planDestroy(names: GkeNames, workspace: Workspace, changes: readonly PlannedChange[]): Plan {
  const steps: Step[] = [
    {
      id: 'terraform.destroy',
      title: `infrastructure: ${countChanges(changes)}`,
      action: {
        kind: 'run',
        command: terraformApply(workspace),
        tells: { program: 'terraform', total: changes.length },
      },
      shows: describeChanges(changes),
    },
  ]
  const asks = `this removes ${names.base} from ${names.project}: ${countChanges(changes)}`
  return { verb: 'down', stage: 'teardown', steps, asks }
}
