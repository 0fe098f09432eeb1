import type { Config } from '../config/config.ts'
import { UserError } from '../errors.ts'
import { compareObjects } from '../facts/cluster-objects.ts'
import { checkNewNamespace } from '../facts/cluster-preflight.ts'
import { readRecords, refuseOldServer, silentMs } from '../facts/cluster-records.ts'
import { readRemains } from '../facts/cluster-remains.ts'
import { readLive } from '../facts/cluster-running.ts'
import { readClusterStatus } from '../facts/cluster-status.ts'
import { workloadChecks } from '../kubernetes/health.ts'
import { parseInventory } from '../kubernetes/inventory.ts'
import type { KubernetesObject } from '../kubernetes/object.ts'
import { isOurSecret } from '../kubernetes/secret-owner.ts'
import { rolloutState } from '../kubernetes/workloads.ts'
import { planNamespace } from '../plan/kubernetes-namespace.ts'
import { needsBuilder, planPublish, refuseUnbuildable } from '../plan/kubernetes-publish.ts'
import { markFailed } from '../plan/kubernetes-steps.ts'
import { describeRemains, planTeardown } from '../plan/kubernetes-teardown.ts'
import { hasWork } from '../plan/plan.ts'
import { clusterChecks, podRows, renderClusterStatus } from '../report/kubernetes-status.ts'
import type { Host } from '../run/host.ts'
import type { Look } from '../run/wait-for.ts'
import { type Ahead, openAhead } from './kubernetes-ahead.ts'
import { clusterDisruptions } from './kubernetes-disruptions.ts'
import { verifyInCluster } from './kubernetes-in-cluster.ts'
import { acquireLease } from './kubernetes-lease.ts'
import { clusterLogs } from './kubernetes-logs.ts'
import { lookAt } from './kubernetes-look.ts'
import { findImage, findRecords, findRendered, knownSecrets, planBack, planUp } from './kubernetes-release.ts'
import { openSession, type Session, type SessionOptions } from './kubernetes-session.ts'
import type { PlaceLock, Recovery, Running, Stage, Target } from './target.ts'

/** An app in a namespace of any cluster. */
export function kubernetesTarget(host: Host, options: SessionOptions): Target & Ahead {
  const session = openSession(host, options)
  const { verb, project, config, settings } = session
  const { name } = config
  const provision: Stage = {
    name: 'provision',
    plan: async () => {
      // kustomize needs no cluster: it works while we still connect. What it refuses is thrown to who asks again.
      const rendering = findImage(session).then(image => findRendered(session, image, image.digest))
      rendering.catch(() => undefined)
      const cluster = await session.cluster()
      // The first question of all: who does not answer it soon will not answer.
      const [records, image] = await Promise.all([findRecords(session, silentMs), findImage(session)])
      // Once something was released there, it is not too old.
      if (records.inventory === undefined) await refuseOldServer(host, cluster)
      if (options.own?.elsewhere === undefined) refuseUnbuildable(image)
      const early = records.namespace === undefined || image.digest === undefined
      const rendered = early ? await rendering : []
      const objects = rendered.filter(object => object.kind !== 'Namespace')
      // What the cluster refuses is better known before an image is built.
      if (records.namespace === undefined)
        await checkNewNamespace(host, cluster, objects, config, options.own?.kindsToCome)
      else if (early) await compareObjects(host, cluster, objects, session.flags.forceConflicts ?? false)
      const wanted = rendered.find(object => object.kind === 'Namespace')
      return planNamespace({ verb, cluster, name, namespace: records.namespace, wanted })
    },
  }
  const publish: Stage = {
    name: 'publish',
    plan: async () => {
      const image = await findImage(session)
      const { elsewhere } = options.own ?? {}
      if (elsewhere !== undefined && needsBuilder(image)) return elsewhere.plan(image)
      return planPublish({
        verb,
        project,
        platform: settings.platform,
        image,
        ...(options.own === undefined ? {} : { pushEnv: options.own.pushEnv }),
      })
    },
  }
  let look: Promise<Look> | undefined
  return {
    name: 'kubernetes',
    ...openAhead(session),
    stages: [provision, publish, release(() => planUp(session))].map(stage => forgetting(session, stage)),
    rollback: revision =>
      forgetting(
        session,
        release(() => planBack(session, revision)),
      ),
    recover: (stage, error) => recover(session, stage, error),
    lock: () => lock(session),
    look: async (until, tell) => {
      look ??= openLook(session)
      return (await look)(until, tell)
    },
    planDown: async () => {
      const cluster = await session.cluster()
      const records = await readRecords(host, cluster, name)
      const inventory = parseInventory(records.inventory)
      const live = await readLive(host, cluster, inventory)
      const remains = await readRemains(host, cluster, name, inventory, records)
      const deleteData = session.flags.deleteData ?? false
      return planTeardown({ cluster, name, records, inventory, live: live.objects, remains, deleteData })
    },
    leftovers: async () => {
      const cluster = await session.cluster()
      const records = await readRecords(host, cluster, name)
      if (records.namespace === undefined) return []
      const remains = await readRemains(host, cluster, name, parseInventory(records.inventory), records)
      return describeRemains(cluster, remains)
    },
    verifyInside: async request => {
      const found = await running(session)
      return verifyInCluster(host, await session.cluster(), name, found?.url, request)
    },
    disruptions: async () => clusterDisruptions(host, await session.cluster(), name),
    running: () => running(session),
    status: () => status(session),
    logs: async request => {
      const lines = await clusterLogs(host, await session.cluster(), name, request)
      return lines.map(({ pod, line }) => ({ name: pod, line }))
    },
  }
}

const release = (plan: Stage['plan']): Stage => ({ name: 'release', plan })

/** What a stage is about to change must be asked for again by the next. */
const forgetting = (session: Session, { name, plan }: Stage): Stage => ({
  name,
  plan: async () => {
    const made = await plan()
    if (hasWork(made)) session.forget()
    return made
  },
})

async function openLook(session: Session): Promise<Look> {
  const { host, settings } = session
  const secrets = await knownSecrets(session)
  return lookAt(host, await session.cluster(), { url: settings.url, secrets: () => secrets })
}

/** Nothing is locked where nothing of ours can be: `down` must not leave a Lease behind where it finds nothing else. */
async function lock(session: Session): Promise<PlaceLock | undefined> {
  const { host, config, verb } = session
  const cluster = await session.cluster()
  session.forget()
  const records = await findRecords(session)
  if (records.namespace?.metadata.deletionTimestamp !== undefined || records.namespace === undefined)
    return undefined
  if (verb === 'down' && records.inventory === undefined && !isOurSecret(records.secret)) return undefined
  const lease = await acquireLease(host, cluster, config.name, `rtdeploy ${verb}`)
  session.forget()
  return lease
}

/** Notes that the release failed, and goes back to the last good one when that was asked for. */
async function recover(session: Session, stage: Stage, error: UserError): Promise<Recovery> {
  const { config, flags } = session
  if (stage.name !== 'release' || !/^(?:rollout|entry|wait)\./.test(error.code)) return { error }
  const cluster = await session.cluster()
  session.forget()
  const { releases } = await findRecords(session)
  const failed = releases[0]
  if (failed === undefined) return { error }
  const mark = markFailed(cluster, config.name, failed.revision)
  const extended = (line: string, hint = error.hint) =>
    new UserError(error.message, { ...error, hint, details: [...error.details, line] })
  if (flags.rollbackOnFailure !== true) {
    const good = releases.find(release => release.state === 'ready' && release.digest !== failed.digest)
    const line = `release ${good?.revision} still serves as far as it can; rtdeploy rollback goes back to it`
    return { plan: mark, error: good === undefined ? error : extended(line) }
  }
  const good = releases.find(release => release.state === 'ready' && release.digest !== failed.digest)
  if (good === undefined) return { plan: mark, error: extended('there is no earlier release to go back to') }
  const back = await planBack({ ...session, verb: 'rollback' }, good.revision)
  return {
    plan: { ...back, steps: [...mark.steps, ...back.steps], asks: undefined },
    // The pods that the first hint is about are gone by then.
    error: extended(
      `rolled back to release ${good.revision} (${good.source})`,
      'correct it, then rtdeploy up',
    ),
  }
}

async function running(session: Session): Promise<Running | undefined> {
  const { host, config, settings } = session
  const cluster = await session.cluster()
  const live = await session.remember('live', async () => {
    const { inventory } = await findRecords(session)
    return readLive(host, cluster, parseInventory(inventory))
  })
  const checks = workloadChecks(live.objects, cluster)
  const url = settings.url ?? live.url
  return runningOf(config, live.objects, { url, checks, details: { running: true, url }, text: '' })
}

async function status({ host, config, settings, ...session }: Session): Promise<Running | undefined> {
  const found = await readClusterStatus(host, await session.cluster(), config.name)
  if (found === undefined) return undefined
  const url = settings.url ?? found.live.url
  const details = {
    running: true,
    url,
    context: settings.context,
    namespace: settings.namespace,
    replicas: podRows(found),
    releases: found.releases,
  }
  return runningOf(config, found.live.objects, {
    url,
    checks: clusterChecks(found),
    details,
    text: renderClusterStatus(found, url),
  })
}

function runningOf(
  config: Config,
  objects: readonly KubernetesObject[],
  told: Pick<Running, 'url' | 'checks' | 'details' | 'text'>,
): Running | undefined {
  const app = objects.find(object => object.kind === 'Deployment' && object.metadata.name === config.name)
  if (app === undefined) return undefined
  return { ...told, replicas: rolloutState(app).wanted, affinity: config.loadBalancer.affinity, backends: {} }
}
