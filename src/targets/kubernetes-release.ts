import type { Secret } from '../command.ts'
import { exitCodes, UserError } from '../errors.ts'
import { type ImageFacts, readImageFacts, readPushedDigest } from '../facts/cluster-image.ts'
import { compareObjects, renderManifests } from '../facts/cluster-objects.ts'
import { readQuotas, refuseQuotas } from '../facts/cluster-preflight.ts'
import { type ClusterRecords, readRecords } from '../facts/cluster-records.ts'
import { liveOf, readInventory } from '../facts/cluster-running.ts'
import { askSecrets, readGivenSecrets } from '../facts/cluster-secrets.ts'
import { digestOf, digestOfObjects } from '../kubernetes/canonical.ts'
import { entryOf } from '../kubernetes/entry.ts'
import { inEnvironment } from '../kubernetes/environment.ts'
import { refuseLocal, refuseNewPassword } from '../kubernetes/given-secrets.ts'
import { parseInventory } from '../kubernetes/inventory.ts'
import { recordNames } from '../kubernetes/names.ts'
import type { KubernetesObject } from '../kubernetes/object.ts'
import { lastReady, objectsOfRelease, type Release } from '../kubernetes/revisions.ts'
import { refuseSecretManifests } from '../kubernetes/secret-manifests.ts'
import { planSecrets, type SecretsPlan, storedSecrets } from '../kubernetes/secrets.ts'
import { isWorkload, markObjects, stampObjects } from '../kubernetes/stamp.ts'
import { leastReplicas, rolloutState } from '../kubernetes/workloads.ts'
import { planRelease } from '../plan/kubernetes.ts'
import { needsBuilder, noteImage } from '../plan/kubernetes-publish.ts'
import { hasWork, type Plan } from '../plan/plan.ts'
import type { Session } from './kubernetes-session.ts'

/** The manifests as kustomize renders them, with an image by digest, or by tag as long as it is not pushed. */
export function findRendered(
  session: Session,
  image: ImageFacts,
  digest: string | undefined,
): Promise<KubernetesObject[]> {
  return session.remember(`rendered ${digest ?? image.tag}`, () => render(session, image, digest))
}

async function render(
  session: Session,
  image: ImageFacts,
  digest: string | undefined,
): Promise<KubernetesObject[]> {
  const { host, project, settings, config } = session
  const { repository, tag } = image
  const overlay = {
    name: config.name,
    namespace: settings.namespace,
    image: { repository, ...(digest === undefined ? { tag } : { digest }) },
    env: config.app.env,
  }
  return inEnvironment(
    await renderManifests(host, project, settings, overlay, config.environment?.name),
    config,
  )
}

/** The image of this run: the one that `--image` names, else what git and the last push say, where it is `noted`. */
export function findImage(session: Session, noted = true): Promise<ImageFacts> {
  return session.remember('image', () => askImage(session, noted))
}

/** Namespace, Secret, inventory and releases. */
export async function findRecords(session: Session, timeoutMs?: number): Promise<ClusterRecords> {
  const cluster = await session.cluster()
  const { host, config } = session
  return session.remember('records', () => readRecords(host, cluster, config.name, timeoutMs))
}

async function askImage(
  { host, project, config, settings, flags }: Session,
  noted: boolean,
): Promise<ImageFacts> {
  if (flags.image === undefined) return readImageFacts(host, project, config, settings, noted)
  const found = /^(\S+?)(?::[\w.-]+)?@(sha256:[0-9a-f]{64})$/.exec(flags.image)
  if (found === null) {
    throw new UserError(`--image takes an image by its digest, not "${flags.image}"`, {
      code: 'usage.image',
      hint: 'rtdeploy up --image registry.example.com/team/chat@sha256:...',
      exitCode: exitCodes.usage,
    })
  }
  const [, repository = '', digest = ''] = found
  const given = { repository, tag: digest.slice(0, 19), digest, program: undefined, note: undefined }
  return { ...given, hasDockerfile: true, leaks: false, dirty: [], given: true }
}

/** What `up` releases: the manifests as they are now. */
export async function planUp(session: Session): Promise<Plan> {
  const { flags, config, settings, paths } = session
  const image = await findImage(session)
  const digest = image.digest ?? (flags.dryRun ? undefined : await findDigest(session, image))
  const [records, rendered] = await Promise.all([findRecords(session), findRendered(session, image, digest)])
  refuseSecretManifests(rendered, settings.manifests)
  const secrets = await findSecrets(session, records.secret)
  const objects = stampObjects(
    rendered.filter(object => object.kind !== 'Namespace'),
    { name: config.name, replicas: config.app.replicas, secretsVersion: secrets.version },
  )
  const reference = `${image.repository}${digest === undefined ? `:${image.tag}` : `@${digest}`}`
  const plan = await planObjects(session, { objects, records, secrets, image: reference, source: image.tag })
  const { tag, repository } = image
  const fresh = digest !== undefined && image.digest === undefined
  const noted = fresh
    ? [noteImage(paths.image, { repository, tag, platform: settings.platform, digest })]
    : []
  return { ...plan, steps: [...noted, ...plan.steps] }
}

async function findDigest({ host, own }: Session, image: ImageFacts): Promise<string> {
  const found = needsBuilder(image) ? await own?.elsewhere?.digest(image) : undefined
  return found ?? readPushedDigest(host, image)
}

/** What `rollback` releases: what an earlier release applied, with today's secrets. */
export async function planBack(session: Session, revision: number | undefined): Promise<Plan> {
  const { host, config, settings } = session
  const records = await findRecords(session)
  const back = chooseRelease(records.releases, revision)
  const stored = records.releaseObjects.flatMap(object =>
    object.metadata.name === recordNames(config.name).release(back.revision) ? objectsOfRelease(object) : [],
  )
  const secrets = planSecrets(
    [...storedSecrets(records.secret).keys()],
    new Map(),
    records.secret,
    host.token,
  )
  const objects = markObjects(stored, { name: config.name, secretsVersion: secrets.version })
  const note = `rollback to ${back.revision}`
  return planObjects(session, {
    objects,
    records,
    secrets,
    image: back.image || settings.image,
    source: back.source,
    note,
  })
}

/** The release to go back to. Throws `rollback.none` and `rollback.unknown`. */
function chooseRelease(releases: readonly Release[], revision: number | undefined): Release {
  const found =
    revision === undefined
      ? lastReady(releases, releases[0]?.digest)
      : releases.find(release => release.revision === revision)
  if (found !== undefined) return found
  const known = releases.map(
    release => `${release.revision}  ${release.state}  ${release.source}  ${release.when}`,
  )
  throw new UserError(
    revision === undefined ? 'there is no earlier release that came up' : `there is no release ${revision}`,
    {
      code: revision === undefined ? 'rollback.none' : 'rollback.unknown',
      hint: known.length === 0 ? 'rtdeploy up' : 'rtdeploy rollback REVISION',
      details: known,
      exitCode: exitCodes.usage,
    },
  )
}

/** A pod that begins to crash while Terraform plans must not be told to be well. */
const freshMs = 3000

interface Wanted {
  readonly objects: readonly KubernetesObject[]
  readonly records: ClusterRecords
  readonly secrets: SecretsPlan
  readonly image: string
  readonly source: string
  readonly note?: string
}

async function planObjects(session: Session, { objects, records, ...wanted }: Wanted): Promise<Plan> {
  const { host, flags, config, verb } = session
  const cluster = await session.cluster()
  const force = flags.forceConflicts ?? false
  const isNew = records.namespace === undefined
  const [compared, inventory] = await Promise.all([
    isNew
      ? { live: [], wanted: objects, replaced: [], seenAt: host.now() }
      : session.remember(`compared ${digestOf(objects)}`, async () => {
          const seenAt = host.now()
          return { ...(await compareObjects(host, cluster, objects, force)), seenAt }
        }),
    readInventory(host, cluster, parseInventory(records.inventory), objects),
  ])
  const least = leastReplicas(objects)
  const settled = compared.live
    .filter(isWorkload)
    .every(object => rolloutState(object, least[object.metadata.name]).done)
  const plan = planRelease(verb, {
    ...wanted,
    name: config.name,
    cluster,
    objects,
    compared,
    inventory,
    releases: records.releases,
    digest: digestOfObjects(objects),
    by: `${host.env.USER ?? host.env.LOGNAME ?? 'somebody'}@${host.machine}`,
    when: flags.dryRun ? '‹when it is run›' : new Date(host.now()).toISOString(),
    settled,
    forceConflicts: force,
    entry: entryOf(objects),
    readyPath: config.app.ready,
  })
  if (hasWork(plan))
    refuseQuotas(cluster, isNew ? [] : await readQuotas(host, cluster), objects, compared.live)
  // When nothing is to be done, what was just seen is what runs.
  else if (flags.dryRun !== true && host.now() - compared.seenAt < freshMs)
    await session.remember('live', async () => liveOf(compared.live))
  return flags.yes ? { ...plan, asks: undefined } : plan
}

async function findSecrets(session: Session, live: KubernetesObject | undefined): Promise<SecretsPlan> {
  const { host, project, config, settings, flags, own } = session
  const read = await readGivenSecrets(
    host,
    project,
    settings.secrets,
    flags.secretsFile,
    config.environment?.name,
  )
  refuseLocal(read)
  const known = (await own?.secrets?.()) ?? []
  const given = new Map([...known, ...session.answers, ...read])
  const plan = planSecrets(settings.secrets, given, live, host.token)
  refuseNewPassword(settings.secrets, plan, recordNames(config.name).secret)
  const missing = plan.keys.filter(key => key.state === 'missing').map(key => key.name)
  if (missing.length === 0 || flags.dryRun) return plan
  const answers = await askSecrets(host, missing)
  refuseLocal(answers)
  for (const [name, answer] of answers) session.answers.set(name, answer)
  return planSecrets(settings.secrets, new Map([...given, ...session.answers]), live, host.token)
}

/** Every value that must not be shown. */
export async function knownSecrets(session: Session): Promise<string[]> {
  const { host, project, config, settings, flags } = session
  const [given, records] = await Promise.all([
    readGivenSecrets(host, project, settings.secrets, flags.secretsFile, config.environment?.name),
    findRecords(session),
  ])
  const all: readonly Secret[] = [
    ...[...session.answers.values()].map(one => one.value),
    ...[...given.values()].map(one => one.value),
    ...storedSecrets(records.secret).values(),
  ]
  return all.map(secret => secret.reveal())
}
