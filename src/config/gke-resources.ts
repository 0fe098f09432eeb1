import type { GkeConfig } from './gke.ts'
import type { GkeNames } from './gke-names.ts'
import { nodeAccount, ownCluster } from './gke-own-cluster.ts'
import { ownNetwork } from './gke-own-network.ts'
import type { KnownResource } from './known-resource.ts'

type Json = Readonly<Record<string, unknown>>

const record = (value: unknown): Json => (typeof value === 'object' && value !== null ? { ...value } : {})

/** All resources with names of their own, in the order in which they can be removed. Pure. */
export function knownResources(gke: GkeConfig, names: GkeNames): KnownResource[] {
  const { project, region, base } = names
  const labelled = (answer: Json) =>
    [answer.labels, answer.resourceLabels].some(labels => record(labels).rtdeploy === base)
  const compute = `compute/v1/projects/${project}`
  const global = `projects/${project}/locations/global`
  const at = [`--region=${region}`]
  const managed = gke.certificate === 'managed' && gke.entry === 'gateway'
  const certificate = (
    address: string,
    kind: string,
    command: readonly string[],
    name: string,
  ): KnownResource => ({
    address,
    id: `${global}/${kind}/${name}`,
    title: `${command.join(' ').replace(/s$/, '')} ${name}`,
    api: 'certificatemanager',
    path: `v1/${global}/${kind}/${name}`,
    isOurs: labelled,
    remove: ['certificate-manager', ...command, 'delete', name],
  })
  return [
    ...(gke.cluster === undefined ? ownCluster(gke, names) : []),
    ...(gke.redis === 'memorystore'
      ? [
          {
            address: 'google_redis_instance.main',
            id: `projects/${project}/locations/${region}/instances/${names.redis}`,
            title: `Memorystore ${names.redis}`,
            api: 'redis',
            path: `v1/projects/${project}/locations/${region}/instances/${names.redis}`,
            isOurs: labelled,
            remove: ['redis', 'instances', 'delete', names.redis, ...at],
          },
        ]
      : []),
    ...(managed
      ? [
          {
            ...certificate(
              '',
              `certificateMaps/${base}/certificateMapEntries`,
              ['maps', 'entries'],
              `${base}-host`,
            ),
            address: 'google_certificate_manager_certificate_map_entry.host',
            title: `certificate map entry ${base}-host`,
            remove: ['certificate-manager', 'maps', 'entries', 'delete', `${base}-host`, `--map=${base}`],
          },
          certificate('google_certificate_manager_certificate_map.entry', 'certificateMaps', ['maps'], base),
          certificate(
            'google_certificate_manager_certificate.host',
            'certificates',
            ['certificates'],
            `${base}-cert`,
          ),
          certificate(
            'google_certificate_manager_dns_authorization.host',
            'dnsAuthorizations',
            ['dns-authorizations'],
            `${base}-host`,
          ),
        ]
      : []),
    ...(gke.dns === 'zone'
      ? [
          {
            address: 'google_dns_managed_zone.host',
            id: `projects/${project}/managedZones/${names.zone}`,
            title: `DNS zone ${names.zone}`,
            api: 'dns',
            path: `dns/v1/projects/${project}/managedZones/${names.zone}`,
            isOurs: labelled,
            remove: ['dns', 'managed-zones', 'delete', names.zone],
          },
        ]
      : []),
    {
      address: 'google_compute_global_address.entry',
      id: `projects/${project}/global/addresses/${names.address}`,
      title: `address ${names.address}`,
      api: 'compute',
      path: `${compute}/global/addresses/${names.address}`,
      isOurs: labelled,
      remove: ['compute', 'addresses', 'delete', names.address, '--global'],
    },
    ...(names.given === undefined ? ownNetwork(gke, names) : []),
    {
      address: 'google_artifact_registry_repository.images',
      id: `projects/${project}/locations/${region}/repositories/${names.repository}`,
      title: `image repository ${names.repository}`,
      api: 'artifactregistry',
      path: `v1/projects/${project}/locations/${region}/repositories/${names.repository}`,
      isOurs: labelled,
      remove: ['artifacts', 'repositories', 'delete', names.repository, `--location=${region}`],
    },
    ...(gke.mongo === 'secret-manager'
      ? [
          {
            address: 'google_secret_manager_secret.mongo',
            id: `projects/${project}/secrets/${names.mongoSecret}`,
            title: `secret ${names.mongoSecret}`,
            api: 'secretmanager',
            path: `v1/projects/${project}/secrets/${names.mongoSecret}`,
            isOurs: labelled,
            remove: ['secrets', 'delete', names.mongoSecret],
          },
        ]
      : []),
    ...(gke.cluster === undefined ? [nodeAccount(names)] : []),
  ]
}
