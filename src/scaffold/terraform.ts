import { join } from 'node:path'
import type { GivenNetwork, GkeConfig } from '../config/gke.ts'
import { type GkeNames, gkeNames } from '../config/gke-names.ts'
import { neededServices } from '../config/gke-needs.ts'
import type { TreeFile } from '../run/host.ts'

/** The parts of templates/terraform that a configuration takes; a part is a folder, its files land side by side. Pure. */
export function terraformParts(gke: GkeConfig): string[] {
  const managed = gke.certificate === 'managed' && gke.entry === 'gateway'
  const zone = gke.dns === 'zone'
  return [
    'base',
    ...(gke.cluster === undefined ? clusterParts(gke) : ['existing-cluster']),
    // The Ingress has a ManagedCertificate, which is an object of the cluster.
    ...(managed || zone ? ['host'] : []),
    ...(managed ? ['certificate'] : []),
    ...(zone ? ['zone'] : []),
    ...(managed && zone ? ['zone-certificate'] : []),
    ...(gke.redis === 'memorystore' ? ['memorystore'] : []),
    ...(gke.mongo === 'secret-manager' ? ['mongo-url'] : []),
  ]
}

function clusterParts(gke: GkeConfig): string[] {
  return [
    'cluster',
    gke.minimal ? 'minimal' : gke.mode,
    gke.network === undefined ? 'network' : 'existing-network',
    // Whether others have a NAT is theirs to decide.
    ...(gke.minimal || gke.network !== undefined ? [] : ['nat']),
    ...(gke.spot ? ['spot'] : []),
  ]
}

/** What terraform.tfvars.json holds, for the parts that a configuration takes. Pure. */
export function terraformValues(gke: GkeConfig, names: GkeNames): Record<string, unknown> {
  const parts = terraformParts(gke)
  return {
    project_id: gke.project,
    region: gke.region,
    name: names.base,
    labels: names.labels,
    services: neededServices(gke),
    ...(gke.cluster === undefined
      ? clusterValues(gke, names)
      : { cluster: names.cluster, cluster_location: names.location }),
    ...(parts.includes('host') ? { host: gke.host } : {}),
  }
}

function clusterValues(gke: GkeConfig, names: GkeNames): Record<string, unknown> {
  return {
    deletion_protection: !gke.minimal,
    authorized_networks: gke.authorizedNetworks,
    ...(gke.minimal ? { zone: names.location } : {}),
    ...networkValues(gke.network),
  }
}

function networkValues(given: GivenNetwork | undefined): Record<string, string> {
  if (given === undefined) return {}
  const { name, subnetwork, pods, services } = given
  return {
    network: name,
    subnetwork,
    ...(pods === undefined ? {} : { pods_range: pods }),
    ...(services === undefined ? {} : { services_range: services }),
  }
}

/**
 * A state and a saved plan hold passwords in plain text: https://developer.hashicorp.com/terraform/language/manage-sensitive-data.
 * Terraform leaves errored.tfstate beside the files when it cannot save. Not a file of the template: npm leaves those out.
 */
const ignored = ['.terraform/', '*.tfstate*', '*.tfplan', 'errored.tfstate']

/** `infra/terraform/`: the files of the chosen parts, .gitignore and terraform.tfvars.json. `template` is templates/terraform. Pure. */
export function terraformFiles(
  template: readonly TreeFile[],
  name: string,
  gke: GkeConfig,
  environment?: string,
): TreeFile[] {
  const chosen = terraformParts(gke).flatMap(part => {
    const files = template.filter(file => file.path.startsWith(`${part}/`))
    if (files.length === 0) throw new TypeError(`templates/terraform has no ${part}`)
    return files.map(file => ({ ...file, path: join(gke.terraform, file.path.slice(part.length + 1)) }))
  })
  const values = terraformValues(gke, gkeNames(name, gke, environment))
  return [
    ...chosen,
    {
      path: join(gke.terraform, '.gitignore'),
      contents: `${ignored.join('\n')}\n`,
      executable: false,
    },
    {
      path: join(gke.terraform, 'terraform.tfvars.json'),
      contents: `${JSON.stringify(values, undefined, 2)}\n`,
      executable: false,
    },
  ]
}
