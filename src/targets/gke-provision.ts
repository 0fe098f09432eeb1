import { neededServices } from '../config/gke-needs.ts'
import { exitCodes, UserError } from '../errors.ts'
import { clusterPaths } from '../facts/cluster-connection.ts'
import type { GkeFacts } from '../facts/gke.ts'
import { isOurBroken, refuseUsed } from '../facts/gke-broken.ts'
import { judgeGke } from '../facts/gke-checks.ts'
import { readExisting } from '../facts/gke-existing.ts'
import { readCompute } from '../facts/gke-leftovers.ts'
import { initDigest, readTerraform, type TerraformFacts } from '../facts/gke-terraform.ts'
import { planPrepare } from '../plan/gke-prepare.ts'
import { planProvision } from '../plan/gke-provision.ts'
import { type Damage, planRepair } from '../plan/gke-repair.ts'
import type { Plan } from '../plan/plan.ts'
import { estimate } from '../price/estimate.ts'
import { type ComputeItem, isGroupOf } from '../tools/google-balancer.ts'
import type { Workspace } from '../tools/terraform.ts'
import type { PlannedChange } from '../tools/terraform-plan.ts'
import { refuseNoFiles, refuseOtherFiles } from './gke-given.ts'
import { deadLock, noteUse } from './gke-lock.ts'
import { clusterMarks, isUnmarked } from './gke-marks.ts'
import { ensureInit, isConnected, noteInit, valuesOf, writeValues } from './gke-own.ts'
import { type GkeSession, unsavedState } from './gke-session.ts'
import { takeFolder } from './gke-unsaved.ts'

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
const countsFor = ({ flags }: GkeSession): RegExp => (flags.dryRun === true ? /^(?!gke\.permissions$)/ : /./)

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

/** One kill can leave a state that was not saved, a lock, a cluster under way, and what nobody noted: one after the other. */
export const repairs = 4

/** Looks for what an earlier run left, and says how it is put right. */
export async function repair(session: GkeSession, terraform: Terraforming): Promise<Plan> {
  const { host, verb, names, paths, flags } = session
  if (terraform.sound) return { verb, stage: 'repair', steps: [] }
  const workspace = await session.workspace()
  await takeFolder(session)
  await noteUse(session)
  if (flags.dryRun === true) {
    await writeValues(session)
    await ensureInit(session, workspace)
  } else {
    // `terraform init` has run by now, for exactly this.
    await noteInit(host, paths.initialised, workspace)
  }
  const damage = await findDamage(session, terraform)
  if (damage === undefined) terraform.sound = true
  else terraform.forget()
  return planRepair(verb, workspace, names, damage, flags.yes === true)
}

async function findDamage(session: GkeSession, terraform: Terraforming): Promise<Damage | undefined> {
  const { host, gke, names } = session
  const file = unsavedState(await session.workspace())
  if ((await host.kindOf(file)) === 'file') return { kind: 'unsaved', file }
  const facts = await session.facts(true)
  // The APIs are on now: what could not be asked before can be.
  refuseUnfit(facts, countsFor(session))
  const broken = await brokenCluster(session, facts)
  if (broken !== undefined) return broken
  const found = await terraform.read()
  if (found.kind === 'broken') {
    const confirmed = await brokenCluster(session, await session.facts(true))
    if (confirmed === undefined) throw found.error
    return confirmed
  }
  if (found.kind === 'locked') return deadLock(session, found.lock)
  if (isBeingMade(session, facts)) return { kind: 'making' }
  const of = (wanted: (change: PlannedChange) => boolean) =>
    new Set(found.changes.filter(wanted).map(change => change.address))
  const creates = of(change => change.action === 'create')
  const tainted = of(change => change.tainted === true)
  if (creates.size + tainted.size === 0) return undefined
  const login = await session.login()
  const there = await readExisting(
    host,
    login,
    gke,
    names,
    ({ address }) => creates.has(address) || tainted.has(address),
  )
  const foreign = there.filter(({ found, address }) => found === 'foreign' && creates.has(address))
  if (foreign.length > 0) {
    throw new UserError(`${foreign.map(one => one.title).join(', ')}: there already, and not ours`, {
      code: 'gke.exists',
      hint: 'choose another `name` in rtdeploy.yaml; what others made stays as it is',
    })
  }
  const ours = there.filter(resource => resource.found === 'ours')
  if (ours.length === 0) return undefined
  return {
    kind: 'unknown',
    existing: ours.filter(({ address }) => creates.has(address)),
    tainted: ours.filter(({ address }) => tainted.has(address)),
  }
}

/** An earlier run began our cluster and did not stay: nothing can be done with it, or to it, before Google is done. */
export function isBeingMade({ gke, names }: GkeSession, { project }: GkeFacts): boolean {
  const cluster = project?.cluster
  if (gke.cluster !== undefined || cluster?.ok !== true) return false
  return cluster.value.status === 'PROVISIONING' && cluster.value.owner === names.base
}

/** A cluster of ours that Google says is broken; throws `gke.cluster-broken` when more than `down` may go with it. */
export async function brokenCluster(session: GkeSession, facts: GkeFacts): Promise<Damage | undefined> {
  const { host, verb, gke, names } = session
  const cluster = facts.project?.cluster
  if (gke.cluster !== undefined || cluster?.ok !== true || !isOurBroken(cluster.value, names))
    return undefined
  const items = await readCompute(host, await session.login(), names.project)
  // On a network of others, their groups say nothing of this cluster. Where it cannot be told, all of them do.
  const marks = (await isUnmarked(session)) ? undefined : await clusterMarks(session)
  const inside = (item: ComputeItem) => isGroupOf(item, { network: names.network, marks })
  refuseUsed(
    verb,
    names,
    items.filter(item => item.kind !== 'networkEndpointGroups' || inside(item)),
  )
  return { kind: 'broken' }
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
