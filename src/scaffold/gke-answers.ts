import { shellLine } from '../command.ts'
import { type GivenCluster, type GivenNetwork, type GkeConfig, googleName } from '../config/gke.ts'
import { gkeNames } from '../config/gke-names.ts'
import { exitCodes, UserError } from '../errors.ts'
import {
  type App,
  type Backend,
  chatApp,
  type KubernetesAnswers,
  type KubernetesOptions,
  secretNames,
} from './kubernetes-answers.ts'

/** Flags of `init` that concern Google Cloud alone. */
export interface GkeOptions {
  readonly project?: string | undefined
  readonly region?: string | undefined
  readonly zone?: string | undefined
  readonly mode?: 'autopilot' | 'standard' | undefined
  readonly minimal?: boolean | undefined
  readonly spot?: boolean | undefined
  readonly cluster?: string | undefined
  readonly location?: string | undefined
  readonly network?: string | undefined
  readonly subnetwork?: string | undefined
  readonly dns?: 'records' | 'zone' | undefined
  readonly memorystore?: boolean | undefined
}

/** What has no default: whose project it is. Pure. */
export function unansweredOfGoogle({ project, region }: GkeOptions): string[] {
  return [...(project === undefined ? ['--project'] : []), ...(region === undefined ? ['--region'] : [])]
}

/** What is wrong with a project's id. Pure. */
export function problemOfProject(project: string): string | undefined {
  return /^(?!.*google)[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(project)
    ? undefined
    : 'should be a project id: 6 to 30 of a-z, 0-9 and hyphens; `gcloud projects list` lists yours'
}

/** What is wrong with a region. Pure. */
export function problemOfRegion(region: string): string | undefined {
  return /^[a-z]+-[a-z]+\d{1,2}$/.test(region) ? undefined : 'should be a region, for example europe-west1'
}

/**
 * The section `gke` of rtdeploy.yaml, as the flags say it. Throws a `UserError` (exit 2) that names the flag to correct.
 * Whatever else is wrong with it, reading rtdeploy.yaml says. Pure.
 */
export function gkeAnswersOf(options: GkeOptions & KubernetesOptions, name: string): GkeConfig {
  const { project = '', region = '', host, zone } = options
  refuse(problemOfProject(project), 'project', project, ['--project', `my-${name}`])
  refuse(problemOfRegion(region), 'region', region, ['--region', 'europe-west1'])
  if (options.entry === 'loadbalancer') {
    throw usage(
      'the entry loadbalancer knows neither cookies nor TLS, on GKE there are better ones',
      'entry',
      ['--entry', 'gateway'],
    )
  }
  const cluster = clusterOf(options)
  const minimal = options.minimal ?? false
  const mode = minimal ? 'standard' : (options.mode ?? 'autopilot')
  if (zone !== undefined && !minimal) throw usage('--zone is for a minimal cluster', 'zone', ['--minimal'])
  if (options.spot === true && (minimal || mode === 'autopilot')) {
    throw usage('--spot is an extra pool of a Standard cluster', 'spot', ['--mode', 'standard', '--spot'])
  }
  const network = networkOf(options)
  const app: App =
    options.secrets === undefined ? chatApp : { ...chatApp, kind: 'own', secrets: options.secrets }
  const redis = options.memorystore === true ? 'memorystore' : 'in-cluster'
  const mongo = options.mongo === 'external' ? 'secret-manager' : 'in-cluster'
  return {
    project,
    region,
    ...(zone === undefined ? {} : { zone }),
    mode,
    minimal,
    spot: options.spot ?? false,
    entry: options.entry ?? 'gateway',
    ...(host === undefined ? {} : { host }),
    certificate: host === undefined ? 'none' : 'managed',
    dns: host === undefined ? 'records' : (options.dns ?? 'records'),
    redis,
    mongo,
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    manifests: 'infra/kubernetes',
    secrets: secretNames(backendsOf({ redis, mongo }, options), app),
    terraform: 'infra/terraform',
    ...(cluster === undefined ? {} : { cluster }),
    ...(network === undefined ? {} : { network }),
    authorizedNetworks: {},
  }
}

const problemOfName = (name: string) =>
  googleName.test(name) ? undefined : 'should be at most 63 of a-z, 0-9 and hyphens, a letter first'

/** One that is there: what would be chosen for a new one has been chosen by others. */
function clusterOf(options: GkeOptions): GivenCluster | undefined {
  const { cluster, location } = options
  if (cluster === undefined) {
    if (location === undefined) return undefined
    throw usage('--location is of a cluster that is there', 'cluster', [
      '--cluster',
      'NAME',
      '--location',
      location,
    ])
  }
  const flags = ['--cluster', cluster, ...(location === undefined ? [] : ['--location', location])]
  refuse(problemOfName(cluster), 'cluster', cluster, ['--cluster', 'NAME'])
  const given = (['mode', 'minimal', 'spot', 'zone', 'network', 'subnetwork'] as const).find(
    name => options[name] !== undefined,
  )
  if (given !== undefined)
    throw usage(`--${given} is for a new cluster, ${cluster} is there already`, 'cluster', flags)
  return { name: cluster, ...(location === undefined ? {} : { location }) }
}

/** One that is there: both names or none. */
function networkOf({ network, subnetwork }: GkeOptions): GivenNetwork | undefined {
  if (network === undefined && subnetwork === undefined) return undefined
  if (network !== undefined && subnetwork !== undefined) {
    refuse(problemOfName(network), 'network', network, ['--network', 'NAME', '--subnetwork', subnetwork])
    refuse(problemOfName(subnetwork), 'network', subnetwork, ['--network', network, '--subnetwork', 'NAME'])
    return { name: network, subnetwork }
  }
  const flags = ['--network', network ?? 'NAME', '--subnetwork', subnetwork ?? 'NAME']
  const missing = network === undefined ? '--subnetwork needs --network' : '--network needs --subnetwork'
  throw usage(`${missing}: both are there already, and belong together`, 'network', flags)
}

/** `wanted`: an app that was there may have no use for a backend. */
function backendsOf(
  { redis, mongo }: Pick<GkeConfig, 'redis' | 'mongo'>,
  wanted: Pick<KubernetesOptions, 'redis' | 'mongo'>,
): Pick<KubernetesAnswers, 'redis' | 'mongo'> {
  const here = (backend: Backend | undefined) => (backend === 'off' ? 'off' : 'in-cluster')
  return {
    redis: redis === 'memorystore' ? 'external' : here(wanted.redis),
    mongo: mongo === 'secret-manager' ? 'external' : here(wanted.mongo),
  }
}

/** The Kubernetes half of the answers, which follows from the other. Pure. */
export function forGke(answers: KubernetesAnswers, gke: GkeConfig, name: string): KubernetesAnswers {
  const { context, image } = gkeNames(name, gke)
  return {
    ...answers,
    ...backendsOf(gke, answers),
    context,
    image,
    entry: gke.entry,
    className: gke.entry === 'gateway' ? 'gke-l7-global-external-managed' : 'gce',
    reserved: true,
  }
}

function refuse(problem: string | undefined, noun: string, value: string, flag: readonly string[]): void {
  if (problem !== undefined) throw usage(`${noun} ${JSON.stringify(value)} ${problem}`, noun, flag)
}

function usage(message: string, noun: string, flag: readonly string[]): UserError {
  return new UserError(message, {
    code: `${noun}.invalid`,
    hint: shellLine({ program: 'rtdeploy', args: ['init', '--target', 'gke', ...flag] }),
    exitCode: exitCodes.usage,
  })
}
