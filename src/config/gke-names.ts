import type { GkeConfig } from './gke.ts'

/** Every name in Google Cloud that belongs to an app: computed, so that they are known before and after anything exists. */
export interface GkeNames {
  /** Of repository and cluster, when that is ours; prefix of the others. */
  readonly base: string
  readonly environment: string
  readonly project: string
  readonly region: string
  /** Of the cluster: a zone of a minimal one, what it is of one that is there, otherwise the region. */
  readonly location: string
  readonly zonal: boolean
  /** What others made and look after; all is ours when undefined. */
  readonly given: 'network' | 'cluster' | undefined
  readonly cluster: string
  readonly network: string
  readonly subnetwork: string
  readonly router: string
  readonly nat: string
  readonly address: string
  readonly repository: string
  readonly nodeAccount: string
  readonly certificateMap: string
  readonly redis: string
  readonly mongoSecret: string
  readonly zone: string
  /** Of Terraform's state; one for all environments of an app. */
  readonly bucket: string
  readonly statePrefix: string
  /** Repository of the image, without tag. */
  readonly image: string
  readonly registry: string
  /** As `gcloud container clusters get-credentials` names it. */
  readonly context: string
  readonly labels: Readonly<Record<string, string>>
}

/** A service account id has at most 30 characters, and `-nodes` is one of its endings. */
export const longestBase = 24

/**
 * All names of an app in an environment. The environment `production` has none of its own in them; no app's name has two
 * hyphens in a row, so that no other app can have the names of an environment. Pure.
 */
export function gkeNames(
  name: string,
  gke: Pick<GkeConfig, 'project' | 'region' | 'zone' | 'minimal' | 'network' | 'cluster'>,
  environment = 'production',
): GkeNames {
  const { project, region } = gke
  const base = environment === 'production' ? name : `${name}--${environment}`
  const cluster = gke.cluster?.name ?? base
  const location = gke.cluster?.location ?? (gke.minimal ? (gke.zone ?? `${region}-b`) : region)
  const registry = `${region}-docker.pkg.dev`
  return {
    base,
    environment,
    project,
    region,
    location,
    zonal: gke.minimal,
    given: gke.cluster !== undefined ? 'cluster' : gke.network !== undefined ? 'network' : undefined,
    cluster,
    network: gke.network?.name ?? `${base}-vpc`,
    subnetwork: gke.network?.subnetwork ?? `${base}-nodes`,
    router: `${base}-router`,
    nat: `${base}-nat`,
    address: `${base}-ip`,
    repository: base,
    nodeAccount: `${base}-nodes@${project}.iam.gserviceaccount.com`,
    certificateMap: base,
    redis: `${base}-redis`,
    mongoSecret: `${base}-mongodb-url`,
    zone: `${base}-zone`,
    bucket: `${project}-rtdeploy-${name}`,
    statePrefix: `rtdeploy/${environment}`,
    image: `${registry}/${project}/${base}/app`,
    registry,
    context: `gke_${project}_${location}_${cluster}`,
    labels: { rtdeploy: base, 'managed-by': 'rtdeploy' },
  }
}
