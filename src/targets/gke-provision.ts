import { neededServices } from '../config/gke-needs.ts'
import { exitCodes, UserError } from '../errors.ts'
import { clusterPaths } from '../facts/cluster-connection.ts'
import type { GkeFacts } from '../facts/gke.ts'
import { judgeGke } from '../facts/gke-checks.ts'
import { initDigest, readTerraform, type TerraformFacts } from '../facts/gke-terraform.ts'
import { planPrepare } from '../plan/gke-prepare.ts'
import { planProvision } from '../plan/gke-provision.ts'
import type { Plan } from '../plan/plan.ts'
import { estimate } from '../price/estimate.ts'
import type { Workspace } from '../tools/terraform.ts'
import type { PlannedChange } from '../tools/terraform-plan.ts'
import { refuseNoFiles, refuseOtherFiles } from './gke-given.ts'
import { deadLock } from './gke-lock.ts'
import { isConnected, valuesOf } from './gke-own.ts'
import type { GkeSession } from './gke-session.ts'

/** Throws everything that is missing at once (exit 3): nothing is made before all is green. `only`: ids of what counts. */
export function refuseUnfit(facts: GkeFacts, only = /./): void {
  const failed = judgeGke(facts).filter(check => check.status === 'fail' && only.test(check.id))
  const [first] = failed
  if (first === undefined) return
  const details = failed.flatMap(check => [`${check.title}: ${check.found}`, `  ${check.hint ?? ''}`])
  throw new UserError(
    failed.length === 1 ? `${first.title}: ${first.found}` : `${failed.length} things are missing`,
    {
      code: failed.length === 1 ? first.id : 'gke.unfit',
      hint:
        failed.length === 1
          ? (first.hint ?? 'rtdeploy doctor')
          : 'put these right, then run this again; rtdeploy doctor looks anew',
      details: failed.length === 1 ? [] : details,
      exitCode: exitCodes.missing,
    },
  )
}

/** A look ahead takes no right to change anything: it is for accounts, too, that have none. */
export const countsFor = ({ flags }: GkeSession): RegExp =>
  flags.dryRun === true ? /^(?!gke\.permissions$)/ : /./

/** What the state's bucket is; throws when it belongs to somebody else. */
function bucketOf({ names }: GkeSession, { project }: GkeFacts): 'absent' | 'unversioned' | 'ready' {
  const answer = project?.bucket
  if (answer?.ok) return answer.value ? 'ready' : 'unversioned'
  if (answer?.status === 403) {
    throw new UserError(`the bucket ${names.bucket} belongs to somebody else`, {
      code: 'gke.bucket-taken',
      hint: 'bucket names are the whole world’s: another `name` in rtdeploy.yaml gives another bucket',
    })
  }
  return 'absent'
}

/** Programs, login, price, APIs, bucket. */
export async function prepare(session: GkeSession): Promise<Plan> {
  const { host, verb, gke, names, paths, config, flags } = session
  const facts = await session.facts()
  refuseUnfit(facts, countsFor(session))
  await refuseNoFiles(session)
  await refuseOtherFiles(session)
  const workspace = await session.workspace()
  const { project } = facts
  const on = project?.services?.ok ? project.services.value : []
  const made = estimate(gke, config.app.replicas)
  const digest = await initDigest(host, workspace)
  const ours = gke.cluster === undefined && project?.cluster?.ok === true
  return planPrepare({
    verb,
    gke,
    names,
    off: neededServices(gke).filter(name => !on.includes(name)),
    bucket: bucketOf(session, facts),
    known: ours || (await host.readFile(paths.consent)) !== undefined,
    estimate: made,
    values: {
      path: paths.values,
      contents: valuesOf(session),
      found: await host.readFile(paths.values),
    },
    workspace,
    initialised: (await host.readFile(paths.initialised)) === digest,
    consent: {
      path: paths.consent,
      by: facts.login.ok ? facts.login.login.account : 'somebody',
      at: new Date(host.now()).toISOString(),
    },
    agreed: flags.yes === true,
  })
}

/** Terraform's plan, made once for the two stages that look at it, and again after a repair. */
export interface Terraforming {
  read(): Promise<TerraformFacts>
  forget(): void
  /** Nothing is left to put right. */
  sound: boolean
}

export function openTerraform(session: GkeSession, more: readonly string[] = []): Terraforming {
  let found: Promise<TerraformFacts> | undefined
  return {
    read: () => {
      found ??= session
        .workspace()
        .then(workspace => readTerraform(session.host, workspace, session.where, more))
      return found
    },
    forget: () => {
      found = undefined
    },
    sound: false,
  }
}

/** Terraform's plan, and the login to the cluster. */
export async function provision(session: GkeSession, terraform: Terraforming): Promise<Plan> {
  const found = await terraform.read()
  if (found.kind === 'locked') {
    await deadLock(session, found.lock)
    throw new UserError('somebody took the lock of Terraform’s state meanwhile', {
      code: 'lock.held',
      hint: 'run this again',
      exitCode: exitCodes.locked,
    })
  }
  if (found.kind === 'broken') {
    throw new UserError('the cluster broke meanwhile', { code: 'gke.cluster-broken', hint: 'run this again' })
  }
  return planWith(session, await session.workspace(), found.changes, await isConnected(session))
}

/** The plan with what follows it: the login to the cluster. */
export function planWith(
  { verb, names, paths, project, config, flags }: GkeSession,
  workspace: Workspace,
  changes: readonly PlannedChange[],
  connected: boolean,
): Plan {
  return planProvision({
    verb,
    names,
    workspace,
    changes,
    connected,
    kubeconfig: paths.kubeconfig,
    imageNote: clusterPaths(project, config.environment?.name).image,
    agreed: flags.yes === true,
  })
}
