import { UserError } from '../errors.ts'
import type { GkeFacts } from '../facts/gke.ts'
import { readCompute, readKind } from '../facts/gke-compute.ts'
import { readExisting } from '../facts/gke-existing.ts'
import { type Leftovers, readBucket, readLeftovers } from '../facts/gke-leftovers.ts'
import { certain } from '../facts/gke-project.ts'
import { readState, readTerraform } from '../facts/gke-terraform.ts'
import { describeLeftovers, planBucket, planLeftovers, planState } from '../plan/gke-leftovers.ts'
import { planRepair } from '../plan/gke-repair.ts'
import { planDestroy, planOpen, planRelease, planWait } from '../plan/gke-teardown.ts'
import type { Plan } from '../plan/plan.ts'
import { type ComputeItem, isGroupOf, keepsNetwork, type OfCluster } from '../tools/google-balancer.ts'
import { isSystems, serviceOf } from '../tools/google-descriptions.ts'
import type { Workspace } from '../tools/terraform.ts'
import { refuseNoFiles, refuseOtherFiles } from './gke-given.ts'
import { deadLock, noteUse } from './gke-lock.ts'
import { appObjects, clusterMarks, isUnmarked, noteApp } from './gke-marks.ts'
import { connectOwn, ensureInit, writeValues } from './gke-own.ts'
import { refuseUnfit } from './gke-provision.ts'
import { brokenNow, isBeingMade } from './gke-repair.ts'
import { type GkeSession, unsavedState } from './gke-session.ts'
import { takeFolder } from './gke-unsaved.ts'
import type { Target } from './target.ts'

const nothing: Plan = { verb: 'down', stage: 'teardown', steps: [] }

/** Looks again and again for the next thing to take down; what it asks, it asks once, and once more for what is left over. */
export function openTeardown(session: GkeSession, inner: Target): () => Promise<Plan> {
  let asked = session.flags.yes === true
  return async () => {
    const { plan, left } = await next(session, inner)
    const ask = session.flags.yes !== true && (left || !asked)
    if (plan.steps.length > 0 && plan.asks !== undefined) asked = true
    return ask ? plan : { ...plan, asks: undefined }
  }
}

interface Next {
  readonly plan: Plan
  /** It is about what nobody expected to be there. */
  readonly left: boolean
}

/** The app in the cluster and what its controllers made, all that Terraform made, what is left, and the state itself. */
async function next(session: GkeSession, inner: Target): Promise<Next> {
  session.forget()
  inner.forget?.()
  const facts = await session.facts()
  refuseUnfit(facts, needed)
  // First of all: it is about what rtdeploy.yaml says stays, and goes by what the files say is ours.
  await refuseOtherFiles(session)
  const connected = await connectOwn(session)
  if (connected) {
    await noteApp(session)
    const plan = await inner.planDown()
    if (plan.steps.length > 0)
      return { plan: planRelease(session.names, await whose(session), plan), left: false }
  }
  const destroyed = await destroy(session, facts, connected)
  if (destroyed !== undefined) return destroyed
  const left = await leftOver(session)
  if (left.items.length + left.resources.length > 0) {
    refuseShared(session, connected ? await groupsOf(session) : [])
    return { plan: planLeftovers(session.names, left), left: true }
  }
  const bucket = await readBucket(session.host, await session.login(), session.names)
  if (bucket?.ours !== true) return { plan: nothing, left: false }
  if (bucket.others.length === 0) return { plan: planBucket(session.names), left: false }
  // The other one takes the bucket with it, unless a state is in it that nobody comes back for.
  const shared = bucket.others.some(other => !other.startsWith('github-'))
  return { plan: bucket.own && shared ? planState(session.names) : nothing, left: false }
}

/** Quotas and APIs are for what makes something. */
const needed = /^(?:program\.|gke\.(?:login|credentials|project)$)/

/** `known`: firewall rules that Terraform takes down. */
async function readLeft(session: GkeSession, known?: readonly string[]): Promise<Leftovers> {
  const { host, login, gke, names, config } = session
  const of = { ...(await ofCluster(session)), known }
  return readLeftovers(host, await login(), gke, names, config.name, of)
}

async function leftOver(session: GkeSession, known?: readonly string[]): Promise<Leftovers> {
  const { flags } = session
  const left = await readLeft(session, known)
  // They are data, and --keep-data says that they are to stay.
  const items = left.items.filter(item => item.kind !== 'disks' || flags.keepData !== true)
  return { ...left, items }
}

async function destroy(session: GkeSession, facts: GkeFacts, connected: boolean): Promise<Next | undefined> {
  const { host, gke, names, where } = session
  if (certain(facts.project?.bucket, `a bucket ${names.bucket}`) === undefined) return undefined
  const workspace = await session.workspace()
  // Terraform makes an empty state where there is none, as soon as it looks.
  if (await stateless(session, workspace)) return undefined
  await refuseNoFiles(session)
  await writeValues(session)
  await takeFolder(session)
  await noteUse(session)
  await ensureInit(session, workspace)
  const file = unsavedState(workspace)
  const expected = (plan: Plan): Next => ({ plan, left: false })
  if ((await host.kindOf(file)) === 'file')
    return expected(planRepair('down', workspace, names, { kind: 'unsaved', file }, true))
  const state = await readState(host, workspace, where)
  if (state.addresses.length === 0) return undefined
  if (isBeingMade(session, facts))
    return expected(planRepair('down', workspace, names, { kind: 'making' }, true))
  // Terraform would make it anew instead of taking its protection off.
  const kept = await readExisting(host, await session.login(), gke, names, ({ address }) =>
    state.protectedCluster ? state.tainted.includes(address) : false,
  )
  const tainted = kept.filter(({ found }) => found === 'ours')
  if (tainted.length > 0)
    return expected(planRepair('down', workspace, names, { kind: 'unknown', existing: [], tainted }, true))
  const groups = await groupsOf(session)
  if (connected) {
    refuseShared(session, groups)
    if (groups.some(isOurs(session))) return expected(planWait(names, await whose(session)))
  } else if (groups.length > 0 || (await hasRules(session))) {
    // Nobody is there to clear them up, and they keep the network from going.
    const { items } = await leftOver(session, state.firewalls)
    if (items.some(keepsNetwork)) return { plan: planLeftovers(names, { items, resources: [] }), left: true }
  }
  if (state.protectedCluster && connected) return expected(planOpen(names, workspace))
  const found = await readTerraform(host, workspace, where, ['-destroy', ...howToDestroy(session, facts)])
  if (found.kind === 'planned') return expected(planDestroy(names, workspace, found.changes))
  const damage = found.kind === 'locked' ? await deadLock(session, found.lock) : await brokenNow(session)
  if (damage === undefined && found.kind === 'broken') throw found.error
  return expected(planRepair('down', workspace, names, damage, session.flags.yes === true))
}

/** Another environment keeps the bucket, and this one has no state in it. */
async function stateless({ host, login, names }: GkeSession, workspace: Workspace): Promise<boolean> {
  if ((await host.kindOf(unsavedState(workspace))) === 'file') return false
  const bucket = await readBucket(host, await login(), names)
  return bucket !== undefined && !bucket.own && bucket.others.length > 0
}

/** Terraform reads a cluster of others before it destroys, and gives up where that is gone. */
function howToDestroy({ names }: GkeSession, { project }: GkeFacts): string[] {
  if (names.given !== 'cluster') return ['-var=deletion_protection=false']
  return project?.cluster?.ok === true ? [] : ['-refresh=false']
}

const isOurs = (session: GkeSession) => (group: ComputeItem) =>
  serviceOf(group).namespace === namespaceOf(session)

const namespaceOf = ({ gke, config }: GkeSession) => gke.namespace ?? config.name

async function ofCluster(session: GkeSession): Promise<OfCluster> {
  const [marks, only] = [await clusterMarks(session), await appObjects(session)]
  return { network: session.names.network, marks, only }
}

async function whose(session: GkeSession) {
  return { namespace: namespaceOf(session), cluster: await ofCluster(session) }
}

async function groupsOf(session: GkeSession): Promise<ComputeItem[]> {
  const cluster = await ofCluster(session)
  const items = await readCompute(session.host, await session.login(), session.names.project)
  return items.filter(item => isGroupOf(item, cluster))
}

/** Whether there are firewall rules on a network of our own, whoever made them. */
async function hasRules({ host, login, names }: GkeSession): Promise<boolean> {
  if (names.given !== undefined) return false
  const rules = await readKind(host, await login(), names.project, 'firewalls')
  return rules.some(rule => rule.network === names.network)
}

/** A cluster that serves others does not go: what they have in it would go with it. */
function refuseShared(session: GkeSession, groups: readonly ComputeItem[]): void {
  const { names } = session
  // A cluster of others stays anyway.
  if (names.given === 'cluster') return
  // What its controllers have for themselves they clear up in no fixed order, and nobody misses it.
  const served = groups.filter(group => !isSystems(group)).map(serviceOf)
  const others = served.filter(({ namespace }) => namespace !== namespaceOf(session))
  if (others.length === 0) return
  throw new UserError(`the cluster ${names.cluster} serves others, too: it stays as it is`, {
    code: 'gke.shared',
    hint: 'take those down first, then run this again',
    details: [
      ...new Set(others.map(({ namespace, service }) => `namespace ${namespace}, Service ${service}`)),
    ],
  })
}

/** What stays on purpose, with what it costs. */
export async function gkeLeftovers(session: GkeSession): Promise<readonly string[]> {
  const { host, login, names } = session
  const lines = [
    ...describeLeftovers(await readLeft(session)).map(line => `still there: ${line}`),
    ...((await isUnmarked(session)) ? notTold(session) : []),
  ]
  const bucket = await readBucket(host, await login(), names)
  if (bucket === undefined) return lines
  const why = bucket.ours
    ? `other environments have their state in it: ${bucket.others.join(', ')}`
    : 'it was not made by rtdeploy'
  return [...lines, `still there: bucket ${names.bucket}, since ${why}`]
}

/** Who may not read kube-system does not know which load balancers the cluster made. */
function notTold({ names }: GkeSession): string[] {
  return [
    `not looked for: parts of load balancers, since you may not read the namespace kube-system of ${names.cluster}, which tells whose they are`,
    `  gcloud compute network-endpoint-groups list --project=${names.project}`,
  ]
}
