import { UserError } from '../errors.ts'
import { ask } from '../facts/ask.ts'
import { findDocker } from '../facts/backends.ts'
import { readGivenSecrets } from '../facts/cluster-secrets.ts'
import { readApi } from '../facts/gke-project.ts'
import { readGoogleSecrets, readMongoUrl } from '../facts/gke-secrets.ts'
import { refuseLocal } from '../kubernetes/given-secrets.ts'
import { googleKinds } from '../kubernetes/google-kinds.ts'
import { planCloudBuild, pushEnv, withRegistryLogin } from '../plan/gke-publish.ts'
import { hasWork, type Plan, type Step } from '../plan/plan.ts'
import type { Verb } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import { builderAccount, builderRefused, isBuilderRefused } from '../tools/cloud-build-failures.ts'
import { addSecretVersion, projectNumber } from '../tools/gcloud.ts'
import { taggedDigest } from '../tools/google-apis.ts'
import { failureOfTerraform } from '../tools/terraform-failures.ts'
import { forgetBetween } from './forgetting.ts'
import { gkeLeftovers, openTeardown } from './gke-down.ts'
import { isOfCloud, lookAtCloud } from './gke-look.ts'
import { openOverlap } from './gke-overlap.ts'
import { connectOwn, requireCluster, wasConnected } from './gke-own.ts'
import { previewProvision, previewRelease } from './gke-preview.ts'
import { openTerraform, prepare, provision } from './gke-provision.ts'
import { repair, repairs } from './gke-repair.ts'
import { gkeRunning, gkeStatus, verifySettings, withoutDns } from './gke-running.ts'
import { asKubernetes, type GkeOptions, type GkeSession, openGke } from './gke-session.ts'
import { kubernetesTarget } from './kubernetes.ts'
import type { BuildElsewhere } from './kubernetes-session.ts'
import type { Recovery, Stage, Target } from './target.ts'

/** An app on Google Kubernetes Engine: the cluster and all it needs by Terraform, the rest as on any Kubernetes. */
export function gkeTarget(host: Host, options: GkeOptions): Target {
  const session = openGke(host, options)
  const { paths, flags } = session
  const own = {
    kubeconfig: paths.kubeconfig,
    pushEnv: pushEnv(paths.docker),
    elsewhere: cloudBuild(session),
    kindsToCome: googleKinds(flags),
    secrets: async () => readGoogleSecrets(host, await session.login(), session.gke, session.names),
    token: async () => (await session.login()).token,
  }
  const inner = kubernetesTarget(host, {
    verb: options.verb,
    project: options.project,
    config: asKubernetes(session),
    flags: { ...flags, deleteData: flags.keepData !== true },
    own,
  })
  const terraform = openTerraform(session)
  const ahead = previewRelease(session)
  const overlap = openOverlap(ahead.publish)
  const withoutState = async () =>
    flags.dryRun === true && (await session.facts()).project?.bucket?.ok !== true
  const withoutCluster = async () => flags.dryRun === true && !(await connectOwn(session))
  const cloud: Stage[] = [
    {
      name: 'prepare',
      plan: async () => {
        inner.lookAtFiles()
        const plan = await prepare(session)
        // Terraform takes its time, and most often finds nothing to do.
        if (!hasWork(plan) && (await wasConnected(session))) inner.lookAhead()
        return plan
      },
    },
    ...Array.from(
      // What would be put right is looked at once: only when it is, the next thing shows.
      { length: flags.dryRun === true ? 1 : repairs },
      (): Stage => ({
        name: 'repair',
        plan: async () =>
          (await withoutState()) ? nothing(options.verb, 'repair') : repair(session, terraform),
      }),
    ),
    {
      name: 'provision',
      plan: async () =>
        overlap.add(
          (await withoutState()) ? await previewProvision(session) : await provision(session, terraform),
        ),
    },
  ]
  const inside = inner.stages.map(
    (stage): Stage => ({
      ...stage,
      plan: async () => {
        if (await withoutCluster()) {
          if (stage.name === 'publish') return overlap.rest(await ahead.publish())
          return stage.name === 'release' ? ahead.release() : nothing(options.verb, stage.name)
        }
        const plan = await stage.plan()
        if (stage.name === 'release') return keepMongoUrl(session, await withoutDns(session, plan))
        return stage.name === 'publish' ? login(session, overlap.rest(plan)) : plan
      },
    }),
  )
  return {
    name: 'gke',
    stages: forgetBetween([...cloud, ...inside], {
      // A look ahead changes nothing.
      changes: stage => flags.dryRun !== true && cloud.includes(stage),
      end: inner.forget,
      forget: () => {
        session.forget()
        inner.forget()
      },
    }),
    forget: inner.forget,
    recover: (stage, error) => recover(session, inner, stage, error),
    rollback: revision => ({
      name: 'release',
      plan: async () => {
        await requireCluster(session)
        const stage = inner.rollback?.(revision)
        return stage === undefined ? nothing(options.verb, 'release') : stage.plan()
      },
    }),
    lock: async () => ((await connectOwn(session)) ? inner.lock?.() : undefined),
    look: async (until, tell) => {
      if (isOfCloud(until)) {
        return lookAtCloud(host, await session.login(), until, tell)
      }
      if (inner.look === undefined) throw new TypeError(`nobody can look at ${until.kind}`)
      return inner.look(until, tell)
    },
    planDown: openTeardown(session, inner),
    leftovers: () => gkeLeftovers(session),
    running: () => gkeRunning(session, inner),
    status: () => gkeStatus(session, inner),
    verifySettings: () => verifySettings(session, own),
    logs: async request => {
      await requireCluster(session)
      return (await inner.logs?.(request)) ?? []
    },
    ...(inner.verifyInside === undefined ? {} : { verifyInside: inner.verifyInside }),
    ...(inner.disruptions === undefined ? {} : { disruptions: inner.disruptions }),
  }
}

const nothing = (verb: Verb, stage: string): Plan => ({ verb, stage, steps: [] })

function cloudBuild(session: GkeSession): BuildElsewhere {
  const { host, names, project, verb } = session
  return {
    plan: async image => planCloudBuild(verb, names, project, image),
    digest: async image => {
      const login = await session.login()
      const repository = `projects/${names.project}/locations/${names.region}/repositories/${names.repository}`
      const answer = await readApi(host, login, taggedDigest(login, repository, 'app', image.tag))
      return answer?.ok === true ? answer.value : undefined
    },
  }
}

/** A URL of MongoDB that the person gives goes into Secret Manager, so that the next machine finds it there. */
async function keepMongoUrl(session: GkeSession, plan: Plan): Promise<Plan> {
  const { host, project, config, gke, names, flags } = session
  if (gke.mongo !== 'secret-manager') return plan
  const environment = config.environment?.name
  const read = await readGivenSecrets(host, project, ['MONGODB_URL'], flags.secretsFile, environment)
  const given = read.get('MONGODB_URL')
  if (given === undefined) return plan
  refuseLocal(new Map([['MONGODB_URL', given]]))
  const kept = await readMongoUrl(host, await session.login(), names)
  if (kept?.reveal() === given.value.reveal()) return plan
  const step: Step = {
    id: 'mongo.keep',
    title: `keep MongoDB’s URL in Secret Manager, as ${names.mongoSecret}`,
    action: { kind: 'run', command: addSecretVersion(names.project, names.mongoSecret, given.value) },
  }
  return { ...plan, steps: [step, ...plan.steps] }
}

/** With Docker's own endpoint: our folder of settings does not know the person's contexts. */
async function login(session: GkeSession, plan: Plan): Promise<Plan> {
  const { host, names, paths } = session
  if (!plan.steps.some(step => step.id === 'image.push' && step.skip === undefined)) return plan
  const docker = await findDocker(host)
  const query = {
    program: docker?.program ?? 'docker',
    args: ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'],
  }
  const ran = host.env.DOCKER_HOST ? undefined : await host.run(query, { timeoutMs: 5000 })
  const endpoint = ran?.exitCode === 0 ? ran.stdout.trim() || undefined : undefined
  return withRegistryLogin(plan, names, await session.login(), paths.docker, endpoint)
}

/** A failed Terraform in the words of a person; what the cluster says of itself is the inner target's. */
async function recover(
  session: GkeSession,
  inner: Target,
  stage: Stage,
  error: UserError,
): Promise<Recovery> {
  if (stage.name === 'publish' && isBuilderRefused(error))
    return { error: await explainBuilder(session, error) }
  if (error.code === 'tool.failed' && ['prepare', 'repair', 'provision', 'teardown'].includes(stage.name)) {
    const known = failureOfTerraform(error.details.join('\n'), session.where)
    if (known !== undefined)
      return { error: new UserError(known.message, { ...error, ...known, details: error.details }) }
  }
  return (await inner.recover?.(stage, error)) ?? { error }
}

const numberMs = 30_000

async function explainBuilder({ host, names }: GkeSession, error: UserError): Promise<UserError> {
  const text = [error.message, ...error.details].join('\n')
  const number = await ask(host, projectNumber(names.project), numberMs)
  const { message, ...problem } = builderRefused(names.project, builderAccount(text, number))
  const details = error.code === 'tool.failed' ? error.details : [error.message, error.hint]
  return new UserError(message, { ...problem, details })
}
