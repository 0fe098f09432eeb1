import type { Config, KubernetesConfig } from '../config/config.ts'
import { exitCodes, UserError } from '../errors.ts'
import { clusterPaths, connect } from '../facts/cluster-connection.ts'
import { type ImageFacts, readImageFacts, readPushedDigest } from '../facts/cluster-image.ts'
import { compareObjects, renderManifests } from '../facts/cluster-objects.ts'
import { readRecords, readVersions } from '../facts/cluster-records.ts'
import { readLive } from '../facts/cluster-running.ts'
import { entryOf } from '../kubernetes/entry.ts'
import { parseInventory } from '../kubernetes/inventory.ts'
import type { KubernetesObject } from '../kubernetes/object.ts'
import { planSecrets, type SecretsPlan } from '../kubernetes/secrets.ts'
import { isWorkload, stampObjects } from '../kubernetes/stamp.ts'
import { rolloutState } from '../kubernetes/workloads.ts'
import { planRelease } from '../plan/kubernetes.ts'
import { planNamespace } from '../plan/kubernetes-namespace.ts'
import { noteImage, planPublish } from '../plan/kubernetes-publish.ts'
import { planTeardown } from '../plan/kubernetes-teardown.ts'
import type { Verb } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import { lookAt } from './kubernetes-look.ts'
import type { Running, Target } from './target.ts'

export interface KubernetesTargetOptions {
  readonly verb: Verb
  readonly project: string
  readonly config: Config
  readonly dryRun: boolean
  readonly forceConflicts: boolean
}

/** The section of rtdeploy.yaml, with the names that follow from it. Throws `config.target` (exit 2) when there is none. */
export function kubernetesOf(config: Config): KubernetesConfig & { readonly namespace: string } {
  const { kubernetes } = config
  if (kubernetes !== undefined) return { ...kubernetes, namespace: kubernetes.namespace ?? config.name }
  throw new UserError('rtdeploy.yaml has no section `kubernetes`', {
    code: 'config.target',
    hint: 'add it: kubernetes: { context: ..., image: ... }; `kubectl config get-contexts` lists contexts',
    exitCode: exitCodes.usage,
  })
}

/** An app in a namespace of any cluster. */
export function kubernetesTarget(host: Host, options: KubernetesTargetOptions): Target {
  const { verb, project, config } = options
  const { name } = config
  const settings = kubernetesOf(config)
  const paths = clusterPaths(project)
  const connected = once(() => connect(host, project, settings))
  const image = async (): Promise<ImageFacts> => readImageFacts(host, project, config, settings)

  const render = async (facts: ImageFacts, digest: string | undefined) =>
    renderManifests(host, project, settings, {
      name,
      namespace: settings.namespace,
      image: { repository: settings.image, ...(digest === undefined ? { tag: facts.tag } : { digest }) },
      env: config.app.env,
    })

  return {
    name: 'kubernetes',
    stages: [
      {
        name: 'provision',
        plan: async () => {
          const cluster = await connected()
          const [version, records] = await Promise.all([
            readVersions(host, cluster),
            readRecords(host, cluster, name),
          ])
          const rendered = records.namespace === undefined ? await render(await image(), undefined) : []
          const own = rendered.find(object => object.kind === 'Namespace')
          return planNamespace({ verb, cluster, name, version, namespace: records.namespace, wanted: own })
        },
      },
      {
        name: 'publish',
        plan: async () => planPublish({ verb, project, platform: settings.platform, image: await image() }),
      },
      {
        name: 'release',
        plan: async () => {
          const cluster = await connected()
          const facts = await image()
          const digest = facts.digest ?? (options.dryRun ? undefined : await readPushedDigest(host, facts))
          const [records, rendered] = await Promise.all([
            readRecords(host, cluster, name),
            render(facts, digest),
          ])
          const secrets = await secretsFor(records.secret)
          const objects = stampObjects(
            rendered.filter(object => object.kind !== 'Namespace'),
            { name, replicas: config.app.replicas, secretsVersion: secrets.version },
          )
          const compared =
            records.namespace === undefined
              ? { live: [], wanted: objects, replaced: [] }
              : await compareObjects(host, cluster, objects, options.forceConflicts)
          const plan = planRelease(verb, {
            name,
            cluster,
            objects,
            compared,
            inventory: parseInventory(records.inventory),
            releases: records.releases,
            secrets,
            image: `${settings.image}${digest === undefined ? `:${facts.tag}` : `@${digest}`}`,
            source: facts.tag,
            by: `${host.env.USER ?? host.env.LOGNAME ?? 'somebody'}@${host.machine}`,
            when: new Date(host.now()).toISOString(),
            settled: compared.live.filter(isWorkload).every(object => rolloutState(object).done),
            forceConflicts: options.forceConflicts,
            entry: entryOf(objects),
            readyPath: config.app.ready,
          })
          const { tag } = facts
          const noted =
            digest === undefined || facts.digest !== undefined
              ? []
              : [
                  noteImage(paths.image, {
                    repository: settings.image,
                    tag,
                    platform: settings.platform,
                    digest,
                  }),
                ]
          return { ...plan, steps: [...noted, ...plan.steps] }
        },
      },
    ],
    look: async (until, tell) => lookAt(host, await connected(), { url: settings.url })(until, tell),
    planDown: async () => {
      const cluster = await connected()
      const records = await readRecords(host, cluster, name)
      const inventory = parseInventory(records.inventory)
      const live = await readLive(host, cluster, inventory)
      return planTeardown({ cluster, name, records, inventory, live: live.objects, deleteData: false })
    },
    running: async (): Promise<Running | undefined> => {
      const cluster = await connected()
      const records = await readRecords(host, cluster, name)
      const live = await readLive(host, cluster, parseInventory(records.inventory))
      const app = live.objects.find(object => object.kind === 'Deployment' && object.metadata.name === name)
      if (app === undefined) return undefined
      const state = rolloutState(app)
      return {
        url: settings.url ?? live.url,
        replicas: state.wanted,
        affinity: config.loadBalancer.affinity,
        backends: {},
        checks: [],
        details: { running: true },
        text: '',
      }
    },
  }

  async function secretsFor(live: KubernetesObject | undefined): Promise<SecretsPlan> {
    return planSecrets(settings.secrets, new Map(), live, host.token)
  }
}

/** Asks once, however often it is called. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined
  return () => {
    answer ??= ask()
    return answer
  }
}
