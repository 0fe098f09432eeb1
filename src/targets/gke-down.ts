import { UserError } from '../errors.ts'
import { readState, readTerraform } from '../facts/gke-terraform.ts'
import { planDestroy, planOpen, planRelease, planWait } from '../plan/gke-teardown.ts'
import type { Plan } from '../plan/plan.ts'
import { type Group, readGroups } from './gke-look.ts'
import { deadLock, ensureInit, isConnected, refuseUnfit } from './gke-provision.ts'
import type { GkeSession } from './gke-session.ts'
import type { Target } from './target.ts'

const nothing: Plan = { verb: 'down', stage: 'teardown', steps: [] }

/** Looks again and again for the next thing to take down; what it asks, it asks once. */
export function openTeardown(session: GkeSession, inner: Target): () => Promise<Plan> {
  let asked = session.flags.yes === true
  return async () => {
    const plan = await next(session, inner)
    const once = asked ? { ...plan, asks: undefined } : plan
    asked ||= plan.asks !== undefined
    return once
  }
}

/** The app in the cluster and what its controllers made, then all that Terraform made. */
async function next(session: GkeSession, inner: Target): Promise<Plan> {
  const facts = await session.facts(true)
  refuseUnfit(facts)
  const running = facts.project?.cluster?.ok === true && facts.project.cluster.value === 'RUNNING'
  if (running && (await isConnected(session))) {
    const plan = await inner.planDown()
    if (plan.steps.length > 0) return planRelease(session.names, namespaceOf(session), plan)
  }
  return (await destroy(session)) ?? nothing
}

async function destroy(session: GkeSession): Promise<Plan | undefined> {
  const { host, names, where } = session
  const facts = await session.facts()
  if (facts.project?.bucket?.ok !== true) return undefined
  const workspace = await session.workspace()
  await ensureInit(session, workspace)
  const state = await readState(host, workspace, where)
  if (state.addresses.length === 0) return undefined
  const groups = await readGroups(host, await session.login(), names.project, names.network)
  refuseShared(session, groups)
  if (groups.length > 0) return planWait(names, namespaceOf(session))
  if (state.protectedCluster) return planOpen(names, workspace)
  const found = await readTerraform(host, workspace, where, ['-destroy', '-var=deletion_protection=false'])
  if (found.kind === 'locked') {
    await deadLock(session, found.lock)
    return undefined
  }
  return planDestroy(names, workspace, found.kind === 'planned' ? found.changes : [])
}

const namespaceOf = ({ gke, config }: GkeSession) => gke.namespace ?? config.name

/** A cluster that serves others does not go: what they have in it would go with it. */
function refuseShared(session: GkeSession, groups: readonly Group[]): void {
  const others = groups.filter(({ namespace }) => namespace !== namespaceOf(session))
  if (others.length === 0) return
  const { names } = session
  throw new UserError(`the cluster ${names.cluster} serves others, too: it stays, with its network`, {
    code: 'gke.shared',
    hint: 'take those down first, then run this again',
    details: [
      ...new Set(others.map(({ namespace, service }) => `namespace ${namespace}, Service ${service}`)),
    ],
  })
}

export async function gkeLeftovers(_session: GkeSession, _inner: Target): Promise<readonly string[]> {
  return []
}
