/** Who made an object, whose app it belongs to, and what we keep it for. */
export const labels = {
  managedBy: 'app.kubernetes.io/managed-by',
  app: 'rtdeploy.dev/app',
  record: 'rtdeploy.dev/record',
  revision: 'rtdeploy.dev/revision',
  state: 'rtdeploy.dev/state',
} as const

export const annotations = {
  /** On a pod template: the ConfigMaps that its containers read, as a digest. A change rolls the pods. */
  config: 'rtdeploy.dev/config',
  /** On a Secret: how often we changed it. On a pod template: the one that its containers read. Tells nothing of a value. */
  secrets: 'rtdeploy.dev/secrets-version',
  /** On a namespace that we made. */
  madeFor: 'rtdeploy.dev/made-for',
  /** On a node that `verify --disrupt node` takes out for a while. */
  closedFor: 'rtdeploy.dev/closed-for',
} as const

export const manager = 'rtdeploy'

/** Names of what we keep in the namespace, computed from the app's. */
export interface RecordNames {
  readonly secret: string
  readonly config: string
  readonly inventory: string
  readonly lease: string
  readonly release: (revision: number) => string
}

export function recordNames(name: string): RecordNames {
  return {
    secret: `${name}-secrets`,
    config: `${name}-config`,
    inventory: `${name}-rtdeploy-inventory`,
    lease: `${name}-rtdeploy`,
    release: revision => `${name}-rtdeploy-release-${revision}`,
  }
}

/** The labels of a record. */
export function recordLabels(
  name: string,
  record: 'inventory' | 'release' | 'lease' | 'secrets',
): Record<string, string> {
  return { [labels.managedBy]: manager, [labels.app]: name, [labels.record]: record }
}
