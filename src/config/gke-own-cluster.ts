import type { GkeConfig } from './gke.ts'
import type { GkeNames } from './gke-names.ts'
import type { KnownResource } from './known-resource.ts'

type Json = Readonly<Record<string, unknown>>

const record = (value: unknown): Json => (typeof value === 'object' && value !== null ? { ...value } : {})

/** A cluster of our own with its pools, in the order in which they can be removed. Pure. */
export function ownCluster(gke: GkeConfig, names: GkeNames): KnownResource[] {
  const { project, location, base } = names
  const labelled = (answer: Json) => record(answer.resourceLabels).rtdeploy === base
  const labelledNodes = (answer: Json) => record(record(answer.config).resourceLabels).rtdeploy === base
  const place = [`--location=${location}`]
  const cluster = `projects/${project}/locations/${location}/clusters/${names.cluster}`
  const pool = (name: string): KnownResource => ({
    address: `google_container_node_pool.${name}`,
    id: `${cluster}/nodePools/${name}`,
    title: `node pool ${name}`,
    api: 'container',
    path: `v1/${cluster}/nodePools/${name}`,
    isOurs: labelledNodes,
    remove: ['container', 'node-pools', 'delete', name, `--cluster=${names.cluster}`, ...place],
  })
  return [
    ...(gke.mode === 'standard' || gke.minimal ? [...(gke.spot ? [pool('spot')] : []), pool('serving')] : []),
    {
      address: 'google_container_cluster.main',
      id: cluster,
      title: `cluster ${names.cluster}`,
      api: 'container',
      path: `v1/${cluster}`,
      isOurs: labelled,
      remove: ['container', 'clusters', 'delete', names.cluster, ...place],
    },
  ]
}

/** The account of its nodes. Pure. */
export const nodeAccount = ({ project, base, ...names }: GkeNames): KnownResource => ({
  address: 'google_service_account.nodes',
  id: `projects/${project}/serviceAccounts/${names.nodeAccount}`,
  title: `service account ${names.nodeAccount}`,
  api: 'iam',
  path: `v1/projects/${project}/serviceAccounts/${names.nodeAccount}`,
  isOurs: answer => answer.description === `rtdeploy:${base}`,
  remove: ['iam', 'service-accounts', 'delete', names.nodeAccount],
})
