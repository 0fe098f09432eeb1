/** Names in Compute Engine and GKE, RFC 1035: https://cloud.google.com/compute/docs/naming-resources */
export const googleName = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** A network of the same project that others look after: only used, never changed. */
export interface GivenNetwork {
  readonly name: string
  readonly subnetwork: string
  /** Secondary range for pods, by name; GKE makes one when absent, and takes it away with the cluster. */
  readonly pods?: string
  /** The same for Services; one of Google’s own when absent. */
  readonly services?: string
}

/** A cluster of the same project that others look after, with its network and nodes: only its namespace is used. */
export interface GivenCluster {
  readonly name: string
  /** Zone or region; `region` when absent. */
  readonly location?: string
}

/** Where and how the target `gke` runs the app. Names of what it makes are computed: see gke-names.ts. */
export interface GkeConfig {
  /** Id of the Google Cloud project. */
  readonly project: string
  readonly region: string
  /** Of a minimal cluster; `<region>-b` when absent. */
  readonly zone?: string
  readonly mode: 'autopilot' | 'standard'
  /** One zone, Spot nodes only, no NAT: for trying out. */
  readonly minimal: boolean
  /** An extra pool of Spot nodes beside the one that serves; Standard only. */
  readonly spot: boolean
  readonly entry: 'gateway' | 'ingress'
  /** Host name under which people come in; the bare address when absent. */
  readonly host?: string
  readonly certificate: 'none' | 'managed'
  /** records: printed, for the person to enter. zone: a Cloud DNS zone for the host. */
  readonly dns: 'records' | 'zone'
  readonly redis: 'in-cluster' | 'memorystore'
  readonly mongo: 'in-cluster' | 'secret-manager'
  /** Of the app in the cluster; its name when absent. */
  readonly namespace?: string
  /** Folder of the Terraform files, relative to the project. */
  readonly terraform: string
  /** Folder of the manifests, relative to the project. */
  readonly manifests: string
  /** Names of the secrets, as in the section `kubernetes`. */
  readonly secrets: readonly string[]
  /** In place of a cluster of our own. */
  readonly cluster?: GivenCluster
  /** In place of a network of our own. */
  readonly network?: GivenNetwork
  /** Addresses that may reach the control plane, by name; from everywhere when there is none. */
  readonly authorizedNetworks: Readonly<Record<string, string>>
}
