import { UserError } from '../errors.ts'
import type { GkeFacts } from '../facts/gke.ts'
import { isOurBroken, refuseUsed } from '../facts/gke-broken.ts'
import { readCompute } from '../facts/gke-compute.ts'
import { readExisting } from '../facts/gke-existing.ts'
import { type Damage, planRepair } from '../plan/gke-repair.ts'
import type { Plan } from '../plan/plan.ts'
import { type ComputeItem, isGroupOf } from '../tools/google-balancer.ts'
import type { PlannedChange } from '../tools/terraform-plan.ts'
import { deadLock, noteUse } from './gke-lock.ts'
import { clusterMarks, isUnmarked } from './gke-marks.ts'
import { ensureInit, noteInit, writeValues } from './gke-own.ts'
import { countsFor, refuseUnfit, type Terraforming } from './gke-provision.ts'
import { type GkeSession, unsavedState } from './gke-session.ts'
import { takeFolder } from './gke-unsaved.ts'

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
  const facts = await session.facts()
  // The APIs are on now: what could not be asked before can be.
  refuseUnfit(facts, countsFor(session))
  const broken = await brokenCluster(session, facts)
  if (broken !== undefined) return broken
  const found = await terraform.read()
  if (found.kind === 'broken') {
    const confirmed = await brokenNow(session)
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

/** The same, by what Google says now: Terraform's word alone does not count. */
export async function brokenNow(session: GkeSession): Promise<Damage | undefined> {
  session.forget()
  return brokenCluster(session, await session.facts())
}
