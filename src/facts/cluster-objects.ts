import { dirname, join, relative } from 'node:path'
import type { KubernetesConfig } from '../config/config.ts'
import { exitCodes, UserError } from '../errors.ts'
import { conflictsOf, failureOf, firstLines, isImmutable } from '../kubernetes/failures.ts'
import {
  formatObjects,
  type KubernetesObject,
  nameOf,
  objectsOf,
  parseObjects,
  referenceOf,
} from '../kubernetes/object.ts'
import { formatOverlay, type Overlay } from '../kubernetes/overlay.ts'
import type { Host } from '../run/host.ts'
import { type Cluster, dryRun, getLive, kustomize } from '../tools/kubectl.ts'
import { askCluster, clusterError, clusterPaths } from './cluster-connection.ts'
import { openOwnFolder } from './own-folder.ts'

const timeoutMs = 60_000
/** At once: the API server's own limit of requests is far from this, our patience is not. */
const parallel = 4

/** The manifests with the release's values laid over them, as kustomize renders them. */
export async function renderManifests(
  host: Host,
  project: string,
  { manifests }: Pick<KubernetesConfig, 'manifests'>,
  overlay: Omit<Overlay, 'base'>,
  environment?: string,
): Promise<KubernetesObject[]> {
  const paths = clusterPaths(project, environment)
  const folder = join(project, manifests)
  const files = (await host.list(folder))?.map(entry => entry.name) ?? []
  if (!files.some(file => /^(?:kustomization\.ya?ml|Kustomization)$/.test(file))) {
    throw new UserError(`${manifests} has no kustomization.yaml`, {
      code: 'manifests.missing',
      hint: 'rtdeploy init writes it; `kubernetes.manifests` in rtdeploy.yaml names another folder',
      exitCode: exitCodes.usage,
    })
  }
  const text = formatOverlay({ ...overlay, base: relative(paths.overlay, folder) })
  const path = join(paths.overlay, 'kustomization.yaml')
  if ((await host.readFile(path)) !== text) {
    await openOwnFolder(host, dirname(paths.root))
    await host.writeFile(path, text)
  }
  const query = kustomize(paths.overlay, paths.cache)
  const ran = await host.run(query.command, { timeoutMs, signal: host.interrupted })
  host.interrupted.throwIfAborted()
  if (ran.exitCode === 0) return parseObjects(query.parse(ran.stdout))
  if (ran.notFound) throw clusterError(query.command, ran, { context: '', namespace: '' })
  throw new UserError(`the manifests in ${manifests} cannot be rendered`, {
    code: 'manifests.invalid',
    hint: `kubectl kustomize ${manifests}`,
    details: firstLines(ran.stderr),
    exitCode: exitCodes.usage,
  })
}

/** What the cluster has, and what it would have. */
export interface ComparedObjects {
  readonly live: readonly KubernetesObject[]
  /** As the server would store them: its defaults, its webhooks, what others manage. */
  readonly wanted: readonly KubernetesObject[]
  /** Those that cannot be changed in place. */
  readonly replaced: readonly KubernetesObject[]
}

/**
 * Asks the server what it would make of the objects, which changes nothing. Throws one error with everything that it
 * refuses: missing kinds and permissions, quotas, webhooks, fields that are not known, conflicts with other managers.
 */
export async function compareObjects(
  host: Host,
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  force: boolean,
): Promise<ComparedObjects> {
  const text = formatObjects(objects)
  const query = dryRun(cluster, text, force)
  const [live, ran] = await Promise.all([
    askCluster(host, cluster, getLive(cluster, text)),
    host.run(query.command, { timeoutMs, signal: host.interrupted }),
  ])
  host.interrupted.throwIfAborted()
  if (ran.exitCode === 0)
    return { live: objectsOf(live), wanted: objectsOf(query.parse(ran.stdout)), replaced: [] }
  return { live: objectsOf(live), ...(await compareEach(host, cluster, objects, force)) }
}

interface Answer {
  readonly object: KubernetesObject
  readonly stderr: string
  readonly found: readonly KubernetesObject[] | undefined
}

/** One by one: kubectl does not say which of many objects a conflict is about. */
async function compareEach(
  host: Host,
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  force: boolean,
) {
  const answers: Answer[] = []
  for (let from = 0; from < objects.length; from += parallel) {
    const some = objects.slice(from, from + parallel).map(async (object): Promise<Answer> => {
      const query = dryRun(cluster, formatObjects([object]), force)
      const ran = await host.run(query.command, { timeoutMs, signal: host.interrupted })
      return {
        object,
        stderr: ran.stderr,
        found: ran.exitCode === 0 ? objectsOf(query.parse(ran.stdout)) : undefined,
      }
    })
    answers.push(...(await Promise.all(some)))
    host.interrupted.throwIfAborted()
  }
  const refused = answers.filter(answer => answer.found === undefined && !isImmutable(answer.stderr))
  if (refused.length > 0) throw refusal(refused, cluster)
  return {
    wanted: answers.flatMap(answer => answer.found ?? []),
    replaced: answers.filter(answer => answer.found === undefined).map(answer => answer.object),
  }
}

function refusal(refused: readonly Answer[], cluster: Cluster): UserError {
  const conflicts = refused.flatMap(({ object, stderr }) =>
    conflictsOf(stderr).map(conflict => ({ name: nameOf(referenceOf(object)), ...conflict })),
  )
  if (conflicts.length > 0) {
    return new UserError('other managers have set fields that the manifests set too', {
      code: 'apply.conflict',
      hint: 'take these fields out of the manifests, or take them over: rtdeploy up --force-conflicts',
      details: conflicts.map(
        ({ name, manager, fields }) => `${name}: ${manager} manages ${fields.join(', ')}`,
      ),
      exitCode: exitCodes.stepFailed,
    })
  }
  const known = refused.map(({ object, stderr }) => ({
    name: nameOf(referenceOf(object)),
    stderr,
    failure: failureOf(stderr, cluster),
  }))
  const first = known.find(answer => answer.failure !== undefined)?.failure
  const details = known.map(
    ({ name, stderr, failure }) => `${name}: ${failure?.message ?? firstLines(stderr).join(' ')}`,
  )
  if (first !== undefined && known.length === 1) return new UserError(first.message, { ...first, details })
  return new UserError(
    `the cluster refuses ${known.length === 1 ? 'an object' : `${known.length} objects`}`,
    {
      code: first?.code ?? 'apply.refused',
      hint: first?.hint ?? 'correct the manifests; `kubectl explain KIND.FIELD` tells what a field takes',
      details,
      exitCode: first?.exitCode ?? exitCodes.usage,
    },
  )
}
